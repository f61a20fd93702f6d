"""Limits count awards: in all, by day, by customer, and by customer and day; in the plan's zone."""

from datetime import UTC, datetime

from jiacan.offers.contracts.awards import LimitReached, Outcome
from jiacan.offers.contracts.benefits import CouponBenefit, GiftBenefit
from jiacan.offers.contracts.rules import Limits
from jiacan.offers.core.book import opening_book
from tests.core.small_plans import at, awards, goods, offer, order, outcomes, plan, refund, stock_left

MUG, SAMPLE = GiftBenefit("mug", 1), GiftBenefit("sample", 1)


def limited(**limits):
    return plan(offer("gift", MUG, limits=Limits(**limits)))


def test_the_limit_in_all_is_first_come_first_served():
    rules = limited(total=2)
    book = opening_book(rules)
    late, early, middle = (
        order(n, 100, customer=n, paid_at=at(16, hour)) for n, hour in (("c", 9), ("a", 7), ("b", 8))
    )
    assert outcomes(rules, late, early, middle, book=book) == [
        ("a", "granted"),
        ("b", "granted"),
        ("c", "limit:total"),
    ]
    assert stock_left(rules, book, "mug") == 998


def test_at_the_same_moment_the_smaller_order_id_comes_first():
    assert outcomes(limited(total=1), order("2", 100), order("10", 100)) == [("10", "granted"), ("2", "limit:total")]


def test_a_day_is_a_day_of_the_plans_zone():
    rules = limited(per_day=1)
    monday = [datetime(2026, 11, 15, 16, tzinfo=UTC), datetime(2026, 11, 16, 15, 59, tzinfo=UTC)]
    tuesday = datetime(2026, 11, 16, 16, tzinfo=UTC)
    history = [order(str(n), 100, paid_at=when) for n, when in enumerate([*monday, tuesday])]
    assert outcomes(rules, *history) == [("0", "granted"), ("1", "limit:per_day"), ("2", "granted")]


def test_a_customers_limit_is_that_customers_alone():
    rules = limited(per_customer=1)
    history = [order("1", 100), order("2", 100, paid_at=at(20)), order("3", 100, customer="c2", paid_at=at(20))]
    assert outcomes(rules, *history) == [("1", "granted"), ("2", "limit:per_customer"), ("3", "granted")]


def test_a_customers_limit_for_a_day_starts_again_at_midnight():
    rules = limited(per_customer_per_day=1)
    history = [
        order("1", 100, paid_at=at(16, 0)),
        order("2", 100, paid_at=at(16, 23, 59)),
        order("3", 100, paid_at=at(16, 23, 59), customer="c2"),
        order("4", 100, paid_at=at(17, 0)),
    ]
    assert outcomes(rules, *history) == [
        ("1", "granted"),
        ("2", "limit:per_customer_per_day"),
        ("3", "granted"),
        ("4", "granted"),
    ]


def test_the_widest_limit_reached_is_the_reason():
    rules = limited(total=1, per_day=1, per_customer=1, per_customer_per_day=1)
    refused = awards(rules, order("1", 100), order("2", 100))[1]
    assert refused.refusal == LimitReached("total", 1)
    rules = limited(per_day=1, per_customer=1)
    refused = awards(rules, order("1", 100), order("2", 100))[1]
    assert refused.refusal == LimitReached("per_day", 1, at(16).date())


def test_all_limits_that_apply_are_counted_at_once():
    rules = limited(total=3, per_customer=2)
    history = [order(str(n), 100, customer=who) for n, who in enumerate(["c1", "c1", "c1", "c2", "c2"])]
    assert [outcome for _, outcome in outcomes(rules, *history)] == [
        "granted",
        "granted",
        "limit:per_customer",
        "granted",
        "limit:total",
    ]


def test_what_was_given_instead_counts_against_the_limit():
    rules = plan(offer("gift", MUG, limits=Limits(total=2), otherwise=(SAMPLE,)), stock={"mug": 1})
    history = [order(str(n), 100) for n in range(3)]
    assert [outcome for _, outcome in outcomes(rules, *history)] == ["granted", "otherwise", "limit:total"]


def test_otherwise_does_not_stand_in_for_a_limit():
    rules = plan(offer("gift", MUG, limits=Limits(total=1), otherwise=(SAMPLE,)))
    refused = awards(rules, order("1", 100), order("2", 100))[1]
    assert (refused.outcome, refused.refusal) == (Outcome.REFUSED, LimitReached("total", 1))


def test_a_refusal_counts_against_no_limit():
    # The hamper is too large for the stock the first time; the smaller order may still have the one award.
    rules = plan(
        offer("first", GiftBenefit("hamper", 2), limits=Limits(per_customer=1), otherwise=()),
        stock={"hamper": 1},
    )
    assert outcomes(rules, order("1", 100)) == [("1", "stock:hamper")]
    refused = order("1", 100)
    coupons = plan(
        offer("coupon", CouponBenefit("ten-off", 2), limits=Limits(total=1), budget={"coupon": "coupons"}),
        offer("gift", MUG, limits=Limits(total=1)),
        budget={"coupons": 1999},
    )
    assert outcomes(coupons, refused) == [("1", "budget:coupons"), ("1", "granted")]


def test_a_refusal_for_one_limit_uses_up_no_other():
    rules = limited(total=2, per_customer=1)
    history = [order("1", 100), order("2", 100), order("3", 100, customer="c2")]
    assert outcomes(rules, *history) == [("1", "granted"), ("2", "limit:per_customer"), ("3", "granted")]


def test_a_return_gives_no_allowance_back():
    rules = limited(total=1)
    book = opening_book(rules)
    first = order("1", goods("tea", 100))
    history = [first, refund("r", first, ("tea", 1)), order("2", 100, customer="c2", paid_at=at(21))]
    assert outcomes(rules, *history, book=book) == [("1", "granted"), ("2", "limit:total")]


def test_offers_count_each_for_themselves():
    rules = plan(offer("one", MUG, limits=Limits(total=1)), offer("two", MUG, limits=Limits(total=1)))
    assert outcomes(rules, order("1", 100)) == [("1", "granted"), ("1", "granted")]


def test_customers_whose_ids_look_like_paths_have_allowances_of_their_own():
    rules = limited(per_customer=1, per_customer_per_day=1)
    history = [order("1", 100), order("2", 100, customer="c1/2026-11-16")]
    assert outcomes(rules, *history) == [("1", "granted"), ("2", "granted")]
