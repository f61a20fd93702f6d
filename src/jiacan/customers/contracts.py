"""Customers' data: which fields are personal, what each is kept for and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class OnErasure(StrEnum):
    """What becomes of a field when its person asks to be erased."""

    PSEUDONYMISE = "pseudonymise"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class PersonalField:
    """A column that tells something about a person: what for, for how long after it was last needed, and then what.

    Source: 个人信息保护法 (PIPL) Arts 6, 17, 19 and 47: purpose and retention are stated for each field.
    """

    table: str
    column: str
    what: str
    purpose: str
    retention_days: int
    on_erasure: OnErasure
