"""What becomes of coupons that were used when the whole of their order comes back."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from django.db import transaction

from jiacan.members.contracts.coupons import Coupon
from jiacan.members.facade.coupons import RulesOf, get_coupon, name_of, undo
from jiacan.members.store import coupons as store
from jiacan.offers.contracts.rules import WhenReturned
from jiacan.orders import facade as orders
from jiacan.orders.contracts import keep
from jiacan.webhooks import facade as webhooks
from jiacan.webhooks.contracts import EventKind, WebhookEvent

BY = "jiacan"
"""Who undoes such a use, as its coupon's history says it."""

AT_ONCE = 500


def give_back(shop_id: int, order_ids: Collection[str], rules_of: RulesOf, *, at: datetime) -> int:
    """Undo the uses on those of these orders that came back whole, where their coupons say so, and tell; counts them.

    Part of the transaction that recorded the refunds, which holds its plans' locks; safe to repeat. A coupon that was
    used on an order of which something is kept stays with it.
    """
    used = store.used_on(shop_id, order_ids)
    whole = set(_came_back(shop_id, {order_id for order_id, _ in used}))
    due = [
        (order_id, code) for order_id, code in used if order_id in whole and _gives_back(shop_id, code, rules_of, at)
    ]
    for order_id, code in due:
        with transaction.atomic():
            _tell(shop_id, undo(shop_id, code, order_id, rules_of, by=BY, at=at))
    return len(due)


def _tell(shop_id: int, coupon: Coupon) -> None:
    """Announce that it came back, where someone asked to be told; its code is never told.

    Named by the use and when it was undone, so that it is told once; what a till undid meanwhile is none of this.
    """
    use = coupon.uses[-1]
    if use.undone_by != BY or use.undone_at is None or EventKind.COUPON_RETURNED not in webhooks.wanted(shop_id):
        return
    data = {
        "plan": coupon.plan_id,
        "coupon": coupon.coupon,
        "order": use.order_id,
        "customer": use.customer_id,
        "off_minor": use.off_minor,
        "state": str(use.came_back),
    }
    subject = f"{name_of(coupon)}/use/{use.number}"
    webhooks.announce(shop_id, [WebhookEvent(EventKind.COUPON_RETURNED, subject, use.undone_at, data)])


def catch_up(shop_id: int, rules_of: RulesOf, *, at: datetime) -> int:
    """The same for every order on which a coupon is, after refunds came from files; counts the uses undone."""
    after, undone = 0, 0
    while found := store.uses_after(shop_id, after, limit=AT_ONCE):
        after = found[-1][0]
        undone += give_back(shop_id, {order_id for _, order_id in found}, rules_of, at=at)
    return undone


def _came_back(shop_id: int, order_ids: Collection[str]) -> Iterator[str]:
    """Those of the orders that were recorded with goods of which none are kept."""
    for order_id, refunds in sorted(orders.load_refunds(shop_id, order_ids).items() if order_ids else ()):
        recorded = orders.find_order(shop_id, order_id)
        returned = [line for refund in refunds for line in refund.lines]
        if recorded is not None and not keep(recorded.order.lines, returned).lines:
            yield order_id


def _gives_back(shop_id: int, code: str, rules_of: RulesOf, at: datetime) -> bool:
    coupon = get_coupon(shop_id, code, rules_of, at=at).coupon
    sort = rules_of(coupon.plan_id, coupon.plan_version).coupons[coupon.coupon]
    return sort.when_returned is WhenReturned.GIVE_BACK
