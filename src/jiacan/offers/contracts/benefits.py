"""What an offer gives: one type for each kind of benefit.

Money is in whole minor units of the plan's currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from jiacan.offers.contracts.conditions import BundlePart, Scope
from jiacan.offers.contracts.tiers import GivenFor


class Kind(StrEnum):
    """The kinds of benefit."""

    GIFT = "gift"
    COUPON = "coupon"
    POINTS = "points"
    CASH = "cash"
    CREDIT = "credit"
    DISCOUNT = "discount"
    SERVICE = "service"
    TICKET = "ticket"
    TIER = "tier"


SAME = 100
"""A factor is counted in so many parts of one."""

HELD_KINDS = frozenset({Kind.COUPON, Kind.POINTS, Kind.CREDIT})
"""Kinds whose money stays pending until they are used, clawed back or expired; the rest is spent when granted."""


@dataclass(frozen=True, slots=True)
class GiftBenefit:
    """Pieces of a stock item."""

    stock: str
    quantity: int


@dataclass(frozen=True, slots=True)
class ServiceBenefit:
    """Units of a service, kept as a stock item."""

    stock: str
    quantity: int


@dataclass(frozen=True, slots=True)
class CouponBenefit:
    """Coupons of one sort."""

    coupon: str
    quantity: int


@dataclass(frozen=True, slots=True)
class PointsBenefit:
    """A fixed number of points, or (`per_minor` given) so many for each whole `per_minor` of spend.

    `by_tier` are hundredths by which the whole is multiplied for customers on a tier, rounded down to whole points;
    where a tier is not named it stays as it is.
    """

    points: int
    per_minor: int | None = None
    by_tier: tuple[tuple[str, int], ...] = ()

    def on_tier(self, points: int, tier: str) -> int:
        """What so many points come to for a customer on the tier."""
        return points * dict(self.by_tier).get(tier, SAME) // SAME if self.by_tier else points


@dataclass(frozen=True, slots=True)
class CashBenefit:
    """Money owed to the customer."""

    minor: int


@dataclass(frozen=True, slots=True)
class CreditBenefit:
    """Money to spend in this shop."""

    minor: int


# --- price effects: reckoned on list prices, docs/algorithms/pricing.md has the rules and worked numbers ------
#
# `scope` None is the goods that the offer's spend condition counts. `at_most_minor` caps one award's reduction,
# `at_most_times` the groups or sets that are counted.


@dataclass(frozen=True, slots=True)
class DiscountBenefit:
    """Money off the goods: fixed, or a percentage of their price; never more than their price."""

    off_minor: int | None = None
    percent: int | None = None
    at_most_minor: int | None = None
    scope: Scope | None = None


@dataclass(frozen=True, slots=True)
class UnitsOffBenefit:
    """Of every `every` units, from the dearest down, the last `units` cost `percent` less; 100 is free."""

    every: int
    units: int
    percent: int
    at_most_times: int | None = None
    at_most_minor: int | None = None
    scope: Scope | None = None


@dataclass(frozen=True, slots=True)
class UnitsForBenefit:
    """Every `units` units, from the dearest down, for `price_minor` together where they cost more."""

    units: int
    price_minor: int
    at_most_times: int | None = None
    at_most_minor: int | None = None
    scope: Scope | None = None


@dataclass(frozen=True, slots=True)
class BundlePriceBenefit:
    """Each whole set of the parts for `price_minor`, for as many sets as makes the goods cost least."""

    parts: tuple[BundlePart, ...]
    price_minor: int
    at_most_times: int | None = None
    at_most_minor: int | None = None


@dataclass(frozen=True, slots=True)
class ShippingBenefit:
    """Shipping reduced by `off_minor`, or to `pay_minor` (0 is free)."""

    pay_minor: int | None = None
    off_minor: int | None = None
    at_most_minor: int | None = None


PriceBenefit = DiscountBenefit | UnitsOffBenefit | UnitsForBenefit | BundlePriceBenefit | ShippingBenefit


@dataclass(frozen=True, slots=True)
class TicketBenefit:
    """Chances in a draw."""

    draw: str
    quantity: int


@dataclass(frozen=True, slots=True)
class TierBenefit:
    """A membership tier. `given_for` is None only in plans that have no ladder, where nobody stands on a tier."""

    tier: str
    given_for: GivenFor | None = None


OtherBenefit = (
    GiftBenefit
    | ServiceBenefit
    | CouponBenefit
    | PointsBenefit
    | CashBenefit
    | CreditBenefit
    | TicketBenefit
    | TierBenefit
)
"""Benefits that do not bear on prices."""

Benefit = OtherBenefit | PriceBenefit
