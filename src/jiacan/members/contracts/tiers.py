"""Membership tiers: where a customer stands on a plan's ladder, and what is missing to the next.

Money is in whole minor units, moments are in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from jiacan.offers.contracts.tiers import Ladder, Tier, TierChange


@dataclass(frozen=True, slots=True)
class CustomerTier:
    """A customer's place on one ladder: what they have within the period, and what the next tier needs."""

    ladder: Ladder
    tier: Tier | None
    since: datetime | None
    has: int
    next: Tier | None
    grace_until: datetime | None
    history: tuple[TierChange, ...]

    @property
    def missing(self) -> int:
        """How much is missing to the next tier; 0 on the highest."""
        return 0 if self.next is None else max(0, self.next.needs - self.has)


Ladders = Mapping[str, Ladder]
"""The ladders of the plans in force, by plan."""
