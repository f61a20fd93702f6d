"""The coupons that awards gave, and what is left of them."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db import connection
from django.db.models import Q

from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.contracts.coupons import GivenCoupons, GivenRef, TakenBack
from jiacan.offers.models import Award, AwardItem, ClawBackItem

_LAPSING = """
SELECT order_id FROM offers_awarditem
WHERE shop_id = %s AND plan_id = %s AND expires_at > %s AND expires_at <= %s AND NOT lapsed AND quantity_left > 0
ORDER BY expires_at LIMIT %s
"""


def find_lapsing(shop_id: int, plan_id: str, *, after: datetime, until: datetime, limit: int) -> tuple[str, ...]:
    """Orders of awards of which something lapses in that time, the first to lapse first."""
    with connection.cursor() as cursor:
        cursor.execute(_LAPSING, [shop_id, plan_id, after, until, limit])
        return tuple(dict.fromkeys(order_id for (order_id,) in cursor.fetchall()))


def find_given_to(shop_id: int, customer_id: str) -> tuple[GivenCoupons, ...]:
    """All coupons that awards gave the customer, the first given first."""
    return _find(Q(shop_id=shop_id, customer_id=customer_id))


def find_given(shop_id: int, ref: GivenRef) -> GivenCoupons | None:
    """The coupons of that name."""
    which = Q(shop_id=shop_id, plan_id=ref.plan_id, order_id=ref.order_id, offer_id=ref.offer_id)
    return next((each for each in _find(which) if each.ref == ref), None)


def _find(which: Q) -> tuple[GivenCoupons, ...]:
    awards = {(each.plan_id, each.order_id, each.offer_id): each for each in Award.objects.filter(which)}
    if not awards:
        return ()
    (shop_id,) = {each.shop_id for each in awards.values()}
    of_these = Q(
        shop_id=shop_id,
        plan_id__in={plan_id for plan_id, _, _ in awards},
        order_id__in={order_id for _, order_id, _ in awards},
        kind=Kind.COUPON,
    )
    backs: dict[GivenRef, list[TakenBack]] = defaultdict(list)
    for back in ClawBackItem.objects.filter(of_these).order_by("at", "id"):
        ref = GivenRef(back.plan_id, back.order_id, back.offer_id, back.item)
        backs[ref].append(TakenBack(back.at, back.refund_id, back.quantity))
    items = AwardItem.objects.filter(of_these).order_by("settled_for", "order_id", "offer_id", "place")
    return tuple(
        _to_given(award, item, tuple(backs[GivenRef(item.plan_id, item.order_id, item.offer_id, item.item)]))
        for item in items
        if (award := awards.get((item.plan_id, item.order_id, item.offer_id))) is not None and award.outcome in _GIVEN
    )


_GIVEN = ("granted", "otherwise")


def _to_given(award: Award, item: AwardItem, taken_back: tuple[TakenBack, ...]) -> GivenCoupons:
    return GivenCoupons(
        ref=GivenRef(item.plan_id, item.order_id, item.offer_id, item.item),
        plan_version=award.plan_version,
        customer_id=award.customer_id,
        given_at=item.settled_for,
        quantity=item.quantity,
        left=item.quantity_left,
        used=item.quantity_used,
        due=item.quantity_due,
        lapsed=item.lapsed,
        expires_at=item.expires_at,
        taken_back=taken_back,
    )
