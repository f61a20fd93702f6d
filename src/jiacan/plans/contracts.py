"""Plans: the checked document, what is wrong with it, and its versions: the values that cross this slice's door.

Money is in whole minor units of the plan's currency, moments are in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, Name, tell
from jiacan.kernel.periods import Period
from jiacan.offers.contracts.benefits import Benefit, Kind
from jiacan.offers.contracts.rules import BudgetLine, Coupon, PlanRules, StockItem

# --- what is wrong with a plan ----------------------------------------------------------------------------


class Severity(StrEnum):
    """An error keeps a plan from going live; a warning is for its author to weigh."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a plan's text: where it stands (lines and columns count from 1), and what to do."""

    severity: Severity
    line: int
    column: int
    path: str
    message: Message


# --- what a plan says beside its offers -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Organiser:
    """Who answers for the campaign, and where they can be reached."""

    name: str
    contact: str


class Measure(StrEnum):
    """What a goal can be set on."""

    ORDERS = "orders"
    SALES = "sales"
    NEW_CUSTOMERS = "new_customers"
    REPURCHASE_RATE = "repurchase_rate"
    RETURN_ON_SPEND = "return_on_spend"
    AVERAGE_ORDER_VALUE = "average_order_value"
    AWARDS = "awards"


class Baseline(StrEnum):
    """What a goal can be held against, besides a number."""

    FORECAST = "forecast"
    LAST_YEAR = "last_year"
    PREVIOUS_PERIOD = "previous_period"


@dataclass(frozen=True, slots=True)
class ChangeTarget:
    """So much above what the goal is held against: `+15%` is 0.15."""

    fraction: Decimal


@dataclass(frozen=True, slots=True)
class LevelTarget:
    """The value itself: `120` is 120 and `30%` is 0.30; sales and order value are in major units."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Goal:
    """What the campaign should reach. `against` is a baseline, its value as a number, or None for a level."""

    measure: Measure
    target: ChangeTarget | LevelTarget
    against: Baseline | Decimal | None


@dataclass(frozen=True, slots=True)
class Task:
    """Dated work, done by the end of `due_on` in the plan's zone. A gate must be shown done before going live."""

    id: str
    name: Name
    owner: str
    due_on: date
    due_by: datetime
    needs: tuple[str, ...]
    gate: bool


class Watched(StrEnum):
    """What a risk can watch."""

    STOCK = "stock"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True)
class BelowShare:
    """Less than this share of the stock item or budget line is left."""

    watched: Watched
    id: str
    share: Decimal


@dataclass(frozen=True, slots=True)
class BelowAmount:
    """Fewer than this many pieces of the stock item, or minor units of the budget line, are left."""

    watched: Watched
    id: str
    amount: int


@dataclass(frozen=True, slots=True)
class Risk:
    """What could go wrong, how it is noticed, what is then done and by whom."""

    id: str
    name: Name
    watch: BelowShare | BelowAmount
    do: str
    owner: str
    backup: str


@dataclass(frozen=True, slots=True)
class Prize:
    """`per_day` of a benefit in each day's deck; `days` count from 1 at the draw's first day, None is every day."""

    id: str
    benefit: Benefit
    per_day: int
    days: frozenset[int] | None


@dataclass(frozen=True, slots=True)
class Draw:
    """A finite deck each day; a ticket beyond it, or without a prize, gets the consolation."""

    id: str
    name: Name
    mode: str
    during: Period
    tickets_per_day: int
    prizes: tuple[Prize, ...]
    consolation: tuple[Benefit, ...]
    budget: Mapping[Kind, str]


@dataclass(frozen=True, slots=True)
class ReferralTerms:
    """How long a click counts, and how long a friend's order must stand before it counts."""

    window: timedelta
    return_window: timedelta


@dataclass(frozen=True, slots=True)
class ReferralReward:
    """Both sides of an offer whose trigger is a completed referral."""

    offer_id: str
    to_referrer: tuple[Benefit, ...]
    to_friend: tuple[Benefit, ...]


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """Everything a plan says beside its offers, with every date and amount worked out."""

    plan_id: str
    name: Name
    description: str
    shop: str
    market: str
    currency: str
    zone: ZoneInfo
    organiser: Organiser | None
    phases: Mapping[str, Period]
    goals: tuple[Goal, ...]
    budget: tuple[BudgetLine, ...]
    reserve_minor: int
    stock: tuple[StockItem, ...]
    coupons: tuple[Coupon, ...]
    draws: tuple[Draw, ...]
    referral: ReferralTerms | None
    referral_rewards: tuple[ReferralReward, ...]
    tasks: tuple[Task, ...]
    risks: tuple[Risk, ...]
    assume_received_after: timedelta | None


@dataclass(frozen=True, slots=True)
class Demand:
    """The most that one offer or draw can take from a budget line, for one kind of benefit or one stock item of it.

    `awards` is None where no limit bounds them, `each_minor` where one award's cost has no bound, and
    `at_most_minor` where neither these nor stock bound the whole.
    """

    source: str
    kind: Kind
    stock: str | None
    awards: int | None
    each_minor: int | None
    at_most_minor: int | None


@dataclass(frozen=True, slots=True)
class WorstCase:
    """The most a budget line can be asked for. `at_most_minor` is None where only the line itself bounds it."""

    line: str
    amount_minor: int
    demands: tuple[Demand, ...]
    at_most_minor: int | None


@dataclass(frozen=True, slots=True)
class CheckedPlan:
    """A plan's text and everything found in it; `document` and `rules` are None when there are errors.

    The rules carry version 0 until the plan goes live.
    """

    source: str
    text: str
    sha256: str
    document: PlanDocument | None
    rules: PlanRules | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep the plan from going live."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems that its author should weigh."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.WARNING)


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """One version of a plan that went live; it never changes."""

    plan_id: str
    number: int
    sha256: str
    went_live_at: datetime
    actor: str
    approver: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan being written. `revision` counts its savings from 1."""

    plan_id: str
    text: str
    revision: int
    saved_at: datetime
    saved_by: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a plan that was changed: its path, and what was and is written; None where it was not there."""

    path: tuple[str, ...]
    before: str | None
    after: str | None


# --- errors -----------------------------------------------------------------------------------------------


@dataclass(eq=False)
class PlanHasErrors(JiacanError):
    """The plan cannot go live before its errors are put right."""

    source: str
    problems: tuple[Problem, ...]

    def message(self) -> Message:
        first = self.problems[0]
        return tell(
            "{source} cannot go live before its errors are put right ({count}). "
            "Line {line}, column {column}: {first} `jiacan plan check` lists them all.",
            source=self.source,
            count=len(self.problems),
            line=first.line,
            column=first.column,
            first=first.message,
        )


@dataclass(eq=False)
class PlanMoved(JiacanError):
    """A later version of a plan may not change what its accounts and days are kept in."""

    plan_id: str
    field: str
    was: str
    now: str

    def message(self) -> Message:
        return tell(
            "Plan {plan_id} went live with {field} {was}, and this version says {now}; its books cannot change that. "
            "Put {was} back, or give the plan a new id.",
            plan_id=self.plan_id,
            field=self.field,
            was=self.was,
            now=self.now,
        )


@dataclass(eq=False)
class PlanVersionUnknown(JiacanError):
    """No such version of the plan went live at this shop."""

    plan_id: str
    number: int

    def message(self) -> Message:
        return tell(
            "Plan {plan_id} has no version {number} here; `jiacan run` makes a plan go live.",
            plan_id=self.plan_id,
            number=self.number,
        )


@dataclass(eq=False)
class StartOutOfRange(JiacanError):
    """No campaign starts on that day."""

    starts_on: date

    def message(self) -> Message:
        return tell("A campaign cannot start on {day}; give a day from 1971 to 2998.", day=self.starts_on)


@dataclass(eq=False)
class TemplateUnknown(JiacanError):
    """There is no template of that name."""

    name: str
    known: tuple[str, ...]

    def message(self) -> Message:
        return tell("There is no template {name}; there are: {known}.", name=self.name, known=self.known)


@dataclass(eq=False)
class DraftUnknown(JiacanError):
    """No plan of that id is being written at this shop."""

    plan_id: str

    def message(self) -> Message:
        return tell(
            "There is no draft of plan {plan_id} here. Begin one from a template, a file or a live version.",
            plan_id=self.plan_id,
        )


@dataclass(eq=False)
class DraftMoved(JiacanError):
    """Someone else saved the draft since it was opened; nothing was overwritten."""

    kept: Draft

    def message(self) -> Message:
        return tell(
            "{who} saved this plan at {at}, after you opened it. Nothing was overwritten: compare the two texts, "
            "bring them together, and save again.",
            who=self.kept.saved_by,
            at=self.kept.saved_at,
        )


@dataclass(eq=False)
class DraftTaken(JiacanError):
    """A plan of that id is being written or has gone live already."""

    plan_id: str

    def message(self) -> Message:
        return tell("There is a plan {plan_id} here already; open it, or choose another id.", plan_id=self.plan_id)


@dataclass(eq=False)
class BadPlanId(JiacanError):
    """No plan can have that id."""

    plan_id: str

    def message(self) -> Message:
        return tell(
            "{id} cannot be a plan's id. Use small letters, digits, dots, hyphens and underscores, at most 64, "
            "beginning and ending with a letter or digit.",
            id=self.plan_id or "“”",
        )
