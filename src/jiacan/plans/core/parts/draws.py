"""`draws`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, PlainValidator, WithJsonSchema

from jiacan.draws.contracts.terms import Mode
from jiacan.plans.contracts.document import Unclaimed
from jiacan.plans.core.parts.benefits import BenefitPart, PrizePart
from jiacan.plans.core.parts.naming import Naming
from jiacan.plans.core.parts.offers import During, KindLinesPart
from jiacan.plans.core.parts.part import Part
from jiacan.plans.core.parts.photographs import PhotoFile
from jiacan.plans.core.parts.scalars import Count, Slug, Text, YesNo, choice_of, words_of
from jiacan.plans.core.parts.times import Duration, Moment


class DeckPart(Part):
    """The finite deck of an instant draw: one of the two."""

    tickets_per_day: Count | None = None
    """How many tickets each day's own deck holds; later tickets of the day get the consolation."""
    tickets: Count | None = None
    """How many tickets the one deck holds that serves all days."""


class GuaranteePart(BenefitPart):
    """A prize for whoever draws none so many times in a row, while there are some."""

    id: Slug
    """The prize's id within its draw."""
    after: Count
    """The ticket without a prize, of one customer and in a row, that gets it."""
    units: Count
    """How many there are."""
    photo: PhotoFile | None = None
    """The file of its photograph, beside the plan."""


class DrawPart(Part):
    """A draw whose prizes and numbers are fixed before the first ticket."""

    id: Slug
    """The draw's id, which offers name in `ticket`."""
    name: Naming | None = None
    """Its name; the id when left out."""
    mode: Annotated[Mode, PlainValidator(choice_of(words_of(Mode))), WithJsonSchema({"enum": list(Mode)})] = (
        Mode.INSTANT
    )
    """`instant`: a ticket shows its prize at once; `scheduled`: all are drawn at one hour; `live`: on a stage."""
    during: During
    """A phase, or `{from, to}`: when tickets come."""
    deck: DeckPart | None = None
    """How many tickets an instant draw has."""
    held_at: Moment | None = Field(default=None, alias="at")
    """When a scheduled or live draw is held."""
    public: Text | None = None
    """The public value that a scheduled or live draw takes, named beforehand, such as a round of drand."""
    prizes: tuple[PrizePart, ...]
    """The prizes: `per_day` where each day has its own deck, else `units`."""
    guarantee: GuaranteePart | None = None
    """The prize after so many tickets without one."""
    wins_per_customer: Count | None = None
    """How often one customer can win; later prizes stay for others."""
    claim_within: Duration | None = None
    """How long a prize waits for its winner; for good when left out."""
    unclaimed: (
        Annotated[
            Unclaimed, PlainValidator(choice_of(words_of(Unclaimed))), WithJsonSchema({"enum": list(Unclaimed)})
        ]
        | None
    ) = None
    """What then becomes of it: `return` to stock and budget (when left out), or so with the `consolation` given."""
    consolation: tuple[BenefitPart, ...] = ()
    """What a ticket without a prize gets."""
    budget: KindLinesPart | None = None
    """Which budget line pays, by kind of benefit."""
    set_aside: YesNo = False
    """Whether stock and budget of all prizes are held from the announcement on, so that nothing else takes them."""

    @property
    def is_daily(self) -> bool:
        """Whether each day has its own deck."""
        return self.deck is not None and self.deck.tickets_per_day is not None


def drawn_in(draw: DrawPart) -> tuple[BenefitPart, ...]:
    """Everything that tickets of the draw can bring."""
    guaranteed = () if draw.guarantee is None else (draw.guarantee,)
    return (*draw.prizes, *guaranteed, *draw.consolation)
