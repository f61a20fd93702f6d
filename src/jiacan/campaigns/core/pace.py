"""Figures against their pace: what there should be by now, and how the last two hours went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from jiacan.campaigns.contracts.reported import Tone, Unknown
from jiacan.campaigns.contracts.room import Beside, GoalElsewhere, GoalPace
from jiacan.campaigns.core.amounts import UNITS, Unit, write, write_change
from jiacan.campaigns.core.goals import to_unit
from jiacan.kernel.messages import Message, tell
from jiacan.kernel.money import Money
from jiacan.plans.contracts.document import Baseline, ChangeTarget, Goal, LevelTarget, Measure

BIN = timedelta(minutes=5)
BINS = 24
SPAN = BIN * BINS

BEHIND, FAR_BEHIND = 1.0, 0.9
"""A goal that is not on its pace is to be watched; below nine tenths of it somebody should act."""

_ELSEWHERE: Mapping[Measure, Message] = {
    Measure.REPURCHASE_RATE: tell(
        "Whoever bought must have had time to come back: the report follows them to the end of the wrap-up."
    ),
    Measure.RETURN_ON_SPEND: tell(
        "It needs the held-out customers beside the rest: the report compares them and gives the interval."
    ),
}


@dataclass(frozen=True, slots=True)
class Counted:
    """What the plan's counters have come to."""

    orders: int
    sales_minor: int
    new_customers: int
    awards: int
    refused: int
    replaced: int


@dataclass(frozen=True, slots=True)
class SameTime:
    """Since the day began, and by the same time of the day before and of the same weekday a week before."""

    today: int
    yesterday: int
    week_before: int


def bins(points: Iterable[tuple[datetime, int]], at: datetime) -> tuple[int, ...]:
    """The amounts of the last two hours in steps of five whole minutes, the last step ending with the last whole
    minute before `at`; each point is a minute and its amount.
    """
    ends_at = at.replace(second=0, microsecond=0)
    totals = [0] * BINS
    for minute, amount in points:
        place = BINS - 1 - (ends_at - timedelta(minutes=1) - minute) // BIN
        if minute < ends_at and place >= 0:
            totals[place] += amount
    return tuple(totals)


def bin_starts(at: datetime) -> tuple[datetime, ...]:
    """When each of the steps begins."""
    ends_at = at.replace(second=0, microsecond=0)
    return tuple(ends_at - BIN * (BINS - n) for n in range(BINS))


def last_hour(steps: Sequence[int]) -> int:
    """The amount of the last hour."""
    return sum(steps[BINS // 2 :])


def hour_before(steps: Sequence[int]) -> int:
    """The amount of the hour before that."""
    return sum(steps[: BINS // 2])


# --- goals ------------------------------------------------------------------------------------------------


def goal_paces(
    goals: Iterable[Goal],
    counted: Counted,
    baselines: Mapping[tuple[Measure, Baseline], float | Unknown],
    *,
    share: float,
    currency: str,
) -> tuple[tuple[GoalPace, ...], tuple[GoalElsewhere, ...]]:
    """The goals that counters can tell against their pace, and the others with where to look.

    Args:
        goals: the plan's.
        counted: what there is.
        baselines: what changes are counted from, for the whole run.
        share: which share of the run's course is over.
        currency: the plan's.
    """
    live, elsewhere = [], []
    for goal in goals:
        why = _ELSEWHERE.get(goal.measure)
        if why is not None:
            elsewhere.append(GoalElsewhere(goal.measure, why))
            continue
        value = _value_of(goal.measure, counted)
        if isinstance(value, Unknown):
            elsewhere.append(GoalElsewhere(goal.measure, value.why))
            continue
        target = _target_of(goal, baselines, currency)
        grows = goal.measure is not Measure.AVERAGE_ORDER_VALUE
        by_now = target if isinstance(target, Unknown) or not grows else target * share
        live.append(GoalPace(goal.measure, value, target, by_now))
    return tuple(live), tuple(elsewhere)


def _value_of(measure: Measure, counted: Counted) -> float | Unknown:
    match measure:
        case Measure.ORDERS:
            return counted.orders
        case Measure.SALES:
            return counted.sales_minor
        case Measure.NEW_CUSTOMERS:
            return counted.new_customers
        case Measure.AWARDS:
            return counted.awards
        case Measure.AVERAGE_ORDER_VALUE if counted.orders:
            return counted.sales_minor / counted.orders
        case _:
            return Unknown(tell("There were no orders in this time."))


def _target_of(
    goal: Goal, baselines: Mapping[tuple[Measure, Baseline], float | Unknown], currency: str
) -> float | Unknown:
    match goal.target, goal.against:
        case LevelTarget(value), _:
            return to_unit(goal.measure, value, currency)
        case ChangeTarget(fraction), Decimal() as level:
            return to_unit(goal.measure, level, currency) * float(1 + fraction)
        case ChangeTarget(fraction), Baseline() as baseline:
            found = baselines.get((goal.measure, baseline))
            if found is None:
                return Unknown(tell("Counters do not reach back to what this goal is held against; the report does."))
            return found if isinstance(found, Unknown) else found * float(1 + fraction)
        case _:
            return Unknown(tell("The plan does not say what this goal is held against."))


def said_of(value: float, unit: Unit, currency: str) -> object:
    """The figure as a sentence takes it: money and counts as such, so that each language writes them its way."""
    match unit:
        case Unit.MONEY:
            return Money(round(value), currency)
        case Unit.COUNT:
            return round(value)
        case _:
            return write(value, unit, currency)


def beside_goal(pace: GoalPace, currency: str) -> Beside:
    """How the goal stands against its pace, in words."""
    unit = UNITS[pace.measure]
    if isinstance(pace.by_now, Unknown) or isinstance(pace.target, Unknown):
        why = pace.by_now.why if isinstance(pace.by_now, Unknown) else tell("The target cannot be told.")
        return Beside(why)
    said = {"by_now": said_of(pace.by_now, unit, currency), "target": said_of(pace.target, unit, currency)}
    if pace.by_now <= 0:
        return Beside(tell("goal {target}; no pace yet", target=said["target"]))
    reached = pace.value / pace.by_now
    tone = Tone.GOOD if reached >= BEHIND else Tone.WATCH if reached >= FAR_BEHIND else Tone.ACT
    change = write_change(reached - 1, Unit.SHARE, currency)
    return Beside(tell("{change} on the pace: {by_now} by now, {target} at the end", change=change, **said), tone)


def beside_forecast(expected: float, unit: Unit, currency: str) -> Beside:
    """What an ordinary course would have brought by now."""
    return Beside(tell("forecast by now {expected}", expected=said_of(expected, unit, currency)))


def beside_same_time(found: SameTime, unit: Unit, currency: str) -> Beside:
    """Today beside the same time of yesterday and of a week before."""
    said = {
        "today": said_of(found.today, unit, currency),
        "yesterday": said_of(found.yesterday, unit, currency),
        "week": said_of(found.week_before, unit, currency),
    }
    return Beside(tell("today {today}; by this time yesterday {yesterday}, a week before {week}", **said))


def beside_hours(steps: Sequence[int]) -> Beside:
    """The last hour beside the hour before."""
    return Beside(
        tell("last hour {last}, the hour before {before}", last=last_hour(steps), before=hour_before(steps))
    )
