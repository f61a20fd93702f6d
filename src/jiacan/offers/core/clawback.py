"""Claw-back: granted minus deserved, item by item, by the offer's policy. Nothing new is ever given.

What is deserved is the same offer asked again of the goods that were kept, limits and stock aside. Where `otherwise`
stood in for a rung, it is deserved for as long as the kept goods reach any rung.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from jiacan.kernel.money import allocate
from jiacan.ledger.contracts import Entry, Group, Hold, Move, Void
from jiacan.offers.contracts.awards import ClawBack, Item
from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.contracts.rules import Offer, PlanRules, RefundPolicy
from jiacan.offers.core.accounts import (
    budget_account,
    customer_account,
    customer_debt_account,
    holding_unit,
    plan_account,
    spent_account,
)
from jiacan.offers.core.backing import Backing, entries_between, taken_back
from jiacan.offers.core.benefits import MONEY_KINDS
from jiacan.offers.core.book import Book, Held, Holding
from jiacan.offers.core.events import RefundEvent
from jiacan.offers.core.granting import amount_held, award_key


def claw_back(
    held: Held, deserved: Iterable[Item], event: RefundEvent, *, offer: Offer, rules: PlanRules, book: Book
) -> tuple[ClawBack, Group] | None:
    """What the refund takes of the award, and the ledger group that does it; None when nothing is to be taken.

    The holdings in the book shrink to what is left.

    Args:
        held: what the customer still has of the award.
        deserved: what the kept goods deserve of the offer, under the version that gave the award.
        event: the refund.
        offer: the offer as the version that gave the award has it.
        rules: the plan, for its accounts and currency.
        book: where freed money becomes available again.
    """
    still = {(item.kind, item.id): item for item in deserved}
    key = award_key(rules.plan_id, held.order_id, held.offer_id)
    entries: list[Entry] = []
    taken: list[Item] = []
    for holding in held.holdings:
        if offer.on_refund[holding.item.kind] is RefundPolicy.KEEP:
            continue
        deserves = still.get((holding.item.kind, holding.item.id))
        holding.due = _due(holding, deserves)
        excess = _excess(holding, deserves)
        if excess is None:
            continue
        name = f"{key}/{excess.kind}:{excess.id}/back/{event.refund_id}"
        entries.extend(take(holding, excess, name, held.customer_id, event.at, offer=offer, rules=rules, book=book))
        taken.append(excess)
    if not taken:
        return None
    back = ClawBack(
        order_id=held.order_id,
        customer_id=held.customer_id,
        offer_id=held.offer_id,
        rung=held.rung,
        refund_id=event.refund_id,
        at=event.at,
        items=tuple(taken),
    )
    return back, Group(tuple(entries))


def take(
    holding: Holding,
    excess: Item,
    name: str,
    customer_id: str,
    at: datetime,
    *,
    offer: Offer,
    rules: PlanRules,
    book: Book,
) -> list[Entry]:
    """Take the excess off what is held: the ledger entries that do it, under names that begin with `name`."""
    entries = [
        _return(name, excess, customer_id, at, rules),
        *_release(name, holding, excess, at, offer, rules, book),
    ]
    holding.item = _minus(holding.item, excess)
    return entries


def _due(holding: Holding, deserved: Item | None) -> int:
    """How many would be taken back as well, were they not used; what was due once stays due."""
    over = holding.used - (0 if deserved is None else deserved.quantity)
    return max(holding.due, over)


def _excess(holding: Holding, deserved: Item | None) -> Item | None:
    """The part of what is held that is not deserved any more; None when all of it is, or it has lapsed."""
    item = holding.item
    if holding.lapsed or item.quantity == 0:
        return None
    if deserved is None:
        return item
    if item.kind in MONEY_KINDS:
        over = item.amount_minor - deserved.amount_minor
        return Item(item.kind, item.id, 1, over, item.valid_days) if over > 0 else None
    # What was used is what was deserved, as far as it goes.
    over = min(item.quantity, item.quantity + holding.used - deserved.quantity)
    if over <= 0:
        return None
    # Pieces and coupons cost the same each; points are worth what the kept ones leave over.
    amount = allocate(item.amount_minor, [over, item.quantity - over])[0]
    return Item(item.kind, item.id, over, amount, item.valid_days)


def _minus(item: Item, excess: Item) -> Item:
    amount = item.amount_minor - excess.amount_minor
    if item.kind in MONEY_KINDS:
        return Item(item.kind, item.id, 1 if amount > 0 else 0, amount, item.valid_days)
    return Item(item.kind, item.id, item.quantity - excess.quantity, amount, item.valid_days)


def _return(name: str, excess: Item, customer_id: str, at: datetime, rules: PlanRules) -> Move:
    unit = holding_unit(rules.plan_id, excess, rules.currency)
    if excess.kind in (Kind.GIFT, Kind.SERVICE):
        owed = plan_account(rules.plan_id, "owed", unit)
        return Move(name, customer_debt_account(customer_id, unit), owed, excess.quantity, at)
    issued = plan_account(rules.plan_id, "issued", unit)
    return Move(name, customer_account(customer_id, unit), issued, amount_held(excess), at)


def _release(
    name: str, holding: Holding, excess: Item, at: datetime, offer: Offer, rules: PlanRules, book: Book
) -> list[Entry]:
    """Free the money that is still held for what was taken back; what was spent at once stays spent."""
    if excess.kind is Kind.POINTS and excess.kind in offer.budget:
        return _follow(name, holding, excess, at, offer, rules, book)
    if not holding.hold_keys:
        return []
    line = offer.budget[excess.kind]
    budget = budget_account(rules.plan_id, line, rules.currency)
    book.give_back(budget, excess.amount_minor)
    if excess.kind is Kind.COUPON:
        kept, freed = holding.hold_keys[: -excess.quantity], holding.hold_keys[-excess.quantity :]
        holding.hold_keys = kept
        return [Void(f"{hold}/void", hold, at) for hold in freed]
    (hold,) = holding.hold_keys
    left = holding.item.amount_minor - excess.amount_minor
    holding.hold_keys = (f"{name}/hold",) if left else ()
    entries: list[Entry] = [Void(f"{hold}/void", hold, at)]
    if left:
        spent = spent_account(rules.plan_id, line, rules.currency)
        entries.append(Hold(f"{name}/hold", budget, spent, left, at, holding.expires_at))
    return entries


def _follow(
    name: str, holding: Holding, excess: Item, at: datetime, offer: Offer, rules: PlanRules, book: Book
) -> list[Entry]:
    """Free the money of points: what of them was spent stands behind what is left."""
    line = offer.budget[excess.kind]
    budget = budget_account(rules.plan_id, line, rules.currency)
    before = backing_of(holding)
    after = taken_back(before, excess.quantity, excess.amount_minor)
    book.give_back(budget, before.backed_minor - after.backed_minor)
    entries, holding.hold_keys = entries_between(
        before,
        after,
        holding.hold_keys,
        name=name,
        budget=budget,
        spent=spent_account(rules.plan_id, line, rules.currency),
        at=at,
    )
    holding.points_lost, holding.spent_minor, holding.freed_minor = after.lost, after.spent_minor, after.freed_minor
    return entries


def backing_of(holding: Holding) -> Backing:
    """The money behind points that are held."""
    return Backing(
        points=holding.item.quantity,
        worth_minor=holding.item.amount_minor,
        spent=holding.points_spent,
        lost=holding.points_lost,
        spent_minor=holding.spent_minor,
        freed_minor=holding.freed_minor,
    )
