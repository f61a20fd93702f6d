"""`draws`."""

from __future__ import annotations

from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema

from jiacan.plans.core.parts.benefits import BenefitPart, PrizePart
from jiacan.plans.core.parts.naming import Naming
from jiacan.plans.core.parts.offers import During, KindLinesPart
from jiacan.plans.core.parts.part import Part
from jiacan.plans.core.parts.scalars import Count, Slug, choice_of


class DeckPart(Part):
    """The finite deck of each day."""

    tickets_per_day: Count
    """How many tickets a day's deck holds; later tickets of the day get the consolation."""


class DrawPart(Part):
    """A draw whose prizes and odds are fixed before the first ticket."""

    id: Slug
    """The draw's id, which offers name in `ticket`."""
    name: Naming | None = None
    """Its name; the id when left out."""
    mode: Annotated[str, PlainValidator(choice_of({"instant": "instant"})), WithJsonSchema({"enum": ["instant"]})] = (
        "instant"
    )
    """`instant`: a ticket shows its prize at once."""
    during: During
    """A phase, or `{from, to}`; each of its days has its own deck."""
    deck: DeckPart
    """The size of each day's deck."""
    prizes: tuple[PrizePart, ...]
    """The prizes in each day's deck."""
    consolation: tuple[BenefitPart, ...] = ()
    """What a ticket without a prize gets."""
    budget: KindLinesPart | None = None
    """Which budget line pays, by kind of benefit."""
