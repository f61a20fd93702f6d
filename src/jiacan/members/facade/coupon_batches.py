"""Codes made in bulk for a leaflet or a partner: held for from a budget line, given to customers later, withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice

from django.db import transaction

from jiacan.members.contracts.coupons import (
    AlreadyTheirs,
    Batch,
    BatchUnknown,
    BatchWithdrawn,
    Coupon,
    CouponUnknown,
    Ending,
    NewBatch,
    NoSuchCoupon,
    NoSuchLine,
    OverBefore,
    Shown,
    State,
    TooManyCodes,
)
from jiacan.members.core.coupons import open_or_refuse, read_code, seen_at
from jiacan.members.facade.coupons import RulesOf, give_code, hold_of, name_of, new_codes, terms_of
from jiacan.members.store import coupons as store
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.facade import awarding, codes
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor

MOST_CODES = 20_000
"""Codes of one batch: some seconds of the plan's lock, for which orders wait."""

AT_ONCE = 1_000
"""Codes that end in one transaction."""


def make_batch(shop_id: int, rules: PlanRules, asked: NewBatch, *, actor: Actor, at: datetime) -> Batch:
    """Make the codes by the version in force; their face value is held on the budget line, or none is made.

    Raises:
        NoSuchCoupon, NoSuchLine, TooManyCodes, OverBefore: what is asked makes no sense.
        BeyondBudget: the line has not so much left.
    """
    if asked.coupon not in rules.coupons:
        raise NoSuchCoupon(plan_id=rules.plan_id, coupon=asked.coupon)
    if asked.line not in rules.budget:
        raise NoSuchLine(plan_id=rules.plan_id, line=asked.line)
    if not 1 <= asked.codes <= MOST_CODES:
        raise TooManyCodes(asked=asked.codes, most=MOST_CODES)
    if asked.expires_at <= at:
        raise OverBefore(expires_at=asked.expires_at)
    with transaction.atomic():
        awarding.lock_plans(shop_id, [rules.plan_id])
        batch = store.add_batch(shop_id, rules.plan_id, rules.version, asked, at=at, by=actor.name)
        names = [f"{rules.plan_id}/~codes/{batch.id}/{part}" for part in range(asked.codes)]
        codes.hold_codes(shop_id, rules, asked.line, asked.coupon, names, expires_at=asked.expires_at, at=at)
        made = list(islice(new_codes(), asked.codes))
        store.add_codes(shop_id, batch, made, [f"{name}/hold" for name in names])
        told = {"codes": asked.codes, "coupon": asked.coupon, "line": asked.line, "label": asked.label}
        _audit(shop_id, batch, "coupon codes made", actor, {**told, "until": asked.expires_at.isoformat()})
    return batch


def _audit(shop_id: int, batch: Batch, action: str, actor: Actor, told: dict[str, object]) -> None:
    subject = f"{batch.plan_id}/{batch.id}"
    tenancy.audit(shop_id, actor=actor, action=action, subject=subject, before=None, after=told)


def batches_of(shop_id: int, plan_id: str = "") -> tuple[Batch, ...]:
    """Batches of the plan, or of all, the last made first."""
    return store.find_batches(shop_id, plan_id=plan_id)


def get_batch(shop_id: int, batch_id: int) -> Batch:
    """The batch.

    Raises:
        BatchUnknown: the shop has no such batch.
    """
    found = store.find_batches(shop_id, batch_id=batch_id)
    if not found:
        raise BatchUnknown(batch_id=batch_id)
    return found[0]


def export_codes(shop_id: int, batch_id: int, *, actor: Actor, at: datetime) -> Iterator[Coupon]:
    """Every code of the batch as it stands; audited, since whoever has the file has the coupons.

    Raises:
        BatchUnknown: the shop has no such batch.
    """
    batch = get_batch(shop_id, batch_id)
    _audit(shop_id, batch, "coupon codes exported", actor, {"codes": batch.codes})
    return (seen_at(each, at) for each in store.walk_codes(shop_id, batch_id))


def codes_page(
    shop_id: int, batch_id: int, *, after: int | None, limit: int, actor: Actor, at: datetime
) -> tuple[Coupon, ...]:
    """Codes of the batch from the one after that number on; audited where they begin.

    Raises:
        BatchUnknown: the shop has no such batch.
    """
    batch = get_batch(shop_id, batch_id)
    if after is None:
        _audit(shop_id, batch, "coupon codes exported", actor, {"codes": batch.codes})
    found = store.find_codes(shop_id, batch_id, after=-1 if after is None else after, limit=limit)
    return tuple(seen_at(each, at) for each in found)


def assign(shop_id: int, typed: str, customer_id: str, rules_of: RulesOf, *, actor: Actor, at: datetime) -> Shown:
    """Give a code to a customer; the same again changes nothing.

    Raises:
        CouponUnknown: no coupon of the shop has that code.
        AlreadyTheirs: it is another customer's.
        CouponExpired, CouponVoid: it is good for nobody any more.
    """
    with transaction.atomic():
        coupon = _lock(shop_id, typed)
        rules = rules_of(coupon.plan_id, coupon.plan_version)
        if coupon.customer_id is None:
            open_or_refuse(coupon, at)
            coupon = give_code(shop_id, rules, coupon, customer_id, at=at)
            store.save_states(shop_id, [coupon])
            tenancy.audit(
                shop_id,
                actor=actor,
                action="coupon code assigned",
                subject=f"{coupon.plan_id}/{coupon.batch_id}/{coupon.part}",
                before=None,
                after={"customer": customer_id},
            )
        elif coupon.customer_id != customer_id:
            raise AlreadyTheirs(code=coupon.code)
        return Shown(seen_at(coupon, at), terms_of(coupon, rules_of))


def _lock(shop_id: int, typed: str) -> Coupon:
    code = read_code(typed)
    found = None if code is None else store.find_coupon(shop_id, code)
    if code is None or found is None:
        raise CouponUnknown(code=typed[:40])
    awarding.lock_plans(shop_id, [found.plan_id])
    again = store.find_coupon(shop_id, code)
    assert again is not None, "a code is never deleted"
    return again


def withdraw(shop_id: int, batch_id: int, rules_of: RulesOf, *, reason: str, actor: Actor, at: datetime) -> int:
    """Make void what of the batch is open and nobody's: how many, whose money is free again.

    What customers have stays good.

    Raises:
        BatchUnknown, BatchWithdrawn: there is no such batch, or no more.
    """
    plan_id = get_batch(shop_id, batch_id).plan_id
    with transaction.atomic():
        awarding.lock_plans(shop_id, [plan_id])
        batch = store.lock_batch(shop_id, batch_id)
        if batch is None or batch.withdrawn_at is not None:
            raise BatchWithdrawn(batch_id=batch_id)
        rules = rules_of(batch.plan_id, batch.plan_version)
        dropped = 0
        while found := store.find_unassigned(shop_id, batch_id, limit=AT_ONCE):
            _drop(shop_id, rules, found, expired=False, at=at)
            ended = [replace(one, state=State.VOID, ended_at=at, ending=Ending.WITHDRAWN) for one in found]
            store.save_states(shop_id, ended)
            dropped += len(found)
        store.end_batch(shop_id, batch_id, at=at)
        _audit(shop_id, batch, "coupon codes withdrawn", actor, {"reason": reason, "codes": dropped})
        return dropped


def expire_codes(shop_id: int, plan_id: str, rules_of: RulesOf, *, at: datetime) -> int:
    """End the plan's codes whose time is over, a thousand to a transaction: how many, whose money is free again."""
    ended = 0
    while True:
        with transaction.atomic():
            awarding.lock_plans(shop_id, [plan_id])
            found = store.find_over(shop_id, plan_id, at=at, limit=AT_ONCE)
            for version in {each.plan_version for each in found}:
                of_version = [each for each in found if each.plan_version == version]
                _drop(shop_id, rules_of(plan_id, version), of_version, expired=True, at=at)
            store.save_states(
                shop_id, [replace(each, state=State.EXPIRED, ended_at=each.expires_at) for each in found]
            )
        if not found:
            return ended
        ended += len(found)


def _drop(
    shop_id: int, rules: PlanRules, found: tuple[Coupon, ...] | list[Coupon], *, expired: bool, at: datetime
) -> None:
    dropped = [codes.Dropped(name_of(each), hold_of(each)) for each in found]
    codes.drop_codes(shop_id, rules, dropped, expired=expired, at=at)
