"""What an offer asks of an order: one type for each condition.

Money is in whole minor units of the plan's currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta


@dataclass(frozen=True, slots=True)
class Scope:
    """Which lines of an order count: any of the SKUs or categories named, none of those left out; empty is all."""

    skus: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    except_skus: frozenset[str] = frozenset()
    except_categories: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SpendAtLeast:
    """Spend within the scope reaches the amount."""

    minor: int
    scope: Scope = Scope()


@dataclass(frozen=True, slots=True)
class SpendEvery:
    """Each whole `minor` of spend within the scope multiplies the benefits, `at_most_times` at the most."""

    minor: int
    at_most_times: int | None = None
    scope: Scope = Scope()


@dataclass(frozen=True, slots=True)
class QuantityAtLeast:
    """Units within the scope reach the number."""

    units: int
    scope: Scope = Scope()


@dataclass(frozen=True, slots=True)
class BundlePart:
    """`quantity` units of any of these SKUs."""

    skus: frozenset[str]
    quantity: int


@dataclass(frozen=True, slots=True)
class Bundle:
    """All parts together are in the order, no unit counted for two parts."""

    parts: tuple[BundlePart, ...]


@dataclass(frozen=True, slots=True)
class OnWeekdays:
    """Paid on one of these days of the week in the plan's zone (Monday is 0)."""

    days: frozenset[int]


@dataclass(frozen=True, slots=True)
class OnMonthDays:
    """Paid on one of these days of the month in the plan's zone, or on its `last`."""

    days: frozenset[int]
    last: bool = False

    def holds_on(self, day: date) -> bool:
        """Whether it is such a day."""
        return day.day in self.days or (self.last and (day + timedelta(days=1)).day == 1)


@dataclass(frozen=True, slots=True)
class BetweenHours:
    """Paid at a local time in `[starts, ends)`; past midnight when `ends` is not later than `starts`."""

    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class FromChannels:
    """Bought through one of these channels."""

    channels: frozenset[str]


@dataclass(frozen=True, slots=True)
class FromRegions:
    """Bought from one of these regions."""

    regions: frozenset[str]


@dataclass(frozen=True, slots=True)
class CustomerIsNew:
    """The customer has no (`new`) or some (not `new`) paid order at this shop before this one."""

    new: bool


@dataclass(frozen=True, slots=True)
class OrderNumberIs:
    """This is the customer's n-th paid order at this shop, n within `[at_least, at_most]`."""

    at_least: int
    at_most: int | None


@dataclass(frozen=True, slots=True)
class OnTiers:
    """The customer stands on one of these tiers of the plan's ladder when they pay, before this order counts."""

    tiers: frozenset[str]


@dataclass(frozen=True, slots=True)
class InBirthdayMonth:
    """Paid in the month of the customer's birthday in the plan's zone; nobody without a known one meets it."""


Condition = (
    SpendAtLeast
    | SpendEvery
    | QuantityAtLeast
    | Bundle
    | OnWeekdays
    | OnMonthDays
    | BetweenHours
    | FromChannels
    | FromRegions
    | CustomerIsNew
    | OrderNumberIs
    | OnTiers
    | InBirthdayMonth
)
