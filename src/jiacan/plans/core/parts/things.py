"""What offers draw on: stock, coupons and budget lines."""

from __future__ import annotations

from jiacan.plans.core.parts.naming import Naming
from jiacan.plans.core.parts.part import Part
from jiacan.plans.core.parts.scalars import Amount, CountFromZero, PositiveAmount, Share, Slug, WholePercent
from jiacan.plans.core.parts.times import WholeDays


class BudgetLinePart(Part):
    """Money set aside for one purpose."""

    id: Slug
    """The line's id."""
    name: Naming | None = None
    """Its name; the id when left out."""
    amount: Amount
    """How much."""


class BudgetPart(Part):
    """The campaign's money."""

    reserve: Share | None = None
    """A share of the lines' sum, on top of them; locked, released only with a reason."""
    lines: tuple[BudgetLinePart, ...]
    """What it is for."""


class StockPart(Part):
    """Something that is given out by the piece: a gift, or a unit of service."""

    id: Slug
    """The item's id."""
    name: Naming | None = None
    """Its name; the id when left out."""
    units: CountFromZero
    """How many pieces there are."""
    unit_cost: Amount
    """What one piece costs the shop."""
    value: Amount
    """What one piece is worth to a customer, and what is charged when it is not sent back."""


class CouponPart(Part):
    """A coupon: an amount off, or a percentage up to a cap."""

    id: Slug
    """The coupon's id."""
    name: Naming | None = None
    """Its name; made from the id when left out."""
    off: PositiveAmount | None = None
    """A fixed amount off."""
    percent: WholePercent | None = None
    """A percentage off; needs `at_most`."""
    at_most: PositiveAmount | None = None
    """The most that the percentage takes off."""
    min_spend: Amount = 0
    """The spend it needs."""
    valid: WholeDays
    """How long it can be used after it is given, such as 30d."""
