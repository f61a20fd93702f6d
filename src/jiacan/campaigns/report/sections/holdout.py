"""The held-out customers beside the rest: did it work?"""

from __future__ import annotations

from jiacan.campaigns.contracts.reported import Arm, CampaignFacts, Estimate, HoldoutComparison, Unknown
from jiacan.campaigns.core.amounts import Unit, write_interval
from jiacan.campaigns.report import definitions
from jiacan.campaigns.report.cells import Cell, Column, Figure, Section, Table, Text, Whisker
from jiacan.kernel.messages import tell

EXPLANATION = tell(
    "Compared are all customers who had paid an order before the run, whether they bought in it or not; chance put a "
    "part of them aside before it began, so that on average the two sides differ only by the campaign."
)


def holdout_section(facts: CampaignFacts) -> Section:
    """Both sides, and their differences with 95% intervals."""
    if isinstance(facts.holdout, Unknown):
        return Section("holdout", tell("Did it work?"), (facts.holdout.why,), ())
    tables = (_sides(facts.holdout), _differences(facts, facts.holdout))
    return Section("holdout", tell("Did it work?"), (EXPLANATION,), tables)


def _sides(comparison: HoldoutComparison) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (Text(name), *_side(arm))
        for name, arm in ((tell("Held out"), comparison.held_out), (tell("The rest"), comparison.rest))
    ]
    columns = (
        Column(tell("Side"), numeric=False),
        Column(tell("Customers"), definitions.COMPARED),
        Column(tell("Bought"), definitions.BOUGHT),
        Column(tell("Share who bought"), definitions.BOUGHT),
        Column(tell("Orders"), definitions.ORDERS),
        Column(tell("Sales"), definitions.SALES),
        Column(tell("Spend per customer"), definitions.SPEND_PER_CUSTOMER),
    )
    return Table("sides", tell("Both sides"), columns, rows, tell("Nobody is compared."), cards=True)


def _side(arm: Arm) -> tuple[Cell, ...]:
    return (
        Figure(arm.customers, Unit.COUNT),
        Figure(arm.buyers, Unit.COUNT),
        Figure(arm.buyers / arm.customers, Unit.SHARE),
        Figure(arm.orders, Unit.COUNT),
        Figure(arm.spend_minor, Unit.MONEY),
        Figure(arm.spend_minor / arm.customers, Unit.MONEY),
    )


def _differences(facts: CampaignFacts, comparison: HoldoutComparison) -> Table:
    rows: list[tuple[Cell, ...]] = [
        _difference(
            Text(tell("Share who bought"), aside=tell("in percentage points; Newcombe's interval")),
            comparison.rate_difference,
            Unit.POINTS,
            facts,
        ),
        _difference(
            Text(tell("Spend per customer"), aside=tell("Welch's interval")),
            comparison.spend_difference,
            Unit.MONEY,
            facts,
        ),
    ]
    if not isinstance(comparison.spend_bootstrap, Unknown):
        resampled = Estimate(comparison.spend_difference.value, comparison.spend_bootstrap)
        title = Text(tell("Spend per customer"), aside=tell("the same by bootstrap, as a check"))
        rows.append(_difference(title, resampled, Unit.MONEY, facts))
    title = Text(tell("Return on spend"), aside=tell("extra sales for each 1 given"))
    if isinstance(facts.return_on_spend, Unknown):
        rows.append((title, facts.return_on_spend, facts.return_on_spend, facts.return_on_spend, Text("")))
    else:
        rows.append(_difference(title, facts.return_on_spend, Unit.RATIO, facts))
    columns = (
        Column(tell("The rest less the held-out"), numeric=False),
        Column(tell("Difference")),
        Column(tell("95% interval")),
        Column(tell("On a line, zero marked"), numeric=False, drawing=True),
        Column(tell("In words"), numeric=False),
    )
    return Table("differences", tell("Differences"), columns, rows, tell("Nobody is compared."), cards=True)


def _difference(title: Text, found: Estimate, unit: Unit, facts: CampaignFacts) -> tuple[Cell, ...]:
    assert found.interval is not None, "a difference has an interval"
    words = tell("Cannot be told from zero") if 0.0 in found.interval else tell("More than chance alone explains")
    return (
        title,
        Figure(found.value, unit, signed=True),
        Text(write_interval(found.interval, unit, facts.rules.currency)),
        Whisker(found.interval, found.value),
        Text(words),
    )
