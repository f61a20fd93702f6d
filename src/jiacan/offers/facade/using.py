"""Coupons that awards gave: used, given back, and let lapse when their time is over.

The callers of `use` and `undo` hold the plan's lock (`awarding.lock_plans`), so that what they saw is still so.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from jiacan.ledger import facade as ledger
from jiacan.offers.contracts.awards import Item
from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.contracts.coupons import CameBack, GivenCoupons, GivenRef
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.contracts.settled import Settled
from jiacan.offers.core.book import Held, Holding
from jiacan.offers.core.settle import lapse
from jiacan.offers.core.using import Behind, end_group, undo_group, use_group
from jiacan.offers.facade.books import VersionRules, carry_out, find_levels, load_book
from jiacan.offers.store import awards as store
from jiacan.offers.store import coupons, giving

AT_ONCE = 1_000
"""Awards whose coupons lapse in one transaction."""


def given_to(shop_id: int, customer_id: str) -> tuple[GivenCoupons, ...]:
    """All coupons that awards gave the customer, the first given first."""
    return coupons.find_given_to(shop_id, customer_id)


def find_given(shop_id: int, ref: GivenRef) -> GivenCoupons | None:
    """The coupons of that name, if there are such."""
    return coupons.find_given(shop_id, ref)


def use(
    shop_id: int, rules: PlanRules, ref: GivenRef, *, place: int, name: str, taken_minor: int, at: datetime
) -> None:
    """Use one of the coupons that are left: it is spent by what it takes off, and the rest of its money is free.

    Args:
        shop_id: whose.
        rules: the version that gave it.
        ref: of which award, and which sort.
        place: which of those that are left, from 0.
        name: the use's own, for ever.
        taken_minor: what it takes off; 1 at least, its face value at most.
        at: now.
    """
    with _standing(shop_id, rules, ref) as (held, holding, behind):
        item = holding.item
        assert 0 <= place < item.quantity, "only what is left can be used"
        keys = holding.hold_keys
        hold_key = keys[place] if keys else None
        group = use_group(
            behind, name, hold_key=hold_key, customer_id=held.customer_id, taken_minor=taken_minor, at=at
        )
        carry_out(shop_id, [group], (), ())
        holding.hold_keys = (*keys[:place], *keys[place + 1 :])
        holding.item = _resized(item, item.quantity - 1, behind)
        holding.used += 1


def undo(
    shop_id: int,
    rules: PlanRules,
    ref: GivenRef,
    *,
    place: int,
    name: str,
    use_name: str,
    taken_minor: int,
    at: datetime,
) -> CameBack:
    """Undo a use: the coupon is its customer's again, at that place among those left, or says why it is not.

    Its money is free again in any case. `name` is the undoing's own, `use_name` and `taken_minor` are those of `use`.
    """
    with _standing(shop_id, rules, ref) as (_, holding, behind):
        paid = behind.pays
        answer = _fate(holding, at)
        if answer is CameBack.OPEN and not can_hold_again(shop_id, behind, taken_minor):
            answer = CameBack.OUT_OF_BUDGET
        holding.used -= 1
        if answer is not CameBack.OPEN:
            carry_out(shop_id, [end_group(behind, name, paid=paid, use_name=use_name, at=at)], (), ())
            holding.due = max(0, holding.due - 1)
            return answer
        held_as = f"{name}/hold" if paid else None
        group = undo_group(behind, name, held_as=held_as, expires_at=holding.expires_at, use_name=use_name, at=at)
        carry_out(shop_id, [group], (), {behind.budget} if paid else ())
        if held_as is not None:
            keys = holding.hold_keys
            holding.hold_keys = (*keys[:place], held_as, *keys[place:])
        holding.item = _resized(holding.item, holding.item.quantity + 1, behind)
        return answer


def can_hold_again(shop_id: int, behind: Behind, taken_minor: int) -> bool:
    """Whether the line bears the face value again once what was taken off is back; it stays so until we end."""
    if not behind.pays:
        return True
    left = ledger.lock_balances(shop_id, [behind.budget])[behind.budget].available or 0
    return left + taken_minor >= behind.face_minor


def _fate(holding: Holding, at: datetime) -> CameBack:
    if holding.due:
        return CameBack.TAKEN_BACK
    over = holding.lapsed or (holding.expires_at is not None and holding.expires_at <= at)
    return CameBack.EXPIRED if over else CameBack.OPEN


@contextmanager
def _standing(shop_id: int, rules: PlanRules, ref: GivenRef) -> Iterator[tuple[Held, Holding, Behind]]:
    """What stands of the award, stored again as the caller leaves it."""
    found = store.find_held_of(shop_id, ref.plan_id, [ref.order_id])
    held = next(one for one in found if one.offer_id == ref.offer_id)
    holding = next(each for each in held.holdings if (each.item.kind, each.item.id) == (Kind.COUPON, ref.coupon))
    offer = next(offer for offer in rules.offers if offer.id == ref.offer_id)
    yield held, holding, Behind(rules, ref.coupon, offer.budget.get(Kind.COUPON))
    giving.update_held(shop_id, ref.plan_id, [held])


def _resized(item: Item, quantity: int, behind: Behind) -> Item:
    return Item(item.kind, item.id, quantity, quantity * behind.face_minor, item.valid_days)


def lapse_due(
    shop_id: int, rules: PlanRules, *, rules_of: VersionRules, after: datetime, until: datetime
) -> Iterator[Settled]:
    """Let go what was given and expires in that time, a thousand awards to a transaction; says what it freed.

    Args:
        shop_id: whose.
        rules: the version in force.
        rules_of: the rules of an earlier version, for what it gave.
        after: what had expired by then lapses with the events after it, as history has them.
        until: now.
    """
    while True:
        with transaction.atomic():
            store.lock_plan(shop_id, rules.plan_id)
            order_ids = coupons.find_lapsing(shop_id, rules.plan_id, after=after, until=until, limit=AT_ONCE)
            if not order_ids:
                return
            held = store.find_held_of(shop_id, rules.plan_id, order_ids)
            earlier = [rules_of(number) for number in sorted({one.plan_version for one in held} - {rules.version})]
            book = load_book(shop_id, rules, (), held, earlier)
            before = dict(book.available)
            carry_out(shop_id, lapse(until, rules, book, earlier=earlier), (), book.available)
            giving.update_held(shop_id, rules.plan_id, held)
            yield Settled(levels=find_levels(rules, before, book))
