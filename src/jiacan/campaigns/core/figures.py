"""Figures of a campaign, from what its awards, claw-backs and balances add up to; for a rehearsal and a run alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from jiacan.campaigns.contracts.figures import BudgetFigure, Figures, GivenFigure, StockFigure
from jiacan.ledger.contracts import Balance
from jiacan.offers.contracts.awards import Outcome
from jiacan.offers.contracts.benefits import HELD_KINDS
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.contracts.sums import ItemSum, Sums

_NOTHING = ItemSum(0, 0)


def figures_of(rules: PlanRules, sums: Sums, stock_left: Mapping[str, int], budget: Mapping[str, Balance]) -> Figures:
    """The figures, with what is left of stock (pieces) and of each budget line."""
    return Figures(
        events_by_offer=_events_by_offer(rules, sums),
        refusals_by_reason=_refusals_by_reason(sums),
        given=tuple(_given_figure(key, sums) for key in sorted({*sums.given, *sums.taken_back})),
        stock=tuple(_stock_figure(rules, sums, stock_id, left) for stock_id, left in stock_left.items()),
        budget=tuple(_budget_figure(rules, sums, line_id, balance) for line_id, balance in budget.items()),
    )


def balances_of(rules: PlanRules, sums: Sums, budget_left_minor: Mapping[str, int]) -> dict[str, Balance]:
    """Each budget line's balance, from what is left of it: what is neither left nor spent is at risk."""
    lines = {offer.id: offer.budget for offer in rules.offers}
    spent_minor: Counter[str] = Counter()
    for (offer_id, kind, _), given in sums.given.items():
        by_kind = {str(each): line for each, line in lines[offer_id].items() if each not in HELD_KINDS}
        if kind in by_kind:
            spent_minor[by_kind[kind]] += given.amount_minor
    found = {}
    for line_id, left in budget_left_minor.items():
        posted = rules.budget[line_id].amount_minor - spent_minor[line_id]
        found[line_id] = Balance(posted=posted, held=posted - left, floor=0)
    return found


def _events_by_offer(rules: PlanRules, sums: Sums) -> dict[str, dict[str, int]]:
    events: dict[str, Counter[str]] = {offer.id: Counter() for offer in rules.offers}
    for (offer_id, outcome, code), count in sums.awards.items():
        if offer_id in events:
            events[offer_id][_event_of(outcome, code)] += count
    for offer_id, count in sums.clawed_back.items():
        if offer_id in events:
            events[offer_id][Outcome.CLAWED_BACK] += count
    return {offer_id: dict(counted) for offer_id, counted in events.items() if counted}


def _event_of(outcome: str, code: str) -> str:
    """The name an award is counted under."""
    if outcome != Outcome.REFUSED:
        return outcome
    return "refused:limit" if code.startswith("limit") else "refused:stock_or_budget"


def _refusals_by_reason(sums: Sums) -> dict[str, dict[str, int]]:
    reasons: dict[str, Counter[str]] = {}
    for (offer_id, _, code), count in sums.awards.items():
        if code:
            reasons.setdefault(offer_id, Counter())[code] += count
    return {offer_id: dict(counted) for offer_id, counted in reasons.items()}


def _given_figure(key: tuple[str, str, str], sums: Sums) -> GivenFigure:
    given, back = sums.given.get(key, _NOTHING), sums.taken_back.get(key, _NOTHING)
    return GivenFigure(*key, given.quantity, given.amount_minor, back.quantity, back.amount_minor)


def _stock_figure(rules: PlanRules, sums: Sums, stock_id: str, left: int) -> StockFigure:
    item = rules.stock[stock_id]
    emptied_at = sums.last_given_at.get(stock_id) if left == 0 else None
    return StockFigure(stock_id, item.name, item.units, left, emptied_at, sums.short_at.get(f"stock:{stock_id}"))


def _budget_figure(rules: PlanRules, sums: Sums, line_id: str, balance: Balance) -> BudgetFigure:
    line = rules.budget[line_id]
    return BudgetFigure(
        id=line_id,
        name=line.name,
        amount_minor=line.amount_minor,
        at_risk_minor=balance.held,
        spent_minor=line.amount_minor - balance.posted,
        left_minor=balance.posted - balance.held,
        short_at=sums.short_at.get(f"budget:{line_id}"),
    )
