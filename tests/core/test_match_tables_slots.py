"""Slots: which sorts of item a plan's awards can hold, and how many at once."""

from jiacan.offers.contracts.awards import SHIPPING
from jiacan.offers.contracts.benefits import (
    CashBenefit,
    CouponBenefit,
    DiscountBenefit,
    GiftBenefit,
    Kind,
    PointsBenefit,
    ShippingBenefit,
    TierBenefit,
)
from jiacan.offers.contracts.rules import Ladder, Trigger
from jiacan.offers.core.slots import ItemSort, bears_on_prices, items_of, slots_of
from tests.core.small_plans import offer, plan, spend

LADDER = [
    spend(100, GiftBenefit("mug", 1), PointsBenefit(3)),
    spend(200, CouponBenefit("ten-off", 1), PointsBenefit(1, 100), PointsBenefit(5), number=2),
]


def test_items_are_numbered_once_each_by_their_first_place():
    rules = plan(
        offer("ladder", rungs=LADDER, otherwise=(GiftBenefit("sample", 1), PointsBenefit(1))),
        offer("more", CashBenefit(100), GiftBenefit("mug", 2)),
        offer("friends", TierBenefit("gold"), trigger=Trigger.REFERRAL_COMPLETED),
    )
    assert items_of(rules) == (
        ItemSort(Kind.GIFT, "mug"),
        ItemSort(Kind.POINTS, ""),
        ItemSort(Kind.COUPON, "ten-off", 30),
        ItemSort(Kind.GIFT, "sample"),
        ItemSort(Kind.CASH, ""),
    )


def test_a_best_ladder_needs_the_slots_of_one_rung_and_a_whole_one_those_of_all():
    for ladder, most in [(Ladder.BEST, 2), (Ladder.ALL, 3)]:
        rules = plan(offer("ladder", rungs=LADDER, ladder=ladder, otherwise=(GiftBenefit("sample", 1),) * 2))
        assert slots_of(rules) == (most, 1)


def test_a_plan_without_offers_for_orders_has_one_empty_slot():
    rules = plan(offer("friends", TierBenefit("gold"), trigger=Trigger.REFERRAL_COMPLETED))
    assert items_of(rules) == ()
    assert slots_of(rules) == (1, 0)


def test_only_price_effects_on_orders_bear_on_prices():
    tenth, free = DiscountBenefit(percent=10), ShippingBenefit(pay_minor=0)
    assert bears_on_prices(plan(offer("tenth", tenth)))
    assert bears_on_prices(plan(offer("mug", GiftBenefit("mug", 1), otherwise=(free,))))
    assert not bears_on_prices(plan(offer("tenth", tenth, trigger=Trigger.REFERRAL_COMPLETED)))
    assert not bears_on_prices(plan(offer("ladder", rungs=LADDER)))
    assert [sort.id for sort in items_of(plan(offer("both", tenth, free)))] == ["", SHIPPING]
