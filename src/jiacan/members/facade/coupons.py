"""Coupons that customers have: their codes and statement, used on an order, and given back.

A code is made when its coupon is first asked for: awarding, which must be fast and the same in a rehearsal, knows
nothing of codes, and a coupon that nobody looks at needs none.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice

from django.db import transaction

from jiacan.members.contracts.coupons import (
    Asked,
    Coupon,
    CouponUnknown,
    Ending,
    NotUsedOnOrder,
    Shown,
    State,
    Terms,
    Use,
)
from jiacan.members.core.coupons import (
    BODY,
    brought_up_to_date,
    codes_in,
    place_of,
    read_code,
    seen_at,
    take_off,
)
from jiacan.members.store import coupons as store
from jiacan.offers.contracts.coupons import CameBack, CodeHold, GivenCoupons
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.facade import awarding, codes, using

RulesOf = Callable[[str, int], PlanRules]
"""The rules of a plan's version."""


def new_codes() -> Iterator[str]:
    """Codes without end that nobody can guess."""
    while True:
        yield from codes_in(secrets.token_bytes(BODY * 64))


def terms_of(coupon: Coupon, rules_of: RulesOf) -> Terms:
    """What the coupon takes off, by the version of the plan that gave it."""
    rules = rules_of(coupon.plan_id, coupon.plan_version)
    sort = rules.coupons[coupon.coupon]
    return Terms(
        name=sort.name,
        off_minor=sort.off_minor,
        percent=sort.percent,
        at_most_minor=sort.at_most_minor,
        min_spend_minor=sort.min_spend_minor,
        currency=rules.currency,
    )


# --- what there is ----------------------------------------------------------------------------------------


def coupons_of(shop_id: int, customer_id: str, rules_of: RulesOf, *, at: datetime) -> tuple[Shown, ...]:
    """The customer's coupons, the last given first, each with its code; one that has none yet gets it now."""
    given = {each.ref: each for each in using.given_to(shop_id, customer_id)}
    found = store.find_of_customer(shop_id, customer_id)
    missing = given.keys() - {each.given for each in found}
    for ref in missing:
        _add_codes(shop_id, given[ref])
    if missing:
        found = store.find_of_customer(shop_id, customer_id)
    now: dict[int, Coupon] = {each.id: each for each in found}
    for ref, of_award in given.items():
        same = sorted((each for each in found if each.given == ref), key=lambda each: each.part)
        now.update((each.id, each) for each in brought_up_to_date(same, of_award))
    return tuple(Shown(seen_at(now[each.id], at), terms_of(each, rules_of)) for each in found)


def _add_codes(shop_id: int, given: GivenCoupons) -> None:
    store.add_given(shop_id, given, islice(new_codes(), given.quantity))


def get_coupon(shop_id: int, typed: str, rules_of: RulesOf, *, at: datetime) -> Shown:
    """The coupon of that code, as it stands.

    Raises:
        CouponUnknown: no coupon of the shop has it.
    """
    coupon, _ = _up_to_date(shop_id, _find(shop_id, typed))
    return Shown(seen_at(coupon, at), terms_of(coupon, rules_of))


def _find(shop_id: int, typed: str) -> Coupon:
    code = read_code(typed)
    found = None if code is None else store.find_coupon(shop_id, code)
    if found is None:
        raise CouponUnknown(code=typed[:40])
    return found


def _up_to_date(shop_id: int, coupon: Coupon) -> tuple[Coupon, tuple[Coupon, ...]]:
    """The coupon with what was taken back or lapsed since, and those of its award with it."""
    if coupon.given is None:
        return coupon, (coupon,)
    given = using.find_given(shop_id, coupon.given)
    assert given is not None, "what was given is not forgotten"
    siblings = brought_up_to_date(store.find_of_award(shop_id, coupon.given), given)
    return next(each for each in siblings if each.id == coupon.id), siblings


# --- used and given back ----------------------------------------------------------------------------------


def use(shop_id: int, typed: str, asked: Asked, rules_of: RulesOf, *, by: str, at: datetime) -> Use:
    """Use the coupon on the order: what it takes off. The same again gives the same answer, and takes nothing more.

    A code that is nobody's yet becomes the customer's.

    Raises:
        CouponUnknown: no coupon of the shop has that code.
        CouponUsed, CouponExpired, CouponVoid, NotTheirs, OtherCurrency, TooLittleSpend, NothingToTakeOff: it is not
            to be used, and why.
    """
    with transaction.atomic():
        _find(shop_id, typed)
        store.lock_order(shop_id, asked.order_id)
        coupon, siblings = _lock(shop_id, typed)
        before = coupon.used
        if before is not None and _is_same(before, asked):
            return before
        rules = rules_of(coupon.plan_id, coupon.plan_version)
        taken = store.taken_off(shop_id, asked.order_id)
        off = take_off(coupon, terms_of(coupon, rules_of), asked, taken_minor=taken, at=at)
        if coupon.customer_id is None:
            coupon = give_code(shop_id, rules, coupon, asked.customer_id, at=at)
        name = f"{name_of(coupon)}/use/{len(coupon.uses)}"
        if coupon.given is None:
            codes.use_code(
                shop_id,
                rules,
                hold_of(coupon),
                customer_id=asked.customer_id,
                name=name,
                taken_minor=off,
                at=at,
            )
        else:
            place = place_of(coupon, siblings)
            using.use(shop_id, rules, coupon.given, place=place, name=name, taken_minor=off, at=at)
        store.add_use(shop_id, coupon, asked, off_minor=off, at=at, by=by)
        store.save_states(shop_id, [replace(coupon, state=State.USED)])
        return Use(len(coupon.uses), asked.order_id, asked.customer_id, asked.spend_minor, off, at, by)


def _lock(shop_id: int, typed: str) -> tuple[Coupon, tuple[Coupon, ...]]:
    """The coupon as it stands, and those of its award; no one else changes them until the transaction ends."""
    plan_id = _find(shop_id, typed).plan_id
    awarding.lock_plans(shop_id, [plan_id])
    before = _find(shop_id, typed)
    coupon, siblings = _up_to_date(shop_id, before)
    known = store.find_of_award(shop_id, coupon.given) if coupon.given else ()
    store.save_states(shop_id, set(siblings).difference(known) if known else ())
    return coupon, siblings


def _is_same(before: Use, asked: Asked) -> bool:
    told = (before.order_id, before.customer_id, before.spend_minor)
    return told == (asked.order_id, asked.customer_id, asked.spend_minor)


def name_of(coupon: Coupon) -> str:
    """What the coupon's entries in the ledger begin with."""
    if coupon.given is None:
        return f"{coupon.plan_id}/~codes/{coupon.batch_id}/{coupon.part}"
    ref = coupon.given
    return f"{ref.plan_id}/{ref.order_id}/{ref.offer_id}/coupon:{ref.coupon}/part/{coupon.part}"


def hold_of(coupon: Coupon) -> CodeHold:
    """What stands behind a code of a batch."""
    assert coupon.expires_at is not None, "a code of a batch has its end"
    return CodeHold(coupon.line, coupon.coupon, coupon.hold_key, coupon.customer_id, coupon.expires_at)


def give_code(shop_id: int, rules: PlanRules, coupon: Coupon, customer_id: str, *, at: datetime) -> Coupon:
    """The code of a batch becomes the customer's; the plan's lock is held, and it is nobody's."""
    codes.assign_code(shop_id, rules, hold_of(coupon), name=name_of(coupon), customer_id=customer_id, at=at)
    return replace(coupon, customer_id=customer_id, given_at=at)


def undo(shop_id: int, typed: str, order_id: str, rules_of: RulesOf, *, by: str, at: datetime) -> Coupon:
    """Undo the use on the order: the coupon as it stands then. The same again changes nothing.

    It is open again with its validity as it was; expired, where that is over; taken back, where the order that
    brought it came back meanwhile; or void, where its budget line does not bear it again.

    Raises:
        CouponUnknown: no coupon of the shop has that code.
        NotUsedOnOrder: it was never used on that order, or is with another one.
    """
    with transaction.atomic():
        coupon, siblings = _lock(shop_id, typed)
        last = coupon.uses[-1] if coupon.uses else None
        if last is None or last.order_id != order_id:
            raise NotUsedOnOrder(code=coupon.code, order_id=order_id)
        if last.undone_at is not None:
            return seen_at(coupon, at)
        rules = rules_of(coupon.plan_id, coupon.plan_version)
        use_name = f"{name_of(coupon)}/use/{last.number}"
        name = f"{name_of(coupon)}/undo/{last.number}"
        if coupon.given is None:
            answer = codes.undo_code(
                shop_id, rules, hold_of(coupon), name=name, use_name=use_name, taken_minor=last.off_minor, at=at
            )
        else:
            answer = using.undo(
                shop_id,
                rules,
                coupon.given,
                place=place_of(coupon, siblings),
                name=name,
                use_name=use_name,
                taken_minor=last.off_minor,
                at=at,
            )
        now = _come_back(coupon, answer, held_as=f"{name}/hold", at=at)
        store.end_use(shop_id, coupon, at=at, by=by, came_back=now.state)
        store.save_states(shop_id, [now])
        undone = replace(last, undone_at=at, undone_by=by, came_back=now.state)
        return replace(now, uses=(*coupon.uses[:-1], undone))


def _come_back(coupon: Coupon, answer: CameBack, *, held_as: str, at: datetime) -> Coupon:
    match answer:
        case CameBack.OPEN:
            return replace(coupon, state=State.OPEN, hold_key=held_as if coupon.hold_key else "")
        case CameBack.EXPIRED:
            return replace(coupon, state=State.EXPIRED, ended_at=coupon.expires_at)
        case CameBack.TAKEN_BACK:
            return replace(coupon, state=State.TAKEN_BACK, ended_at=at, ending=Ending.REFUND)
        case CameBack.OUT_OF_BUDGET:
            return replace(coupon, state=State.VOID, ended_at=at, ending=Ending.OUT_OF_BUDGET)
