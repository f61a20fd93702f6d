"""`offers`: trigger, conditions, benefits and limits."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, PlainValidator, WithJsonSchema

from jiacan.members.contracts.birthdays import GivenOn
from jiacan.offers.contracts.rules import WRITTEN_AS_OFFERS, Ladder, Pick, RefundPolicy, Trigger
from jiacan.plans.core.parts.benefits import BenefitPart
from jiacan.plans.core.parts.conditions import WhenPart
from jiacan.plans.core.parts.naming import Naming
from jiacan.plans.core.parts.part import Part, Short
from jiacan.plans.core.parts.scalars import Count, Slug, choice_of, words_of
from jiacan.plans.core.parts.times import Moment

WRITTEN_TRIGGERS = {trigger.value: trigger for trigger in Trigger if trigger in WRITTEN_AS_OFFERS}
"""Those that an offer can have; what tickets bring is written under `draws`, days in a row under `challenges`."""

Policy = Annotated[
    RefundPolicy, PlainValidator(choice_of(words_of(RefundPolicy))), WithJsonSchema({"enum": list(RefundPolicy)})
]


class DuringPart(Part):
    """A period: a phase's, or its own `from` and `to`."""

    phase: Slug | None = Field(default=None, alias="(phase)")
    """The phase whose period it is."""
    from_: Moment | None = Field(default=None, alias="from")
    """When it begins; a bare date is its midnight."""
    to: Moment | None = None
    """When it ends; a bare date is the end of that day."""


During = Annotated[DuringPart, Short(("(phase)",), {"type": "string"})]


class RungPart(Part):
    """One step of a ladder."""

    when: WhenPart | None = None
    """What must hold, besides the offer's own `when`."""
    give: tuple[BenefitPart, ...]
    """What is then given."""


class GivePart(Part):
    """What is given: a list for the customer who ordered, or both sides of a referral."""

    benefits: tuple[BenefitPart, ...] | None = Field(default=None, alias="(list)")
    """For the customer who ordered; written as a plain list."""
    to_referrer: tuple[BenefitPart, ...] | None = None
    """For the one who brought the friend."""
    to_friend: tuple[BenefitPart, ...] | None = None
    """For the friend."""


class LimitPart(Part):
    """How many awards the offer gives at the most. Days are the plan's zone's."""

    total: Count | None = None
    """In all."""
    per_day: Count | None = None
    """On one day."""
    per_customer: Count | None = None
    """To one customer."""
    per_customer_per_day: Count | None = None
    """To one customer on one day."""


class StackPart(Part):
    """The group of offers that compete for one order."""

    group: Slug
    """The group's id, the same in each of its offers."""
    pick: Annotated[Pick, PlainValidator(choice_of(words_of(Pick))), WithJsonSchema({"enum": list(Pick)})]
    """Which offer of the group an order gets: the best, the first in the plan, or all."""


class KindLinesPart(Part):
    """Which budget line pays for each kind of benefit."""

    gift: Slug | None = None
    service: Slug | None = None
    coupon: Slug | None = None
    points: Slug | None = None
    cash: Slug | None = None
    credit: Slug | None = None
    discount: Slug | None = None
    ticket: Slug | None = None
    tier: Slug | None = None


class KindPoliciesPart(Part):
    """What happens to each kind of benefit that the kept goods no longer deserve."""

    gift: Policy | None = None
    service: Policy | None = None
    coupon: Policy | None = None
    points: Policy | None = None
    cash: Policy | None = None
    credit: Policy | None = None
    discount: Policy | None = None
    ticket: Policy | None = None
    tier: Policy | None = None


class OfferPart(Part):
    """One offer."""

    id: Slug
    """The offer's id."""
    name: Naming | None = None
    """Its name; the id when left out."""
    trigger: Annotated[
        Trigger, PlainValidator(choice_of(WRITTEN_TRIGGERS)), WithJsonSchema({"enum": list(WRITTEN_TRIGGERS)})
    ] = Trigger.ORDER_PAID
    """The event that makes the offer be tried."""
    on: (
        Annotated[GivenOn, PlainValidator(choice_of(words_of(GivenOn))), WithJsonSchema({"enum": list(GivenOn)})]
        | None
    ) = None
    """With the trigger birthday: given on the `day` itself (when left out), or at `month_start`."""
    during: During
    """A phase (`run`), or `{from: 2026-11-01, to: 2026-11-11}`."""
    when: WhenPart | None = None
    """What an order must meet, for every rung."""
    ladder: (
        Annotated[Ladder, PlainValidator(choice_of(words_of(Ladder))), WithJsonSchema({"enum": list(Ladder)})] | None
    ) = None
    """`best`: the highest rung reached is given; `all`: every rung reached."""
    rungs: tuple[RungPart, ...] | None = None
    """The steps, from low to high; instead of `give`."""
    give: Annotated[GivePart, Short(("(list)",), listing=True)] | None = None
    """What is given; instead of `rungs`."""
    limit: LimitPart | None = None
    """How many awards at the most."""
    stack: StackPart | None = None
    """The group of offers it competes with."""
    budget: KindLinesPart | None = None
    """Which budget line pays, by kind of benefit."""
    on_refund: KindPoliciesPart | None = None
    """What a return does, by kind of benefit."""
    otherwise: tuple[BenefitPart, ...] = ()
    """What is given instead when stock or budget is out."""


def given_by(offer: OfferPart) -> tuple[BenefitPart, ...]:
    """Every benefit of the offer but those of `otherwise`, in the order of the text."""
    rungs = tuple(benefit for rung in offer.rungs or () for benefit in rung.give)
    give = offer.give
    sides = () if give is None else (give.benefits, give.to_referrer, give.to_friend)
    return (*rungs, *(benefit for side in sides for benefit in side or ()))
