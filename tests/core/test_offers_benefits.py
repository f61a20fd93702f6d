"""What benefits come to, and the money each puts at risk."""

from datetime import UTC

import pytest

from jiacan.offers.contracts.awards import Item
from jiacan.offers.contracts.benefits import (
    CashBenefit,
    CouponBenefit,
    CreditBenefit,
    DiscountBenefit,
    GiftBenefit,
    Kind,
    PointsBenefit,
    ServiceBenefit,
    TicketBenefit,
    TierBenefit,
)
from jiacan.offers.contracts.conditions import Scope, SpendAtLeast, SpendEvery
from jiacan.offers.contracts.rules import Ladder, Rung
from jiacan.offers.core.match import match_order
from jiacan.orders.contracts import Buyer
from tests.core.small_plans import at, goods, offer, order, plan, spend


def given(spent, *benefits, **changed):
    """The items that an order of so many fen is given by one offer of these benefits."""
    found = match_order(order("1", spent), plan(offer("gift", *benefits), **changed))
    return found[0].items if found else ()


@pytest.mark.parametrize(
    ("benefit", "item"),
    [
        (GiftBenefit("mug", 2), Item(Kind.GIFT, "mug", 2, 640)),
        (ServiceBenefit("wrapping", 1), Item(Kind.SERVICE, "wrapping", 1, 150)),
        (CouponBenefit("ten-off", 3), Item(Kind.COUPON, "ten-off", 3, 3000, valid_days=30)),
        (CouponBenefit("tenth", 1), Item(Kind.COUPON, "tenth", 1, 1500, valid_days=60)),
        (PointsBenefit(250), Item(Kind.POINTS, "", 250, 250)),
        (PointsBenefit(2, per_minor=100), Item(Kind.POINTS, "", 246, 246)),
        (CashBenefit(500), Item(Kind.CASH, "", 1, 500)),
        (CreditBenefit(700), Item(Kind.CREDIT, "", 1, 700)),
        (DiscountBenefit(off_minor=2000), Item(Kind.DISCOUNT, "", 1, 2000)),
        (DiscountBenefit(percent=15), Item(Kind.DISCOUNT, "", 1, 1852)),
        (TicketBenefit("wheel", 2), Item(Kind.TICKET, "wheel", 2, 0)),
        (TierBenefit("gold"), Item(Kind.TIER, "gold", 1, 0)),
    ],
)
def test_each_kind_of_benefit_puts_its_own_money_at_risk(benefit, item):
    assert given(12_345, benefit) == (item,)


def test_points_are_given_for_whole_steps_of_spend_only():
    per_yuan = PointsBenefit(2, per_minor=100)
    assert [given(spent, per_yuan) for spent in (99, 100, 199, 200)] == [
        (),
        (Item(Kind.POINTS, "", 2, 2),),
        (Item(Kind.POINTS, "", 2, 2),),
        (Item(Kind.POINTS, "", 4, 4),),
    ]


def test_what_points_are_worth_is_rounded_halves_up():
    half_a_fen_each = {"points_value_micros": 5_000}
    worth = [given(100, PointsBenefit(n), **half_a_fen_each)[0].amount_minor for n in (1, 2, 3)]
    assert worth == [1, 1, 2]
    assert given(100, PointsBenefit(9), points_value_micros=0) == (Item(Kind.POINTS, "", 9, 0),)


def test_a_percentage_is_rounded_halves_up_and_capped():
    tenth = DiscountBenefit(percent=10, at_most_minor=30)
    assert [given(spent, tenth)[0].amount_minor for spent in (14, 15, 299, 300, 900)] == [1, 2, 30, 30, 30]


def test_a_discount_is_never_more_than_the_spend():
    assert given(1500, DiscountBenefit(off_minor=2000)) == (Item(Kind.DISCOUNT, "", 1, 1500),)
    assert given(1500, DiscountBenefit(percent=100)) == (Item(Kind.DISCOUNT, "", 1, 1500),)


def test_two_discounts_together_are_never_more_than_the_spend():
    assert given(1500, DiscountBenefit(off_minor=1000), DiscountBenefit(percent=50)) == (
        Item(Kind.DISCOUNT, "", 1, 1500),
    )


def test_the_discounts_of_all_rungs_together_are_never_more_than_the_spend():
    off = DiscountBenefit(off_minor=1000)
    rules = plan(offer("ladder", ladder=Ladder.ALL, rungs=[spend(500, off), spend(900, off, number=2)]))
    assert match_order(order("1", 1200), rules)[0].items == (Item(Kind.DISCOUNT, "", 1, 1200),)


def test_a_discount_on_nothing_is_nothing():
    assert given(0, DiscountBenefit(percent=10)) == ()
    assert given(4, DiscountBenefit(percent=10)) == ()


def test_two_discounts_on_nothing_are_nothing():
    assert given(0, DiscountBenefit(percent=10), DiscountBenefit(off_minor=5)) == ()


def test_the_same_thing_named_twice_is_one_item():
    assert given(100, GiftBenefit("mug", 1), PointsBenefit(5), GiftBenefit("mug", 2), PointsBenefit(1, 10)) == (
        Item(Kind.GIFT, "mug", 3, 960),
        Item(Kind.POINTS, "", 15, 15),
    )
    assert given(100, CashBenefit(5), CashBenefit(6), TierBenefit("gold"), TierBenefit("gold")) == (
        Item(Kind.CASH, "", 1, 11),
        Item(Kind.TIER, "gold", 1, 0),
    )


def test_points_named_twice_are_worth_what_they_are_worth_together():
    assert given(100, PointsBenefit(1), PointsBenefit(1), points_value_micros=5_000) == (Item(Kind.POINTS, "", 2, 1),)


def test_a_gift_and_a_service_of_the_same_stock_stay_two_items():
    assert given(100, GiftBenefit("mug", 1), ServiceBenefit("mug", 1)) == (
        Item(Kind.GIFT, "mug", 1, 320),
        Item(Kind.SERVICE, "mug", 1, 320),
    )


# --- ladders ----------------------------------------------------------------------------------------------

LADDER = (
    spend(5000, GiftBenefit("mug", 1), number=1),
    spend(9000, CouponBenefit("ten-off", 1), number=2),
    spend(20_000, GiftBenefit("hamper", 1), GiftBenefit("mug", 1), number=3),
)


def reached(ladder, spent):
    found = match_order(order("1", spent), plan(offer("ladder", ladder=ladder, rungs=LADDER)))
    return [(match.rung, [(item.id, item.quantity) for item in match.items]) for match in found]


def test_best_gives_the_highest_rung_reached_and_nothing_of_the_lower_ones():
    assert [reached(Ladder.BEST, spent) for spent in (4999, 5000, 8999, 9000, 20_000)] == [
        [],
        [(1, [("mug", 1)])],
        [(1, [("mug", 1)])],
        [(2, [("ten-off", 1)])],
        [(3, [("hamper", 1), ("mug", 1)])],
    ]


def test_all_gives_every_rung_reached_under_the_number_of_the_highest():
    assert [reached(Ladder.ALL, spent) for spent in (4999, 5000, 9000, 20_000)] == [
        [],
        [(1, [("mug", 1)])],
        [(2, [("mug", 1), ("ten-off", 1)])],
        [(3, [("mug", 2), ("ten-off", 1), ("hamper", 1)])],
    ]


# --- so many times over -----------------------------------------------------------------------------------


def every(minor, *benefits, at_most_times=None, scope=None):
    return Rung(0, (SpendEvery(minor, at_most_times, scope or Scope()),), benefits)


def test_every_multiplies_by_the_whole_steps_of_spend_up_to_the_most():
    rules = plan(offer("steps", rungs=[every(10_000, PointsBenefit(50), at_most_times=5)]))
    found = [match_order(order("1", spent), rules) for spent in (9999, 10_000, 19_999, 20_000, 50_000, 99_000)]
    assert [match[0].items[0].quantity if match else 0 for match in found] == [0, 50, 50, 100, 250, 250]


def test_every_multiplies_each_kind_of_benefit_but_a_percentage_and_a_tier():
    benefits = (
        GiftBenefit("mug", 2),
        CouponBenefit("ten-off", 1),
        PointsBenefit(1, per_minor=1000),
        CashBenefit(10),
        DiscountBenefit(percent=10),
        TicketBenefit("wheel", 1),
        TierBenefit("gold"),
    )
    rules = plan(offer("steps", rungs=[every(1000, *benefits)]))
    items = match_order(order("1", 3500), rules)[0].items
    assert [(item.kind.value, item.quantity, item.amount_minor) for item in items] == [
        ("gift", 6, 1920),
        ("coupon", 3, 3000),
        ("points", 9, 9),
        ("cash", 1, 30),
        ("discount", 1, 350),
        ("ticket", 3, 0),
        ("tier", 1, 0),
    ]


def test_every_within_a_ladder_of_all_multiplies_its_own_rung_as_it_would_alone():
    steps = Rung(2, (SpendEvery(1000),), (PointsBenefit(1), DiscountBenefit(percent=10), GiftBenefit("mug", 1)))
    alone = plan(offer("steps", rungs=[steps]), points_value_micros=5_000)
    both = plan(
        offer("steps", ladder=Ladder.ALL, rungs=[spend(500, TicketBenefit("wheel", 1)), steps]),
        points_value_micros=5_000,
    )
    ticket = Item(Kind.TICKET, "wheel", 1, 0)
    assert match_order(order("1", 3500), both)[0].items == (ticket, *match_order(order("1", 3500), alone)[0].items)


def test_the_steps_of_a_large_order_are_multiplied_not_repeated():
    rules = plan(
        offer(
            "steps",
            ladder=Ladder.ALL,
            rungs=[spend(500, PointsBenefit(7)), every(1, PointsBenefit(1))],
        )
    )
    assert match_order(order("1", 10**14), rules)[0].items[0].quantity == 10**14 + 7


def test_otherwise_is_given_once_however_many_times_the_offer_is_met():
    rules = plan(offer("steps", rungs=[every(1000, GiftBenefit("mug", 1))], otherwise=(GiftBenefit("sample", 1),)))
    (match,) = match_order(order("1", 5000), rules)
    assert match.items[0].quantity == 5
    assert match.otherwise == (Item(Kind.GIFT, "sample", 1, 60),)


# --- the base ---------------------------------------------------------------------------------------------


def test_points_for_spend_count_the_goods_that_the_offers_spend_condition_counts():
    tea = Scope(categories=frozenset({"tea"}))
    of = order("1", goods("green", 3000, category="tea"), goods("cup", 9000))
    per_yuan = PointsBenefit(1, per_minor=100)
    scoped = match_order(of, plan(offer("tea", per_yuan, when=[SpendAtLeast(1000, tea)])))[0]
    whole = match_order(of, plan(offer("all", per_yuan)))[0]
    assert (scoped.spend_minor, scoped.items[0].quantity) == (3000, 30)
    assert (whole.spend_minor, whole.items[0].quantity) == (12_000, 120)


def test_an_offer_that_would_give_nothing_is_not_met():
    rules = plan(offer("points", PointsBenefit(1, per_minor=100)))
    assert match_order(order("1", 99), rules) == ()


def test_a_match_says_the_money_at_risk_in_all_its_items():
    (match,) = match_order(order("1", 100), plan(offer("gift", GiftBenefit("mug", 1), PointsBenefit(50))))
    assert match.at_risk_minor == 370


def test_moments_of_the_small_plans_are_utc():
    assert at(16, 8).tzinfo is UTC
    assert at(16, 8).hour == 0


def test_points_are_multiplied_by_tier_and_rounded_down_to_whole_ones():
    per_yuan = PointsBenefit(2, per_minor=100, by_tier=(("silver", 150), ("gold", 125)))
    fixed = PointsBenefit(5, by_tier=(("gold", 150),))
    found = [
        [match_order(order("1", 333, buyer=Buyer(tier)), plan(offer("o", each)))[0].items[0].quantity]
        for tier in ("", "silver", "gold")
        for each in (per_yuan, fixed)
    ]
    assert found == [[6], [5], [9], [5], [7], [7]]


def test_points_that_a_tier_multiplies_to_nothing_are_not_given():
    rules = plan(offer("o", PointsBenefit(1, by_tier=(("gold", 99),))))
    assert match_order(order("1", 100, buyer=Buyer("gold")), rules) == ()
    assert match_order(order("1", 100), rules)[0].items[0].quantity == 1
