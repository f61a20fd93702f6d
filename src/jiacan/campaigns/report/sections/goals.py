"""Goals against results, and the daily course that they come from."""

from __future__ import annotations

from decimal import Decimal

from jiacan.campaigns.contracts.reported import CampaignFacts, Estimate, GoalResult, Unknown
from jiacan.campaigns.core.amounts import UNITS, Unit, write_interval
from jiacan.campaigns.core.naming import BASELINES, MEASURES, VERDICTS
from jiacan.campaigns.report import definitions
from jiacan.campaigns.report.cells import Cell, Column, Day, Figure, Section, State, Table, Text
from jiacan.kernel.messages import Message, tell
from jiacan.plans.contracts.document import Baseline, ChangeTarget


def goals_section(facts: CampaignFacts) -> Section:
    """Each goal of the plan: target, what it is held against, result, verdict."""
    columns = (
        Column(tell("Goal"), numeric=False),
        Column(tell("Result")),
        Column(tell("Target"), definitions.TARGET),
        Column(tell("Held against"), definitions.BASELINE),
        Column(tell("Verdict"), numeric=False),
    )
    table = Table(
        key="goals",
        title=tell("Goals against results"),
        columns=columns,
        rows=[_goal_row(result, facts.rules.currency) for result in facts.goals],
        empty=tell("The plan names no goals. `goals:` in the plan says what it should reach."),
        cards=True,
    )
    return Section("goals", tell("Goals against results"), (), (table,))


def _goal_row(result: GoalResult, currency: str) -> tuple[Cell, ...]:
    unit = UNITS[result.goal.measure]
    return (
        Text(MEASURES[result.goal.measure]),
        _estimate(result.result, unit, currency),
        result.target if isinstance(result.target, Unknown) else _target(result, unit),
        _baseline(result, unit, currency),
        State(result.verdict, VERDICTS[result.verdict], result.note),
    )


def _estimate(estimate: Estimate | Unknown, unit: Unit, currency: str) -> Cell:
    if isinstance(estimate, Unknown):
        return estimate
    aside = None
    if estimate.interval is not None:
        aside = tell("95%: {interval}", interval=write_interval(estimate.interval, unit, currency))
    return Figure(estimate.value, unit, aside=aside)


def _target(result: GoalResult, unit: Unit) -> Cell:
    assert isinstance(result.target, float)
    aside = None
    if isinstance(result.goal.target, ChangeTarget):
        aside = tell("{change} on it", change=f"{result.goal.target.fraction * 100:+.0f}%")
    return Figure(result.target, unit, aside=aside)


def _baseline(result: GoalResult, unit: Unit, currency: str) -> Cell:
    if result.baseline is None:
        return Text(tell("the plan's own number"))
    if isinstance(result.baseline, Unknown):
        return result.baseline
    named = _against(result.goal.against)
    if result.baseline.interval is None:
        return Figure(result.baseline.value, unit, aside=named)
    interval = write_interval(result.baseline.interval, unit, currency)
    return Figure(result.baseline.value, unit, aside=tell("{named}, 95%: {interval}", named=named, interval=interval))


def _against(against: Baseline | Decimal | None) -> Message:
    return BASELINES[against] if isinstance(against, Baseline) else tell("the plan's own number")


def course_section(facts: CampaignFacts) -> Section:
    """Orders and sales day by day, beside what was expected."""
    columns = (
        Column(tell("Day"), numeric=False),
        Column(tell("Orders"), definitions.ORDERS),
        Column(tell("Expected"), definitions.EXPECTED),
        Column(tell("Sales ({currency})", currency=facts.rules.currency), definitions.SALES),
        Column(tell("New customers"), definitions.NEW_CUSTOMERS),
    )
    missing = next((each for each in facts.forecasts.values() if isinstance(each, Unknown)), None)
    rows = [
        (
            Day(day.day),
            Figure(day.orders, Unit.COUNT),
            Figure(day.expected_orders, Unit.DECIMAL)
            if day.expected_orders is not None
            else missing or Unknown(tell("No forecast is made for days after the run.")),
            Figure(day.sales_minor, Unit.AMOUNT),
            Figure(day.new_customers, Unit.COUNT),
        )
        for day in facts.days
        if day.day >= facts.before
    ]
    table = Table(
        key="course",
        title=tell("Day by day"),
        columns=columns,
        rows=rows,
        empty=tell("No orders are recorded from the warm-up on."),
        folded=True,
    )
    intro = tell("All of the shop's paid orders, whether an offer touched them or not.")
    return Section("course", tell("The daily course"), (intro,), (table,))
