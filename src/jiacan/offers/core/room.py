"""How often an offer can still be given: by its limits, the stock it takes and the money it holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date

from jiacan.ledger.contracts import AccountKey
from jiacan.offers.contracts.awards import BudgetExhausted, LimitReached, Match, Refusal, StockEmpty
from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.contracts.room import Room
from jiacan.offers.contracts.rules import Offer, PlanRules
from jiacan.offers.core.accounts import allowances, budget_account, stock_account

_OWN = ("per_customer", "per_customer_per_day")


def room_of(match: Match, customer_id: str, day: date, rules: PlanRules, available: Mapping[AccountKey, int]) -> Room:
    """What is left of the offer that was matched.

    Args:
        match: the offer, and what it would give.
        customer_id: to whom.
        day: in the plan's zone.
        rules: the plan.
        available: what is left of stock, budget and those counts of which something was taken.
    """
    offer = next(each for each in rules.offers if each.id == match.offer_id)
    bounds = list(_bounds(match, offer, customer_id, day, rules, available))
    shared = [times for times, _, is_own in bounds if not is_own]
    refusal = next((why for times, why, _ in bounds if times < 1), None)
    return Room(min(shared) if shared else None, refusal)


def _bounds(
    match: Match, offer: Offer, customer_id: str, day: date, rules: PlanRules, available: Mapping[AccountKey, int]
) -> Iterator[tuple[int, Refusal, bool]]:
    """How often each bound still allows it, what it is refused for else, and whether it is this customer's own."""
    for count in allowances(rules.plan_id, offer.id, offer.limits, customer_id=customer_id, day=day):
        left = available.get(count.account, count.bound)
        yield left, LimitReached(count.which, count.bound, count.day), count.which in _OWN
    costs: defaultdict[str, int] = defaultdict(int)
    for item in match.items:
        if item.kind in (Kind.GIFT, Kind.SERVICE):
            pieces = available.get(stock_account(rules.plan_id, item.id), 0)
            yield pieces // item.quantity, StockEmpty(item.id, item.quantity, pieces, None), False
        if item.kind in offer.budget:
            costs[offer.budget[item.kind]] += item.amount_minor
    for line, minor in costs.items():
        if minor:
            money = available.get(budget_account(rules.plan_id, line, rules.currency), 0)
            yield money // minor, BudgetExhausted(line, minor, money), False
