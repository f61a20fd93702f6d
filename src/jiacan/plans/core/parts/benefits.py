"""`give`: what an award brings, one kind to an item."""

from __future__ import annotations

from typing import Annotated

from jiacan.plans.core.parts.part import Part, Short
from jiacan.plans.core.parts.scalars import COUNT_SCHEMA, Count, PositiveAmount, Slug, WholePercent


class PointsPart(Part):
    """Points: a fixed number, or so many for each whole `per` of spend."""

    points: Count
    """How many points."""
    per: PositiveAmount | None = None
    """For each whole such amount of spend."""


class DiscountPart(Part):
    """Money off the order: fixed (`off`), or a percentage of spend up to a cap."""

    off: PositiveAmount | None = None
    """A fixed amount."""
    percent: WholePercent | None = None
    """A percentage of spend."""
    at_most: PositiveAmount | None = None
    """The most that the percentage takes off."""


class BenefitPart(Part):
    """One benefit. Exactly one kind is written, with its quantity where it is counted."""

    gift: Slug | None = None
    """Pieces of a stock item, by its id."""
    service: Slug | None = None
    """Units of a service, kept as a stock item, by its id."""
    coupon: Slug | None = None
    """A coupon, by its id."""
    points: Annotated[PointsPart, Short(("points",), COUNT_SCHEMA)] | None = None
    """Points: a number, or `{per: 1.00, points: 2}`."""
    cash: PositiveAmount | None = None
    """Money owed to the customer."""
    credit: PositiveAmount | None = None
    """Money to spend in this shop."""
    discount: DiscountPart | None = None
    """Money off this order: `{off: 10}` or `{percent: 10, at_most: 30}`."""
    ticket: Slug | None = None
    """A chance in a draw, by its id."""
    tier: Slug | None = None
    """A membership tier, by its id."""
    quantity: Count = 1
    """How many; for gift, service, coupon and ticket."""


class PrizePart(BenefitPart):
    """A prize of a draw: one benefit, and how many of it each day's deck holds."""

    id: Slug
    """The prize's id within its draw."""
    per_day: Count
    """How many each day's deck holds."""
    days: tuple[Count, ...] | None = None
    """Only on these days of the draw, counted from 1; every day when left out."""


KINDS = ("gift", "service", "coupon", "points", "cash", "credit", "discount", "ticket", "tier")
COUNTED = ("gift", "service", "coupon", "ticket")


def kinds_in(part: BenefitPart) -> tuple[str, ...]:
    """The kinds that are written in this item; exactly one in a right one."""
    return tuple(kind for kind in KINDS if getattr(part, kind) is not None)
