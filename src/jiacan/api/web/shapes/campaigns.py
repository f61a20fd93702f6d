"""Campaigns and plans as programs send them and are given them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from jiacan.api.web.shapes.values import Given, Moment, Money, Names, Taken, Words, to_names
from jiacan.kernel.messages import Phrasebook
from jiacan.plans.contracts.document import PlanDocument
from jiacan.plans.contracts.problems import Problem, Severity
from jiacan.plans.contracts.versions import PlanVersion

MOST_PLAN_CHARACTERS = 500_000

PlanText = Annotated[str, StringConstraints(min_length=1, max_length=MOST_PLAN_CHARACTERS, pattern=r"^[^\x00]*$")]


class PeriodShape(Given):
    """From a moment up to, and without, another."""

    since: Moment
    until: Moment


class CampaignShape(Given):
    """A plan that has gone live, by its last version."""

    id: str
    name: Names
    version: int
    currency: str
    zone: str
    phases: dict[str, PeriodShape]
    went_live_at: Moment
    approved_by: str


class StockShape(Given):
    """A stock item and what is left of it."""

    id: str
    name: Names
    units: int
    left: int


class BudgetShape(Given):
    """A budget line: planned, promised and not yet used, spent, and left."""

    id: str
    name: Names
    amount: Money
    at_risk: Money
    spent: Money
    left: Money


class OutcomeShape(Given):
    """How often one offer came to one outcome for one reason."""

    offer_id: str
    outcome: str
    reason: str | None
    awards: int
    at_risk: Money


class CampaignFigures(CampaignShape):
    """A campaign, what is left of its stock and budget, and what it has come to."""

    stock: list[StockShape]
    budget: list[BudgetShape]
    orders: int = Field(description="Paid orders that it has settled.")
    spend: Money = Field(description="What was spent on goods in them.")
    new_customers: int
    refunds: int
    outcomes: list[OutcomeShape]


class PlanIn(Taken):
    """A plan's text."""

    text: PlanText = Field(description="The plan as YAML; docs/guide/plan-format.md has every field.")


class PlanProblem(Given):
    """One thing wrong with the text: lines and columns count from 1."""

    severity: Severity
    line: int
    column: int
    path: str
    message: str


class PlanChecked(Given):
    """Everything found in the text."""

    plan_id: str | None = Field(description="The plan's id, where the text has no errors.")
    fit: bool = Field(description="Whether it can go live: it has no errors.")
    problems: list[PlanProblem]


class PublishIn(PlanIn):
    """A plan's text, and who is to approve it. A token alone cannot make a plan go live."""

    approver: Words = Field(min_length=3, description="The e-mail of a member who may let plans go live.")
    note: Words = Field("", description="What the approver should know.")


class PublishState(StrEnum):
    """live: this text is in force; asked: it waits for the approver."""

    LIVE = "live"
    ASKED = "asked"


class Published(Given):
    """Where the publishing of a text stands: `live` once the approver has said yes in the console."""

    plan_id: str
    state: PublishState
    version: int | None = Field(description="The version that it went live as.")
    revision: int | None = Field(description="The revision of the draft that waits for approval.")
    approver: str = Field(description="Who approved it, or who is asked to.")
    problems: list[PlanProblem] = Field(description="Its warnings.")


class VersionShape(Given):
    """One version of a plan that went live."""

    number: int
    sha256: str
    went_live_at: Moment
    by: str
    approved_by: str


class VersionsShape(Given):
    """Every version of a plan, the first one first."""

    plan_id: str
    versions: list[VersionShape]


# --- from the values of the slices ------------------------------------------------------------------------


def to_problems(problems: tuple[Problem, ...], say: Phrasebook) -> list[PlanProblem]:
    """What is wrong with a plan, in words."""
    return [
        PlanProblem(
            severity=problem.severity,
            line=problem.line,
            column=problem.column,
            path=problem.path,
            message=say.say(problem.message),
        )
        for problem in problems
    ]


def to_version(version: PlanVersion) -> VersionShape:
    """A version, as JSON says it."""
    return VersionShape(
        number=version.number,
        sha256=version.sha256,
        went_live_at=version.went_live_at,
        by=version.actor,
        approved_by=version.approver,
    )


def to_campaign(version: PlanVersion, document: PlanDocument) -> CampaignShape:
    """A campaign by the version in force, as JSON says it."""
    return CampaignShape(
        id=version.plan_id,
        name=to_names(document.name),
        version=version.number,
        currency=document.currency,
        zone=document.zone.key,
        phases={
            name: PeriodShape(since=period.starts_at, until=period.ends_at)
            for name, period in document.phases.items()
        },
        went_live_at=version.went_live_at,
        approved_by=version.approver,
    )
