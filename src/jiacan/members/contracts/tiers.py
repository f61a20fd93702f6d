"""Membership tiers: where a customer stands on a plan's ladder, and what is missing to the next.

A customer stands on the higher of where their orders put them and what offers gave them for the time.
Money is in whole minor units, moments are in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from jiacan.offers.contracts.tiers import Ladder, Standing, Tier


class Cause(StrEnum):
    """Why a customer took a step: by their orders; or a tier was given, its time was over, or it was taken back."""

    ORDERS = "orders"
    GIVEN = "given"
    OVER = "over"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class TierGift:
    """A tier that an award gave, and until when; `order_id` is an occasion's id where there was no order."""

    order_id: str
    offer_id: str
    tier: str
    starts_at: datetime
    ends_at: datetime
    taken_at: datetime | None = None

    @property
    def over_at(self) -> datetime:
        """From when it puts nobody on the tier any more: its time is over, or it was taken back before."""
        return self.ends_at if self.taken_at is None else min(self.ends_at, self.taken_at)

    def is_in_force(self, at: datetime) -> bool:
        """Whether it puts the customer on the tier at the moment."""
        return self.starts_at <= at < self.over_at


def last_day(until: datetime, zone: ZoneInfo) -> date:
    """The last day of a time that ends with that moment."""
    return (until - timedelta(microseconds=1)).astimezone(zone).date()


@dataclass(frozen=True, slots=True)
class TierStep:
    """A step of a customer's: from which tier to which (empty is none), when, why, and what counted of their orders.

    Where it was not by their orders, `offer_id` says whose gift it was, and `until` until when that is given.
    """

    before: str
    after: str
    at: datetime
    had: int
    cause: Cause = Cause.ORDERS
    offer_id: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reckoned:
    """Where a customer's orders put them, and where they stood when that was reckoned.

    Its `look_at` is also when something changes by itself of what they were given.
    """

    by_orders: Standing
    stands: str


@dataclass(frozen=True, slots=True)
class CustomerTier:
    """A customer's place on one ladder: what they have within the period, and what the next tier needs.

    `tier` is where they stand since then, `by_orders` where their orders alone put them; `gift` is what an offer gave
    them where that is higher. `has`, `next` and `grace_until` are about their orders.
    """

    ladder: Ladder
    tier: Tier | None
    since: datetime | None
    by_orders: Tier | None
    gift: TierGift | None
    has: int
    next: Tier | None
    grace_until: datetime | None
    history: tuple[TierStep, ...]

    @property
    def missing(self) -> int:
        """How much is missing to the next tier; 0 on the highest."""
        return 0 if self.next is None else max(0, self.next.needs - self.has)


Ladders = Mapping[str, Ladder]
"""The ladders of the plans in force, by plan."""
