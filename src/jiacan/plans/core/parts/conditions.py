"""`when`: what an order must meet."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, PlainValidator, WithJsonSchema

from jiacan.kernel.messages import tell
from jiacan.plans.core.parts.part import Part, Short
from jiacan.plans.core.parts.scalars import (
    AMOUNT_SCHEMA,
    COUNT_SCHEMA,
    Count,
    Label,
    PositiveAmount,
    Slug,
    YesNo,
    choice_of,
    is_not,
    whole,
    written,
)
from jiacan.plans.core.parts.times import TimeOfDay

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Weekday = Annotated[
    int,
    PlainValidator(choice_of({word: number for number, word in enumerate(WEEKDAYS)})),
    WithJsonSchema({"enum": list(WEEKDAYS)}),
]


class ScopePart(Part):
    """Which lines of an order count: any of the SKUs or categories named, none of those left out."""

    sku: tuple[Label, ...] = ()
    """Lines with one of these SKUs count."""
    category: tuple[Label, ...] = ()
    """Lines in one of these categories count."""
    except_sku: tuple[Label, ...] = ()
    """Lines with one of these SKUs do not count."""
    except_category: tuple[Label, ...] = ()
    """Lines in one of these categories do not count."""


class SpendPart(Part):
    """Spend on goods: reached once (`at_least`), or counted in whole steps (`every`)."""

    at_least: PositiveAmount | None = None
    """The spend that must be reached."""
    every: PositiveAmount | None = None
    """Each whole such amount multiplies the benefits."""
    at_most_times: Count | None = None
    """The most that `every` multiplies by."""
    of: ScopePart | None = None
    """Which lines count; all when left out."""


class QuantityPart(Part):
    """Units bought."""

    at_least: Count
    """The number of units that must be reached."""
    of: ScopePart | None = None
    """Which lines count; all when left out."""


class BundlePartPart(Part):
    """One part of a bundle: so many units of any of these SKUs."""

    sku: tuple[Label, ...]
    """Any of these SKUs."""
    quantity: Count = 1
    """How many units, of one SKU or several together."""


class HoursPart(Part):
    """A stretch of the day, past midnight when `to` is not later than `from`."""

    from_: TimeOfDay = Field(alias="from")
    """The time of day it begins, in the plan's zone."""
    to: TimeOfDay
    """The time of day it ends."""


class OrderNumberPart(Part):
    """The customer's how-manieth paid order at this shop."""

    at_least: Count = 1
    """This one or a later one."""
    at_most: Count | None = None
    """This one or an earlier one."""


LAST = "last"


def _month_day(value: object) -> int | str:
    wanted = tell("a day of the month from 1 to 31, or last")
    text = written(value, wanted)
    if text == LAST:
        return LAST
    day = whole(text, wanted)
    if not 1 <= day <= 31:
        raise is_not(text, wanted)
    return day


MonthDay = Annotated[
    int | str,
    PlainValidator(_month_day),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1, "maximum": 31}, {"const": LAST}]}),
]


class OnTierPart(Part):
    """Tiers of the plan's ladder: some of them, or all from one up."""

    any_of: tuple[Slug, ...] | None = Field(default=None, alias="(list)")
    """Any of these; written as a plain list."""
    one: Slug | None = Field(default=None, alias="(one)")
    """This one; written as its id alone."""
    at_least: Slug | None = None
    """This one or a higher one."""


class WhenPart(Part):
    """Conditions; an order must meet all that are written."""

    spend: Annotated[SpendPart, Short(("at_least",), AMOUNT_SCHEMA)] | None = None
    """Spend on goods: an amount, or `{every: 100, at_most_times: 5}`, or `{at_least: 150, of: {sku: [...]}}`."""
    quantity: Annotated[QuantityPart, Short(("at_least",), COUNT_SCHEMA)] | None = None
    """Units bought: a number, or `{at_least: 3, of: {category: [...]}}`."""
    bundle: tuple[BundlePartPart, ...] | None = None
    """Parts that must be in the order together, no unit counted twice; eight at most."""
    weekdays: tuple[Weekday, ...] | None = None
    """Paid on one of these days, in the plan's zone."""
    month_days: tuple[MonthDay, ...] | None = None
    """Paid on one of these days of the month, such as `[8, 18, last]`, in the plan's zone."""
    hours: HoursPart | None = None
    """Paid at this time of day, in the plan's zone."""
    channels: tuple[Label, ...] | None = None
    """Bought through one of these channels."""
    regions: tuple[Label, ...] | None = None
    """Bought from one of these regions."""
    new_customer: YesNo | None = None
    """True: the customer has no paid order here before this one. False: there is one."""
    order_number: Annotated[OrderNumberPart, Short(("at_least", "at_most"), COUNT_SCHEMA)] | None = None
    """The customer's how-manieth paid order: a number, or `{at_least: 2, at_most: 4}`."""
    tier: Annotated[OnTierPart, Short(("(list)",), listing=True), Short(("(one)",), {"type": "string"})] | None = None
    """The customer stands on this tier before the order: an id, a list of them, or `{at_least: gold}`."""
    birthday_month: Annotated[bool, PlainValidator(choice_of({"true": True})), WithJsonSchema({"const": True})] = (
        False
    )
    """Paid in the month of the customer's birthday, where one is known."""
