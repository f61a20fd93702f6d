"""`tiers` and `membership`: what each tier needs, within which time, and how long whoever has less may stay.

And for how long an offer gives one.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema

from jiacan.kernel.messages import tell
from jiacan.offers.contracts.tiers import GivenFor
from jiacan.plans.core.parts.naming import Naming
from jiacan.plans.core.parts.part import Part
from jiacan.plans.core.parts.scalars import Count, PositiveAmount, Slug, is_not, written
from jiacan.plans.core.parts.times import Duration, days_or_hours

CALENDAR_YEAR = "calendar_year"


def _within(value: object) -> timedelta | None:
    if written(value, tell("a number of days such as 365d, or calendar_year")) == CALENDAR_YEAR:
        return None
    return days_or_hours(value)


Within = Annotated[
    timedelta | None,
    PlainValidator(_within),
    WithJsonSchema({"type": "string", "pattern": rf"^(\d+[dh]|{CALENDAR_YEAR})$"}),
]


_AFTER = re.compile(r"([1-9]\d{0,3})([dm])", re.ASCII)
THIS_MONTH = "month"


def _given_for(value: object) -> GivenFor:
    wanted = tell("a number of days or months such as 30d or 12m, or month")
    text = written(value, wanted)
    if text == THIS_MONTH:
        return GivenFor()
    found = _AFTER.fullmatch(text)
    if found is None:
        raise is_not(text, wanted)
    return GivenFor(months=int(found[1])) if found[2] == "m" else GivenFor(days=int(found[1]))


GivenForWritten = Annotated[
    GivenFor,
    PlainValidator(_given_for),
    WithJsonSchema({"type": "string", "pattern": rf"^([1-9]\d{{0,3}}[dm]|{THIS_MONTH})$"}),
]


class NeedsPart(Part):
    """What a tier needs: so much spend, or so many orders."""

    spend: PositiveAmount | None = None
    """Spend on goods that were kept."""
    orders: Count | None = None
    """Orders of which something was kept."""


class PrivilegePart(Part):
    """Something that customers of a tier have."""

    name: Naming
    """What it is, in the customer's words: a named adviser, a seat kept, sales that open a day earlier."""
    by: Slug | None = None
    """The offer or the item of the mall by which it is given; what the shop does by itself has none."""


class TierPart(Part):
    """A membership tier."""

    id: Slug
    """The tier's id."""
    name: Naming | None = None
    """Its name; the id when left out."""
    needs: NeedsPart | None = None
    """What reaches it within the `membership`'s time; without it only offers give the tier."""
    privileges: tuple[PrivilegePart, ...] = ()
    """What its customers have."""


class MembershipPart(Part):
    """How long orders count for tiers, and how long whoever has less stays."""

    within: Within = timedelta(days=365)
    """Orders of the last so many days (`365d`, when left out) or of the `calendar_year` count."""
    grace: Duration = timedelta(0)
    """How long whoever has less than their tier needs keeps it, before each step down."""
