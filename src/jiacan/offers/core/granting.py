"""The ledger entries that carry out an award.

Money at risk: a gift's, service's, cash's or discount's cost is spent at once; a coupon's, points' or credit's is
held until used, clawed back or expired. Coupons hold one by one, so that one can be used and another void.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from jiacan.kernel.money import allocate
from jiacan.kernel.periods import days_later
from jiacan.ledger.contracts import Entry, Group, Hold, Move
from jiacan.offers.contracts.awards import Award, Item
from jiacan.offers.contracts.benefits import HELD_KINDS, Kind
from jiacan.offers.contracts.rules import Offer, PlanRules
from jiacan.offers.core.accounts import (
    Allowance,
    awarded_account,
    budget_account,
    customer_account,
    holding_unit,
    plan_account,
    spent_account,
    stock_account,
    stock_unit,
)


def award_key(plan_id: str, order_id: str, offer_id: str) -> str:
    """The name under which an award's ledger entries stand: an order earns an offer once."""
    return f"{plan_id}/{order_id}/{offer_id}"


def hold_keys(key: str, item: Item) -> tuple[str, ...]:
    """The keys of the budget holds of an item: one for each coupon, one for the whole of points or credit."""
    if item.kind not in HELD_KINDS or item.amount_minor == 0:
        return ()
    parts = item.quantity if item.kind is Kind.COUPON else 1
    return tuple(f"{key}/{item.kind}:{item.id}/hold/{part}" for part in range(parts))


def grant_group(award: Award, offer: Offer, counts: Iterable[Allowance], rules: PlanRules) -> Group:
    """Everything the award does to the ledger, whole or not at all."""
    key = award_key(rules.plan_id, award.order_id, award.offer_id)
    entries: list[Entry] = [
        Move(f"{key}/{count.which}", count.account, awarded_account(rules.plan_id, offer.id), 1, award.settled_for)
        for count in counts
    ]
    for item in award.items:
        entries.append(_hand_over(key, item, award, rules))
        entries.extend(_pay_for(key, item, award.settled_for, offer, rules))
    return Group(tuple(entries))


def _hand_over(key: str, item: Item, award: Award, rules: PlanRules) -> Move:
    plan_id, at, name = rules.plan_id, award.settled_for, f"{key}/{item.kind}:{item.id}"
    if item.kind in (Kind.GIFT, Kind.SERVICE):
        given = plan_account(plan_id, "given", stock_unit(item.id))
        return Move(name, stock_account(plan_id, item.id), given, item.quantity, at)
    unit = holding_unit(plan_id, item, rules.currency)
    amount = amount_held(item)
    return Move(name, plan_account(plan_id, "issued", unit), customer_account(award.customer_id, unit), amount, at)


def amount_held(item: Item) -> int:
    """How much of its unit the customer's account gets: minor units for money, pieces for the rest."""
    return item.amount_minor if item.kind in (Kind.CASH, Kind.CREDIT, Kind.DISCOUNT) else item.quantity


def _pay_for(key: str, item: Item, at: datetime, offer: Offer, rules: PlanRules) -> Iterator[Entry]:
    line = offer.budget.get(item.kind)
    if line is None or item.amount_minor == 0:
        return
    budget = budget_account(rules.plan_id, line, rules.currency)
    spent = spent_account(rules.plan_id, line, rules.currency)
    holds = hold_keys(key, item)
    if not holds:
        yield Move(f"{key}/{item.kind}:{item.id}/cost", budget, spent, item.amount_minor, at)
        return
    expires_at = None if item.valid_days is None else days_later(at, item.valid_days, rules.zone)
    for hold, amount in zip(holds, allocate(item.amount_minor, [1] * len(holds)), strict=True):
        yield Hold(hold, budget, spent, amount, at, expires_at)
