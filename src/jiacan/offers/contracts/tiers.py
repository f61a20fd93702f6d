"""The ladder of tiers that a plan says, and where a customer stands on it.

Money is in whole minor units, moments are in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from jiacan.kernel.messages import Name


class Measure(StrEnum):
    """What of a customer's kept orders a ladder counts."""

    SPEND = "spend"
    ORDERS = "orders"


@dataclass(frozen=True, slots=True)
class Privilege:
    """What customers of a tier have, and the offer or item of the mall that gives it; None where the shop does."""

    name: Name
    by: str | None


@dataclass(frozen=True, slots=True)
class Tier:
    """One tier, how much of the measure it needs within the period, and what its customers have."""

    id: str
    name: Name
    needs: int
    privileges: tuple[Privilege, ...] = ()


@dataclass(frozen=True, slots=True)
class Ladder:
    """A plan's tiers, the lowest first. `within` None is the calendar year in the zone.

    Whoever has less than their tier needs for as long as `grace` goes one step down.
    """

    plan_id: str
    tiers: tuple[Tier, ...]
    measure: Measure
    within: timedelta | None
    grace: timedelta
    zone: ZoneInfo
    currency: str

    def find(self, tier_id: str) -> Tier | None:
        """The tier of that id; None where the ladder has none."""
        return next((tier for tier in self.tiers if tier.id == tier_id), None)

    def place(self, tier_id: str) -> int:
        """The tier's place from 1; 0 for none, and for one that the ladder has no more."""
        return next((place for place, tier in enumerate(self.tiers, start=1) if tier.id == tier_id), 0)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a customer stands: `tier` is empty below the first.

    `grace_until` is set while they have less than their tier needs. All up to `seen_at` is reckoned; at `look_at`
    something may change by itself, None where nothing can.
    """

    tier: str
    since: datetime
    grace_until: datetime | None
    seen_at: datetime
    look_at: datetime | None


@dataclass(frozen=True, slots=True)
class TierChange:
    """A step of a customer's: from which tier to which (empty is none), when, and with how much of the measure."""

    before: str
    after: str
    at: datetime
    had: int


# --- tiers that offers give -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GivenFor:
    """For how long an offer gives a tier: so many days or months; where neither is said, until the month ends."""

    days: int | None = None
    months: int | None = None


@dataclass(frozen=True, slots=True)
class TierGiven:
    """A tier of one award; `order_id` is an occasion's id where there was no order."""

    order_id: str
    offer_id: str
    customer_id: str
    tier: str
    given_for: GivenFor
    at: datetime


@dataclass(frozen=True, slots=True)
class TierTaken:
    """A tier of one award that was taken back."""

    order_id: str
    offer_id: str
    customer_id: str
    tier: str
    at: datetime


TierMoved = TierGiven | TierTaken
