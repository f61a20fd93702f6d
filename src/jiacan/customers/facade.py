"""What is known of customers, and what for."""

from __future__ import annotations

from jiacan.customers.contracts import PersonalField
from jiacan.customers.core.registry import PERSONAL_FIELDS


def personal_fields() -> tuple[PersonalField, ...]:
    """Every column of every table that tells something about a person."""
    return PERSONAL_FIELDS
