"""Goals against results: what each measure came to, what it is held against, and whether the target was met."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from jiacan.campaigns.contracts.reported import Estimate, GoalResult, Known, PeriodFigures, Unknown, Verdict
from jiacan.kernel.messages import Message, tell
from jiacan.kernel.money import to_minor
from jiacan.kernel.periods import Period, days_later
from jiacan.plans.contracts.document import Baseline, ChangeTarget, Goal, LevelTarget, Measure

MONEY_MEASURES = frozenset({Measure.SALES, Measure.AVERAGE_ORDER_VALUE})
DAILY_SUMS = frozenset({Measure.ORDERS, Measure.SALES, Measure.NEW_CUSTOMERS})
WEEKS_A_YEAR = 52


@dataclass(frozen=True, slots=True)
class Results:
    """What goals are judged by: figures of the run and of earlier periods, and what has no period."""

    run: PeriodFigures | Unknown
    earlier: Mapping[Baseline, PeriodFigures | Unknown]
    forecasts: Mapping[Measure, Estimate | Unknown]
    awards: int
    return_on_spend: Estimate | Unknown
    run_open: Message | None
    repurchase_open: Message | None


def earlier_period(run: Period, baseline: Baseline, before: date, zone: ZoneInfo) -> Period:
    """The run's days 52 weeks earlier, or as many days as the run has, just before `before`."""
    days = run.days(zone)
    first = days[0] - timedelta(weeks=WEEKS_A_YEAR)
    if baseline is Baseline.PREVIOUS_PERIOD:
        first = before - timedelta(days=len(days))
    back = (first - days[0]).days
    return Period(days_later(run.starts_at, back, zone), days_later(run.ends_at, back, zone))


def period_unknown(period: Period, known: Known | None, zone: ZoneInfo) -> Unknown | None:
    """Why an earlier period cannot be told, if recorded orders do not reach back to it."""
    first = period.days(zone)[0]
    if known is not None and known.first_day <= first:
        return None
    if known is None:
        return Unknown(tell("No orders are recorded."))
    return Unknown(
        tell(
            "Orders are known from {first} on, and this needs them from {wanted} on.",
            first=known.first_day,
            wanted=first,
        )
    )


def still_open(last_day: date, known: Known | None) -> Message | None:
    """Why a period that ends with `last_day` is not over yet, if it is not."""
    if known is None:
        return tell("No orders are recorded.")
    if known.last_day >= last_day:
        return None
    return tell(
        "Orders are known until {until}, and this runs to the end of {last}.", until=known.until, last=last_day
    )


def judge(goal: Goal, results: Results, currency: str) -> GoalResult:
    """The goal against what came of it."""
    result = result_of(goal.measure, results)
    baseline = _baseline(goal, results, currency)
    target = _target(goal, baseline, currency)
    verdict, note = _verdict(goal, result, baseline, target, results)
    return GoalResult(goal, result, baseline, target, verdict, note)


def result_of(measure: Measure, results: Results) -> Estimate | Unknown:
    """What the measure came to in the run."""
    match measure:
        case Measure.AWARDS:
            return Estimate(results.awards)
        case Measure.RETURN_ON_SPEND:
            return results.return_on_spend
        case _:
            return _of_period(measure, results.run)


def _of_period(measure: Measure, figures: PeriodFigures | Unknown) -> Estimate | Unknown:
    if isinstance(figures, Unknown):
        return figures
    match measure:
        case Measure.ORDERS:
            return Estimate(figures.orders)
        case Measure.SALES:
            return Estimate(figures.sales_minor)
        case Measure.NEW_CUSTOMERS:
            return Estimate(figures.new_customers)
        case Measure.AVERAGE_ORDER_VALUE:
            return _ratio(figures.sales_minor, figures.orders, tell("There were no orders in this time."))
        case Measure.REPURCHASE_RATE:
            return _ratio(figures.returned, figures.buyers, tell("No customer bought in this time."))
        case Measure.AWARDS | Measure.RETURN_ON_SPEND:
            return Unknown(tell("This is known of the campaign alone, so it has nothing earlier to be held against."))


def _ratio(above: int, below: int, otherwise: Message) -> Estimate | Unknown:
    return Unknown(otherwise) if below == 0 else Estimate(above / below)


def _baseline(goal: Goal, results: Results, currency: str) -> Estimate | Unknown | None:
    match goal.against:
        case None:
            return None
        case Decimal() as level:
            return Estimate(to_unit(goal.measure, level, currency))
        case Baseline.FORECAST:
            if goal.measure in DAILY_SUMS:
                return results.forecasts[goal.measure]
            return Unknown(tell("Only orders, sales and new customers have a forecast: sums over days."))
        case Baseline.LAST_YEAR | Baseline.PREVIOUS_PERIOD as baseline:
            return _of_period(goal.measure, results.earlier[baseline])


def to_unit(measure: Measure, level: Decimal, currency: str) -> float:
    """A level written in a plan, in the measure's unit: minor units for money, else as it stands."""
    return float(to_minor(level, currency) if measure in MONEY_MEASURES else level)


def _target(goal: Goal, baseline: Estimate | Unknown | None, currency: str) -> float | Unknown:
    match goal.target:
        case LevelTarget(value):
            return to_unit(goal.measure, value, currency)
        case ChangeTarget(fraction):
            if isinstance(baseline, Unknown):
                return baseline
            assert baseline is not None, "a plan is checked: a change has something that it is a change of"
            return baseline.value * float(1 + fraction)


def _verdict(
    goal: Goal,
    result: Estimate | Unknown,
    baseline: Estimate | Unknown | None,
    target: float | Unknown,
    results: Results,
) -> tuple[Verdict, Message | None]:
    for missing in (result, target):
        if isinstance(missing, Unknown):
            return Verdict.UNKNOWN, missing.why
    assert isinstance(result, Estimate)
    assert isinstance(target, float)
    if result.interval is not None and result.interval.low < target <= result.interval.high:
        return Verdict.UNKNOWN, tell("The interval holds the target, so chance alone could decide it.")
    unfinished = results.repurchase_open if goal.measure is Measure.REPURCHASE_RATE else results.run_open
    counted_up = goal.measure in DAILY_SUMS or goal.measure is Measure.AWARDS
    if unfinished is not None and not (counted_up and result.value >= target):
        return Verdict.OPEN, unfinished
    return (Verdict.MET if result.value >= target else Verdict.MISSED), _reading(result, baseline)


def _reading(result: Estimate, baseline: Estimate | Unknown | None) -> Message | None:
    if not isinstance(baseline, Estimate) or baseline.interval is None:
        return None
    if result.value in baseline.interval:
        return tell("The result lies within what the forecast's own uncertainty allows without a campaign.")
    if result.value > baseline.interval.high:
        return tell(
            "More than the forecast's uncertainty allows; the forecast knows no trend and no season, "
            "so this alone does not show that the campaign caused it."
        )
    return tell("Less than the forecast's uncertainty allows.")
