"""What offers draw on: stock, coupons and budget lines."""

from __future__ import annotations

from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema

from jiacan.offers.contracts.rules import WhenReturned
from jiacan.plans.core.parts.naming import Naming
from jiacan.plans.core.parts.part import Part
from jiacan.plans.core.parts.scalars import (
    Amount,
    CountFromZero,
    PositiveAmount,
    Share,
    Slug,
    WholePercent,
    choice_of,
    words_of,
)
from jiacan.plans.core.parts.times import WholeDays

Returns = Annotated[
    WhenReturned, PlainValidator(choice_of(words_of(WhenReturned))), WithJsonSchema({"enum": list(WhenReturned)})
]


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
    when_returned: Returns = WhenReturned.GIVE_BACK
    """What becomes of one that was used when its order comes back whole: give_back, or keep_used."""
