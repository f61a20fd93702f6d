"""Every query on the audit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import CharField, F, Q, QuerySet
from django.db.models.functions import Cast

from jiacan.tenancy.contracts import Actor, AuditQuery, AuditRecord
from jiacan.tenancy.core.chain import GENESIS, line_hash
from jiacan.tenancy.models import AuditEntry

_COLUMNS = ("number", "at", "actor", "origin", "action", "subject", "before", "after", "previous_hash", "hash")
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('jiacan audit', %s))"

# The values come back as the database keeps them, so that what is hashed is what will be read.
_HEAD = """
SELECT last.number, last.hash, clock_timestamp(), (%(before)s)::jsonb::text, (%(after)s)::jsonb::text
FROM (SELECT) AS always
LEFT JOIN LATERAL (
    SELECT number, hash FROM tenancy_auditentry WHERE shop_id = %(shop_id)s ORDER BY number DESC LIMIT 1
) last ON true
"""

_TEXT_FIELDS = ("actor", "origin", "action", "subject", "before_text", "after_text")


def add_line(
    shop_id: int,
    *,
    actor: Actor,
    action: str,
    subject: str,
    before: Mapping[str, object] | None,
    after: Mapping[str, object] | None,
) -> None:
    """Write the next line of the shop's audit; whoever else writes one waits until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [shop_id])
        cursor.execute(_HEAD, {"shop_id": shop_id, "before": _to_json(before), "after": _to_json(after)})
        number, head, at, kept_before, kept_after = cursor.fetchone()
    record = AuditRecord(
        number=(number or 0) + 1,
        at=at,
        actor=actor.name,
        origin=actor.origin,
        action=action,
        subject=subject,
        before=_from_json(kept_before),
        after=_from_json(kept_after),
        previous_hash=head or GENESIS,
        hash="",
    )
    values = {name: getattr(record, name) for name in _COLUMNS}
    AuditEntry.objects.create(shop_id=shop_id, **values | {"hash": line_hash(record.previous_hash, record)})


def search(shop_id: int, query: AuditQuery, *, before_number: int | None, limit: int) -> tuple[AuditRecord, ...]:
    """At most `limit` lines that are asked for, newest first, older than the numbered one."""
    rows = _asked(shop_id, query)
    if before_number is not None:
        rows = rows.filter(number__lt=before_number)
    return tuple(_to_record(row) for row in rows.values_list(*_COLUMNS)[:limit])


def walk(shop_id: int, query: AuditQuery) -> Iterator[AuditRecord]:
    """Every line that is asked for, newest first, without holding them all."""
    return map(_to_record, _asked(shop_id, query).values_list(*_COLUMNS).iterator(chunk_size=1000))


def walk_chain(shop_id: int) -> Iterator[AuditRecord]:
    """Every line of the shop, oldest first, without holding them all."""
    rows = AuditEntry.objects.filter(shop_id=shop_id).order_by("number")
    return map(_to_record, rows.values_list(*_COLUMNS).iterator(chunk_size=1000))


def actions_of(shop_id: int) -> tuple[str, ...]:
    """Every action that the shop's audit has, by name."""
    rows = AuditEntry.objects.filter(shop_id=shop_id).order_by("action").values_list("action", flat=True)
    return tuple(rows.distinct())


def _asked(shop_id: int, query: AuditQuery) -> QuerySet[AuditEntry]:
    rows = AuditEntry.objects.filter(shop_id=shop_id).order_by("-number")
    if query.action:
        rows = rows.filter(action=query.action)
    if query.actor:
        rows = rows.filter(actor__icontains=query.actor)
    if query.since:
        rows = rows.filter(at__gte=query.since)
    if query.until:
        rows = rows.filter(at__lt=query.until)
    return _with_text(rows, query.text) if query.text else rows


def _with_text(rows: QuerySet[AuditEntry], text: str) -> QuerySet[AuditEntry]:
    rows = rows.alias(before_text=Cast(F("before"), CharField()), after_text=Cast(F("after"), CharField()))
    anywhere = Q()
    for field in _TEXT_FIELDS:
        anywhere |= Q(**{f"{field}__icontains": text})
    return rows.filter(anywhere)


def _to_json(value: Mapping[str, object] | None) -> str | None:
    return None if value is None else json.dumps(value, cls=DjangoJSONEncoder)


def _from_json(text: str | None) -> dict[str, object] | None:
    return None if text is None else json.loads(text)


def _to_record(row: tuple) -> AuditRecord:
    return AuditRecord(*row)
