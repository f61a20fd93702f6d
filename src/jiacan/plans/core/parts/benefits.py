"""`give`: what an award brings, one kind to an item."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from jiacan.kernel.messages import tell
from jiacan.offers.contracts.benefits import SAME
from jiacan.plans.core.parts.conditions import ScopePart
from jiacan.plans.core.parts.part import Part, Short, Wrong
from jiacan.plans.core.parts.photographs import PhotoFile
from jiacan.plans.core.parts.scalars import (
    COUNT_SCHEMA,
    Amount,
    Count,
    PositiveAmount,
    Slug,
    WholePercent,
    choice_of,
    number,
    written,
)
from jiacan.plans.core.parts.tiers import GivenForWritten
from jiacan.plans.core.tree import Table


def _table_of_tiers(value: object) -> object:
    if not isinstance(value, Table):
        raise Wrong(tell("This must be a table of tiers and factors, such as {example}.", example="{gold: 2}"))
    return value


def _factor(value: object) -> int:
    wanted = tell("a factor such as 1.5")
    text = written(value, wanted)
    hundredths = number(text, wanted) * SAME
    if hundredths != hundredths.to_integral_value():
        raise Wrong(tell("{given} is finer than a hundredth; write at most 2 decimals.", given=text))
    if not 0 < hundredths <= LARGEST_FACTOR * SAME:
        raise Wrong(tell("A factor is above 0 and at most {most}; {given} is not.", most=LARGEST_FACTOR, given=text))
    return int(hundredths)


LARGEST_FACTOR = 100
Factor = Annotated[
    int,
    PlainValidator(_factor),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": LARGEST_FACTOR}),
]


class PointsPart(Part):
    """Points: a fixed number, or so many for each whole `per` of spend."""

    points: Count
    """How many points."""
    per: PositiveAmount | None = None
    """For each whole such amount of spend."""
    by_tier: Annotated[dict[str, Factor], BeforeValidator(_table_of_tiers)] = Field(default_factory=dict)
    """By how much they are multiplied for customers on a tier: `{silver: 1.5, gold: 2}`."""


class FreePart(Part):
    """Of every so many pieces, from the dearest down, the last ones are free."""

    every: Count
    """Of every so many pieces."""
    units: Count = 1
    """How many of them, the cheapest."""


class NthPart(Part):
    """Of every so many pieces, from the dearest down, the last ones cost less."""

    every: Count
    """Of every so many pieces; 2 for every second one."""
    units: Count = 1
    """How many of them, the cheapest."""
    percent: WholePercent
    """How much less they cost; 50 for half the price."""


class PiecesPart(Part):
    """So many pieces for one sum."""

    every: Count
    """How many pieces."""
    price: PositiveAmount
    """What they cost together, where they would cost more."""


class ShippingPart(Part):
    """Shipping for less."""

    word: Annotated[str, PlainValidator(choice_of({"free": "free"}))] | None = Field(default=None, alias="(word)")
    """Written as the one word `free`."""
    pay: Amount | None = None
    """What is paid for shipping, where it costs more: the price of the ordinary way for a better one."""
    off: PositiveAmount | None = None
    """How much less shipping costs."""


class DiscountPart(Part):
    """A price effect on this order: one of the kinds, on the goods that `of` names."""

    off: PositiveAmount | None = None
    """A fixed amount."""
    percent: WholePercent | None = None
    """A percentage of spend."""
    free: Annotated[FreePart, Short(("every",), COUNT_SCHEMA)] | None = None
    """The cheapest of every so many pieces are free: a number, or `{every: 5, units: 2}`."""
    nth: NthPart | None = None
    """The cheapest of every so many pieces cost less: `{every: 2, percent: 50}`."""
    pieces: PiecesPart | None = None
    """So many pieces for one sum: `{every: 3, price: 99}`."""
    bundle_price: PositiveAmount | None = None
    """What one whole set of the `bundle` in `when` costs."""
    shipping: Annotated[ShippingPart, Short(("(word)",), {"const": "free"})] | None = None
    """`free`, or `{pay: 8}`, or `{off: 10}`."""
    of: ScopePart | None = None
    """Which lines count; left out, those of the spend condition, or all."""
    at_most: PositiveAmount | None = None
    """The most that it takes off in one order."""
    at_most_times: Count | None = None
    """The most groups or sets that count, for free, nth, pieces and bundle_price."""


class BenefitPart(Part):
    """One benefit. Exactly one kind is written, with its quantity where it is counted."""

    gift: Slug | None = None
    """Pieces of a stock item, by its id."""
    service: Slug | None = None
    """Units of a service, kept as a stock item, by its id."""
    coupon: Slug | None = None
    """A coupon, by its id."""
    points: Annotated[PointsPart, Short(("points",), COUNT_SCHEMA)] | None = None
    """Points: a number, or `{per: 1.00, points: 2}`, or `{points: 50, by_tier: {gold: 2}}`."""
    cash: PositiveAmount | None = None
    """Money owed to the customer."""
    credit: PositiveAmount | None = None
    """Money to spend in this shop."""
    discount: DiscountPart | None = None
    """Money off this order: `{off: 10}`, `{percent: 10, at_most: 30}` or another price effect."""
    ticket: Slug | None = None
    """A chance in a draw, by its id."""
    tier: Slug | None = None
    """A membership tier, by its id."""
    for_: GivenForWritten | None = Field(default=None, alias="for")
    """For how long it is given: so many days (`30d`) or months (`12m`), or until the `month` ends."""
    quantity: Count = 1
    """How many; for gift, service, coupon and ticket."""


class PrizePart(BenefitPart):
    """A prize of a draw: one benefit, and how many of it there are."""

    id: Slug
    """The prize's id within its draw."""
    per_day: Count | None = None
    """How many each day's deck holds."""
    units: Count | None = None
    """How many there are in all, where there is one deck."""
    days: tuple[Count, ...] | None = None
    """Only on these days of the draw, counted from 1; every day when left out."""
    photo: PhotoFile | None = None
    """The file of its photograph, beside the plan."""


KINDS = ("gift", "service", "coupon", "points", "cash", "credit", "discount", "ticket", "tier")
COUNTED = ("gift", "service", "coupon", "ticket")


PRICE_EFFECTS = ("off", "percent", "free", "nth", "pieces", "bundle_price", "shipping")
GROUPED_EFFECTS = ("free", "nth", "pieces", "bundle_price")
SCOPED_EFFECTS = ("off", "percent", "free", "nth", "pieces")


def effects_in(part: DiscountPart) -> tuple[str, ...]:
    """The price effects that are written in this discount; exactly one in a right one."""
    return tuple(effect for effect in PRICE_EFFECTS if getattr(part, effect) is not None)


def kinds_in(part: BenefitPart) -> tuple[str, ...]:
    """The kinds that are written in this item; exactly one in a right one."""
    return tuple(kind for kind in KINDS if getattr(part, kind) is not None)
