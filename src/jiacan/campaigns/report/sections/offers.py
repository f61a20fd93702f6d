"""What each offer gave, refused and took back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from jiacan.campaigns.contracts.reported import AwardCount, CampaignFacts
from jiacan.campaigns.core.amounts import Unit
from jiacan.campaigns.core.naming import KINDS, OUTCOMES, item_named, offer_named, reason_named
from jiacan.campaigns.report import definitions
from jiacan.campaigns.report.cells import Cell, Column, Day, Figure, Section, Table, Text
from jiacan.kernel.messages import tell
from jiacan.offers.contracts.awards import Outcome
from jiacan.offers.contracts.benefits import Kind

COLUMNS = {
    Outcome.GRANTED: Column(tell("Granted"), definitions.GRANTED),
    Outcome.OTHERWISE: Column(tell("Substitute"), definitions.SUBSTITUTED),
    Outcome.REFUSED: Column(tell("Refused"), definitions.REFUSED),
    Outcome.HELD_OUT: Column(tell("Held out"), definitions.HELD_OUT),
}


def offers_section(facts: CampaignFacts) -> Section:
    """Awards by offer, by reason and by day, and the benefits they came to."""
    intro = tell("One award for each order and offer that it met; an order can meet several offers.")
    tables = (_by_offer(facts), _by_reason(facts), _benefits(facts), _by_day(facts))
    return Section("offers", tell("Awards and refusals"), (intro,), tables)


def _counted(facts: CampaignFacts, key: Callable[[AwardCount], object]) -> Counter[object]:
    totals: Counter[object] = Counter()
    for count in facts.awards:
        totals[key(count)] += count.awards
    return totals


def _by_offer(facts: CampaignFacts) -> Table:
    totals = _counted(facts, lambda count: (count.offer_id, count.outcome))
    rows: list[tuple[Cell, ...]] = []
    for offer_id in _offer_ids(facts):
        met = sum(totals[offer_id, outcome] for outcome in COLUMNS)
        counts = (Figure(totals[offer_id, outcome], Unit.COUNT) for outcome in COLUMNS)
        times_back = facts.figures.events_by_offer.get(offer_id, {}).get(Outcome.CLAWED_BACK, 0)
        name = Text(offer_named(offer_id, facts.rules))
        rows.append((name, Figure(met, Unit.COUNT), *counts, Figure(times_back, Unit.COUNT)))
    columns = (
        Column(tell("Offer"), numeric=False),
        Column(tell("Orders that met it")),
        *COLUMNS.values(),
        Column(tell("Taken back from"), definitions.CLAWED_BACK),
    )
    return Table("awards", tell("By offer"), columns, rows, tell("No order has met an offer."))


def _offer_ids(facts: CampaignFacts) -> list[str]:
    planned = [offer.id for offer in facts.rules.offers]
    met = {count.offer_id for count in facts.awards}
    return [*planned, *sorted(met - set(planned))]


def _by_reason(facts: CampaignFacts) -> Table:
    totals: Counter[tuple[str, str, Outcome]] = Counter()
    for count in facts.awards:
        if count.reason:
            totals[count.offer_id, count.reason, count.outcome] += count.awards
    rows = [
        (
            Text(offer_named(offer_id, facts.rules)),
            Text(reason_named(reason, facts.rules)),
            Text(OUTCOMES[outcome]),
            Figure(awards, Unit.COUNT),
        )
        for (offer_id, reason, outcome), awards in totals.most_common()
    ]
    columns = (
        Column(tell("Offer"), numeric=False),
        Column(tell("Reason"), numeric=False),
        Column(tell("What became of it"), numeric=False),
        Column(tell("Times"), definitions.REFUSED),
    )
    return Table("reasons", tell("By reason"), columns, rows, tell("Nothing was refused or replaced."))


def _benefits(facts: CampaignFacts) -> Table:
    rows = [
        (
            Text(offer_named(given.offer_id, facts.rules)),
            Text(
                item_named(given.kind, given.item, facts.rules), aside=KINDS[Kind(given.kind)] if given.item else None
            ),
            Figure(given.quantity, Unit.COUNT),
            Figure(given.amount_minor, Unit.AMOUNT),
            Figure(given.back_quantity, Unit.COUNT),
            Figure(given.back_amount_minor, Unit.AMOUNT),
        )
        for given in facts.figures.given
    ]
    currency = facts.rules.currency
    columns = (
        Column(tell("Offer"), numeric=False),
        Column(tell("Benefit"), numeric=False),
        Column(tell("Given"), definitions.GIVEN),
        Column(tell("Worth ({currency})", currency=currency), definitions.MONEY_GIVEN),
        Column(tell("Taken back"), definitions.CLAWED_BACK),
        Column(tell("Worth taken back ({currency})", currency=currency), definitions.CLAWED_BACK),
    )
    return Table("benefits", tell("Benefits given and taken back"), columns, rows, tell("Nothing was given."))


def _by_day(facts: CampaignFacts) -> Table:
    totals = _counted(facts, lambda count: (count.day, count.outcome))
    days = sorted({count.day for count in facts.awards})
    rows: list[tuple[Cell, ...]] = [
        (Day(day), *(Figure(totals[day, outcome], Unit.COUNT) for outcome in COLUMNS)) for day in days
    ]
    columns = (Column(tell("Day"), numeric=False), *COLUMNS.values())
    return Table("awards-by-day", tell("Day by day"), columns, rows, tell("No order has met an offer."), folded=True)
