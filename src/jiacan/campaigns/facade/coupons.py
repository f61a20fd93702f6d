"""Coupons of a shop's plans: every version's terms for the members slice, and the clock that ends what is over."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial

from django.db import transaction

from jiacan.campaigns.facade.announcing import announce
from jiacan.campaigns.facade.live import find_live, live_plans
from jiacan.members.contracts.coupons import Asked, Batch, Coupon, NewBatch, NoSuchCoupon, Shown, Use
from jiacan.members.facade import coupon_batches, coupon_returns, coupons
from jiacan.members.facade.coupons import RulesOf
from jiacan.offers.facade import using
from jiacan.plans import facade as plans
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor


def _rules_of(shop_id: int) -> RulesOf:
    return partial(plans.load_rules, shop_id)


def coupons_of(shop_id: int, customer_id: str, *, at: datetime) -> tuple[Shown, ...]:
    """The customer's coupons, the last given first, each with its code."""
    return coupons.coupons_of(shop_id, customer_id, _rules_of(shop_id), at=at)


def get_coupon(shop_id: int, code: str, *, at: datetime) -> Shown:
    """The coupon of that code, as it stands.

    Raises:
        CouponUnknown: no coupon of the shop has it.
    """
    return coupons.get_coupon(shop_id, code, _rules_of(shop_id), at=at)


def use(shop_id: int, code: str, asked: Asked, *, by: str, at: datetime) -> Use:
    """Use a coupon on an order, as `members.facade.coupons.use` says."""
    return coupons.use(shop_id, code, asked, _rules_of(shop_id), by=by, at=at)


def use_by_hand(shop_id: int, code: str, asked: Asked, *, actor: Actor, at: datetime) -> Use:
    """The same by one of the staff, audited."""
    with transaction.atomic():
        used = use(shop_id, code, asked, by=actor.name, at=at)
        told = {"order": asked.order_id, "customer": asked.customer_id, "off_minor": used.off_minor}
        _audit(shop_id, code, "coupon used", actor, told, at=at)
        return used


def undo(shop_id: int, code: str, order_id: str, *, by: str, at: datetime) -> Coupon:
    """Undo a use, as `members.facade.coupons.undo` says."""
    return coupons.undo(shop_id, code, order_id, _rules_of(shop_id), by=by, at=at)


def undo_by_hand(shop_id: int, code: str, order_id: str, *, reason: str, actor: Actor, at: datetime) -> Coupon:
    """The same by one of the staff, audited with the reason."""
    with transaction.atomic():
        coupon = undo(shop_id, code, order_id, by=actor.name, at=at)
        told = {"order": order_id, "reason": reason, "state": str(coupon.state)}
        _audit(shop_id, code, "coupon use undone", actor, told, at=at)
        return coupon


def note(shop_id: int, order_ids: Collection[str], *, at: datetime) -> None:
    """Give back coupons that were used on those of the orders that came back whole; part of their transaction."""
    if order_ids:
        coupon_returns.give_back(shop_id, order_ids, _rules_of(shop_id), at=at)


def catch_up(shop_id: int, *, at: datetime) -> None:
    """The same for everything that was recorded, each coupon in a transaction of its own."""
    coupon_returns.catch_up(shop_id, _rules_of(shop_id), at=at)


def _audit(shop_id: int, code: str, action: str, actor: Actor, told: Mapping[str, object], *, at: datetime) -> None:
    """Named by its code's end: whoever reads the audit must not be able to use what is still open."""
    coupon = get_coupon(shop_id, code, at=at).coupon
    subject = f"{coupon.plan_id}/{coupon.coupon}/…{coupon.code[-5:]}"
    tenancy.audit(shop_id, actor=actor, action=action, subject=subject, before=None, after=told)


def make_batch(shop_id: int, plan_id: str, asked: NewBatch, *, actor: Actor, at: datetime) -> Batch:
    """Make codes of a plan that is live, as `members.facade.coupon_batches.make_batch` says."""
    live = find_live(shop_id, plan_id)
    if live is None:
        raise NoSuchCoupon(plan_id=plan_id, coupon=asked.coupon)
    return coupon_batches.make_batch(shop_id, live.rules, asked, actor=actor, at=at)


def assign(shop_id: int, code: str, customer_id: str, *, actor: Actor, at: datetime) -> Shown:
    """Give a code of a batch to a customer, as `members.facade.coupon_batches.assign` says."""
    return coupon_batches.assign(shop_id, code, customer_id, _rules_of(shop_id), actor=actor, at=at)


def withdraw(shop_id: int, batch_id: int, *, reason: str, actor: Actor, at: datetime) -> int:
    """Withdraw a batch, as `members.facade.coupon_batches.withdraw` says."""
    return coupon_batches.withdraw(shop_id, batch_id, _rules_of(shop_id), reason=reason, actor=actor, at=at)


# --- what is over -----------------------------------------------------------------------------------------


def expire_all(at: datetime) -> None:
    """End what is over at every shop; the clock asks for it."""
    tenancy.at_each_shop(lambda shop_id: expire_at_shop(shop_id, at))


def expire_at_shop(shop_id: int, at: datetime) -> None:
    """End coupons of the shop's plans whose time is over by now; their money is free again.

    Of a history that is run after the fact nothing ends by the clock: what had expired before the plan went live
    ends between its events, so that the same orders give the same awards.
    """
    for live in live_plans(shop_id):
        since = live.versions[0].went_live_at
        for settled in using.lapse_due(shop_id, live.rules, rules_of=live, after=since, until=at):
            announce(shop_id, [(live, settled)], at=at)
        coupon_batches.expire_codes(shop_id, live.plan_id, _rules_of(shop_id), at=at)
