"""The audit's chain: each line's hash covers the line and the hash before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC

from jiacan.tenancy.contracts import AuditRecord, AuditVerdict

GENESIS = "0" * 64
"""What stands for the hash before the first line."""


def canonical_line(record: AuditRecord) -> str:
    """The line as the one text that is hashed: JSON with sorted keys, no spaces, and its time in UTC.

    The hashes are left out; everything else is in.
    """
    line = {
        "number": record.number,
        "at": record.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": record.actor,
        "origin": record.origin,
        "action": record.action,
        "subject": record.subject,
        "before": record.before,
        "after": record.after,
    }
    return json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def line_hash(previous_hash: str, record: AuditRecord) -> str:
    """SHA-256, in hexadecimal, of the hash before and the canonical line."""
    return hashlib.sha256(f"{previous_hash}{canonical_line(record)}".encode()).hexdigest()


def verify(records: Iterable[AuditRecord]) -> AuditVerdict:
    """Whether the lines, in order of their numbers, are whole: none changed, missing or put in between."""
    checked, head = 0, GENESIS
    for record in records:
        whole = (
            record.number == checked + 1 and record.previous_hash == head and record.hash == line_hash(head, record)
        )
        if not whole:
            return AuditVerdict(checked, broken_at=checked + 1, head=head)
        checked, head = record.number, record.hash
    return AuditVerdict(checked, broken_at=None, head=head)
