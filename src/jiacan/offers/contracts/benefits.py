"""What an offer gives: one type for each kind of benefit.

Money is in whole minor units of the plan's currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
    """A fixed number of points, or (`per_minor` given) so many for each whole `per_minor` of spend."""

    points: int
    per_minor: int | None = None


@dataclass(frozen=True, slots=True)
class CashBenefit:
    """Money owed to the customer."""

    minor: int


@dataclass(frozen=True, slots=True)
class CreditBenefit:
    """Money to spend in this shop."""

    minor: int


@dataclass(frozen=True, slots=True)
class DiscountBenefit:
    """Money off this order: fixed, or a percentage of spend up to a cap; never more than the spend."""

    off_minor: int | None = None
    percent: int | None = None
    at_most_minor: int | None = None


@dataclass(frozen=True, slots=True)
class TicketBenefit:
    """Chances in a draw."""

    draw: str
    quantity: int


@dataclass(frozen=True, slots=True)
class TierBenefit:
    """A membership tier."""

    tier: str


Benefit = (
    GiftBenefit
    | ServiceBenefit
    | CouponBenefit
    | PointsBenefit
    | CashBenefit
    | CreditBenefit
    | DiscountBenefit
    | TicketBenefit
    | TierBenefit
)
