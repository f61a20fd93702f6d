"""`phases`, `goals`, `tasks` and `risks`: when, what for, who does what, and what may go wrong."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, PlainValidator, WithJsonSchema

from jiacan.plans.contracts.document import Measure
from jiacan.plans.core.parts.naming import Naming
from jiacan.plans.core.parts.part import Part
from jiacan.plans.core.parts.scalars import Label, Share, Slug, Text, YesNo, choice_of, words_of
from jiacan.plans.core.parts.times import Moment


class PhasePart(Part):
    """A phase. A missing `from` is the end of the phase before, a missing `to` the `from` of the next."""

    from_: Moment | None = Field(default=None, alias="from")
    """When it begins; a bare date is its midnight."""
    to: Moment | None = None
    """When it ends; a bare date is the end of that day."""


class PhasesPart(Part):
    """The phases, which follow each other."""

    prepare: PhasePart | None = None
    """Getting ready."""
    warm_up: PhasePart | None = None
    """Making it known."""
    run: PhasePart | None = None
    """The campaign itself."""
    wrap_up: PhasePart | None = None
    """Settling and reporting."""


PHASES = ("prepare", "warm_up", "run", "wrap_up")


class GoalPart(Part):
    """What the campaign should reach."""

    measure: Annotated[Measure, PlainValidator(choice_of(words_of(Measure))), WithJsonSchema({"enum": list(Measure)})]
    """What is measured."""
    target: Label
    """A level (`120`, `30%`), or a change (`+15%`)."""
    against: Label | None = None
    """What a change is held against: forecast, last_year, previous_period, or a number."""


class TaskPart(Part):
    """Dated work."""

    id: Slug
    """The task's id."""
    name: Naming | None = None
    """Its name; the id when left out."""
    owner: Text
    """Who does it: a role."""
    due: Text
    """The day it must be done by: `run.from - 3d`, `wrap_up.to`, or a date."""
    needs: tuple[Slug, ...] = ()
    """Tasks that must be done before."""
    gate: YesNo = False
    """Whether the campaign may not go live before it is shown done."""


class RiskPart(Part):
    """What may go wrong."""

    id: Slug
    """The risk's id."""
    name: Naming | None = None
    """Its name; the id when left out."""
    watch: Text
    """When to raise the alarm: `stock(mug) < 10%` or `budget(gifts) < 500`."""
    do: Text
    """What is then done."""
    owner: Text
    """Who does it: a role."""
    backup: Text = ""
    """Who stands in."""


class OrganiserPart(Part):
    """Who answers for the campaign."""

    name: Text
    """The legal name."""
    contact: Text
    """Where customers reach them."""


class HoldoutPart(Part):
    """Customers who are left out on purpose, so that the effect can be measured."""

    share: Share
    """The share of customers, such as 10%."""
