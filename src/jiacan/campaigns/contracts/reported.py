"""What a report is made of: figures with their intervals, goals with their verdicts, and what to look at.

Values of goals and differences are floats in the measure's own unit: counts, minor units of money, shares between
0 and 1, or money per money.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from jiacan.campaigns.contracts.figures import Figures
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell
from jiacan.kernel.periods import Period
from jiacan.offers.contracts.awards import Outcome
from jiacan.offers.contracts.rules import PlanRules
from jiacan.plans.contracts.document import Goal, Measure, PlanDocument


@dataclass(frozen=True, slots=True)
class Unknown:
    """A figure that cannot be had, and why."""

    why: Message


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95% interval."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def scaled(self, factor: float) -> Interval:
        """The interval of the figure times `factor`."""
        ends = (self.low * factor, self.high * factor)
        return Interval(min(ends), max(ends))


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure, and its interval where it is not simply counted."""

    value: float
    interval: Interval | None = None

    def scaled(self, factor: float) -> Estimate:
        """The estimate of the figure times `factor`."""
        return Estimate(self.value * factor, None if self.interval is None else self.interval.scaled(factor))


class Verdict(StrEnum):
    """What became of a goal; open is one whose time is not over."""

    MET = "met"
    MISSED = "missed"
    OPEN = "open"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class GoalResult:
    """A goal against what came of it. `note` says why a verdict cannot be had, or what to read it with."""

    goal: Goal
    result: Estimate | Unknown
    baseline: Estimate | Unknown | None
    target: float | Unknown
    verdict: Verdict
    note: Message | None


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """What the paid orders of one period came to.

    `buyers` are customers with an order in it, `returned` those of them who paid a later order by the end of the
    time that repurchases are followed.
    """

    orders: int
    sales_minor: int
    new_customers: int
    buyers: int
    returned: int
    guest_orders: int


@dataclass(frozen=True, slots=True)
class DayFigure:
    """One day in the plan's zone; `expected_orders` is what the forecast says of it, where there is one."""

    day: date
    orders: int
    sales_minor: int
    new_customers: int
    expected_orders: float | None


@dataclass(frozen=True, slots=True)
class AwardCount:
    """How many awards of one offer had one outcome on one day; `reason` is empty where none was given."""

    day: date
    offer_id: str
    outcome: Outcome
    reason: str
    awards: int


@dataclass(frozen=True, slots=True)
class Arm:
    """One side of the comparison: everyone in it, whether they bought or not."""

    customers: int
    buyers: int
    orders: int
    spend_minor: int


@dataclass(frozen=True, slots=True)
class HoldoutComparison:
    """The held-out customers beside the rest. Differences are the rest less the held-out.

    `spend_difference` has Welch's interval, `spend_bootstrap` is a bootstrap's for the same difference.
    """

    held_out: Arm
    rest: Arm
    rate_difference: Estimate
    spend_difference: Estimate
    spend_bootstrap: Interval | Unknown


class Tone(StrEnum):
    """How much a finding asks of its reader."""

    ACT = "act"
    WATCH = "watch"
    GOOD = "good"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One plain sentence made from facts."""

    tone: Tone
    says: Message


@dataclass(frozen=True, slots=True)
class Known:
    """The days from which recorded paid orders are: the first and the last that has one, and the last order."""

    first_day: date
    last_day: date
    until: datetime


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    """What a report is made of, worked out once: the plan as it went live, and what the database says of it.

    `before` is the first day on which the campaign can have had an effect: the warm-up's, or else the run's.
    """

    document: PlanDocument
    rules: PlanRules
    run: Period
    before: date
    known: Known | None
    totals: PeriodFigures | Unknown
    days: tuple[DayFigure, ...]
    awards: tuple[AwardCount, ...]
    figures: Figures
    holdout: HoldoutComparison | Unknown
    return_on_spend: Estimate | Unknown
    forecasts: Mapping[Measure, Estimate | Unknown]
    goals: tuple[GoalResult, ...]
    file_differs: bool


@dataclass(frozen=True, slots=True)
class Report:
    """The facts of a campaign, and what to look at first."""

    facts: CampaignFacts
    findings: tuple[Finding, ...]


@dataclass(eq=False)
class NoRunPhase(JiacanError):
    """The plan does not say when it runs, so that no figure has a period."""

    plan_id: str

    def message(self) -> Message:
        return tell(
            "Plan {plan_id} has no run phase and no offer for orders, so its figures have no period. "
            "Add `phases: {{run: {{from: …, to: …}}}}` and run it again.",
            plan_id=self.plan_id,
        )
