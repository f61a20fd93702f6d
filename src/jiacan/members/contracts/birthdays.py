"""Birthdays (生日): offers that are given for them, and what became of a customer's birthday of a year.

Days are those of the plan's zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from jiacan.kernel.messages import Name
from jiacan.kernel.periods import Period


class GivenOn(StrEnum):
    """When a birthday's offer is given."""

    DAY = "day"
    MONTH_START = "month_start"


@dataclass(frozen=True, slots=True)
class BirthdayOffer:
    """An offer for birthdays: given on the day itself or when its month begins, where that lies in the period.

    The birthday must be known by then for so many days, unchanged, and the customer stand on one of the tiers where
    some are named.
    """

    offer_id: str
    name: Name
    on: GivenOn
    during: Period
    zone: ZoneInfo
    known_for_days: int
    tiers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Born:
    """Birthdays from the first to the last of these days of a month."""

    month: int
    first_day: int
    last_day: int


@dataclass(frozen=True, slots=True)
class Turn:
    """A customer's birthday of one year came, for one offer: on `day`, looked at `at`.

    `is_too_new`: it was told or changed too shortly before, so that nothing is given for it that year. `card` stands
    for the customer.
    """

    plan_id: str
    offer_id: str
    year: int
    card: int
    day: date
    at: datetime
    is_too_new: bool
