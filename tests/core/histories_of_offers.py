"""Random histories of a plan in which everything is scarce: few pieces, little money, tight limits, short coupons."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st

from jiacan.offers.contracts.benefits import (
    BundlePriceBenefit,
    CashBenefit,
    CouponBenefit,
    CreditBenefit,
    DiscountBenefit,
    GiftBenefit,
    Kind,
    PointsBenefit,
    ServiceBenefit,
    ShippingBenefit,
    TicketBenefit,
    TierBenefit,
    UnitsForBenefit,
    UnitsOffBenefit,
)
from jiacan.offers.contracts.conditions import BundlePart, Scope, SpendAtLeast, SpendEvery
from jiacan.offers.contracts.rules import Ladder, Limits, Pick, Rung
from tests.core.small_plans import COUPONS, goods, offer, order, plan, refund, spend
from tests.core.small_plans import RUN as WHOLE

SHORT_COUPONS = {**COUPONS, "ten-off": replace(COUPONS["ten-off"], valid_days=3)}
ALL_LINES = {
    "gift": "gifts",
    "service": "gifts",
    "coupon": "coupons",
    "points": "points",
    "cash": "money",
    "credit": "money",
    "discount": "money",
}
SET = (BundlePart(frozenset({"tea", "cup"}), 1), BundlePart(frozenset({"cup", "pot"}), 2))
OFFERS = (
    offer(
        "ladder",
        rungs=[
            spend(3000, GiftBenefit("mug", 1)),
            spend(6000, CouponBenefit("ten-off", 2), PointsBenefit(1, 100), number=2),
            spend(12_000, GiftBenefit("hamper", 1), GiftBenefit("mug", 2), CouponBenefit("ten-off", 1), number=3),
        ],
        limits=Limits(per_customer=2, per_day=3),
        otherwise=(GiftBenefit("sample", 1), PointsBenefit(3)),
        budget=ALL_LINES,
    ),
    offer(
        "steps",
        rungs=[
            Rung(
                0, (SpendEvery(2000, 4),), (CouponBenefit("ten-off", 1), PointsBenefit(7), TicketBenefit("wheel", 1))
            )
        ],
        limits=Limits(total=6),
        budget=ALL_LINES,
    ),
    offer(
        "climb",
        ladder=Ladder.ALL,
        rungs=[spend(1000, PointsBenefit(11)), spend(5000, CreditBenefit(120), number=2)],
        limits=Limits(per_customer_per_day=1),
        budget=ALL_LINES,
    ),
    offer("tenth", DiscountBenefit(percent=10, at_most_minor=700), stack=("price", Pick.BEST), budget=ALL_LINES),
    offer("back", CashBenefit(300), when=[SpendAtLeast(4000)], stack=("price", Pick.BEST), budget=ALL_LINES),
    offer("wrap", ServiceBenefit("wrapping", 1), stack=("extra", Pick.FIRST), budget=ALL_LINES),
    offer("gold", TierBenefit("gold"), when=[SpendAtLeast(9000)], stack=("extra", Pick.FIRST)),
    offer("wrapped-set", BundlePriceBenefit(SET, 2500), budget=ALL_LINES),
    offer("thirds", UnitsOffBenefit(3, 1, 100, scope=Scope(skus=frozenset({"tea", "cup"}))), budget=ALL_LINES),
    offer(
        "mixed",
        UnitsForBenefit(2, 1500, at_most_times=3),
        ShippingBenefit(pay_minor=0),
        when=[SpendAtLeast(3000)],
        limits=Limits(per_day=4),
        budget={"discount": "money"},
        otherwise=(UnitsOffBenefit(2, 1, 50), TicketBenefit("wheel", 1)),
        stack=("price", Pick.BEST),
    ),
    offer("postage", ShippingBenefit(off_minor=500), DiscountBenefit(off_minor=900), when=[SpendAtLeast(2000)]),
    offer("kept", GiftBenefit("sample", 1), PointsBenefit(1, 50), keep=[Kind.GIFT], budget={"gift": "gifts"}),
)

skus = st.sampled_from(["tea", "cup", "pot"])
lines = st.lists(st.builds(goods, skus, st.integers(0, 3000), st.integers(1, 4)), min_size=1, max_size=4)
moments = st.integers(0, 14 * 24 * 4).map(lambda quarters: WHOLE.starts_at + timedelta(minutes=15 * quarters))


@st.composite
def scarce_plans(draw):
    """A plan of some of the offers, with little of everything."""
    few, little = st.sampled_from([9, 3, 2, 1, 0]), st.sampled_from([60_000, 9_999, 2_500, 800, 0])
    return plan(
        *draw(st.lists(st.sampled_from(OFFERS), min_size=1, max_size=9, unique_by=lambda one: one.id)),
        stock={item: draw(few) for item in ("mug", "hamper", "sample", "wrapping")},
        budget={line: draw(little) for line in ("gifts", "coupons", "points", "money")},
        coupons=SHORT_COUPONS,
        points_value_micros=draw(st.sampled_from([0, 3_000, 10_000, 25_000])),
        holdout_share=draw(st.sampled_from([0.0, 0.3])),
    )


@st.composite
def histories(draw, most_orders=10, most_refunds=6):
    """Orders of a few customers, a guest and a clerk, and refunds of them; all in two weeks."""
    customers = st.sampled_from(["c1", "c2", "c3", "clerk", None])
    orders = [
        order(
            str(number),
            *draw(lines),
            customer=draw(customers),
            paid_at=draw(moments),
            shipping_minor=draw(st.sampled_from([0, 300, 800])),
        )
        for number in range(draw(st.integers(1, most_orders)))
    ]
    refunds = [
        refund(
            f"r{number}",
            draw(st.sampled_from(orders)),
            (draw(skus), draw(st.integers(1, 5))),
            refunded_at=draw(moments),
        )
        for number in range(draw(st.integers(0, most_refunds)))
    ]
    return [*orders, *refunds]
