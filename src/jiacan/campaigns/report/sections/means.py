"""Money and stock: planned, spent, promised, left, and when it was short."""

from __future__ import annotations

from datetime import datetime

from jiacan.campaigns.contracts.reported import CampaignFacts, Unknown
from jiacan.campaigns.core.amounts import Unit
from jiacan.campaigns.report import definitions
from jiacan.campaigns.report.cells import Bar, Cell, Column, Figure, Moment, Section, Table, Text
from jiacan.kernel.messages import Message, tell
from jiacan.kernel.money import Money

NOT_SHORT = tell("It was never short.")
SOME_LEFT = tell("Some of it is left.")


def means_section(facts: CampaignFacts) -> Section:
    """Each budget line, the reserve, and each stock item."""
    intro = tell("What offers took of the plan's means. Spending outside offers is not recorded here.")
    return Section("means", tell("Money and stock"), (intro,), (_money(facts), _stock(facts)))


def _money(facts: CampaignFacts) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for line in facts.figures.budget:
        of = line.amount_minor or 1
        rows.append(
            (
                Text(line.name),
                Bar(used=line.spent_minor / of, promised=line.at_risk_minor / of),
                Figure(line.amount_minor, Unit.AMOUNT),
                Figure(line.spent_minor, Unit.AMOUNT),
                Figure(line.at_risk_minor, Unit.AMOUNT),
                Figure(line.left_minor, Unit.AMOUNT),
                _when(line.short_at, NOT_SHORT),
            )
        )
    columns = (
        Column(tell("Budget line"), numeric=False),
        Column(tell("Used"), numeric=False, drawing=True),
        Column(tell("Planned"), definitions.PLANNED),
        Column(tell("Spent"), definitions.SPENT),
        Column(tell("Promised"), definitions.PROMISED),
        Column(tell("Left"), definitions.LEFT),
        Column(tell("First short"), definitions.SHORT_AT),
    )
    title = tell("Money by budget line, in {currency}", currency=facts.rules.currency)
    note = tell(
        "The reserve of {reserve} is locked and no offer can take from it.",
        reserve=Money(facts.rules.reserve_minor, facts.rules.currency),
    )
    empty = tell("The plan has no budget.")
    return Table("budget", title, columns, rows, empty, note=note if facts.rules.reserve_minor else None, cards=True)


def _stock(facts: CampaignFacts) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            Text(stock.name),
            Bar(used=(stock.units - stock.left) / (stock.units or 1), promised=0.0),
            Figure(stock.units, Unit.COUNT),
            Figure(stock.units - stock.left, Unit.COUNT),
            Figure(stock.left, Unit.COUNT),
            _when(stock.emptied_at, SOME_LEFT),
            _when(stock.short_at, NOT_SHORT),
        )
        for stock in facts.figures.stock
    ]
    columns = (
        Column(tell("Stock item"), numeric=False),
        Column(tell("Used"), numeric=False, drawing=True),
        Column(tell("Planned"), definitions.PLANNED),
        Column(tell("Given"), definitions.GIVEN),
        Column(tell("Left"), definitions.LEFT),
        Column(tell("Ran out"), definitions.EMPTIED_AT),
        Column(tell("First short"), definitions.SHORT_AT),
    )
    return Table("stock", tell("Stock, in pieces"), columns, rows, tell("The plan has no stock."), cards=True)


def _when(at: datetime | None, otherwise: Message) -> Cell:
    return Unknown(otherwise) if at is None else Moment(at)
