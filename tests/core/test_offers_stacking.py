"""Offers of one group compete for an order: the best, the first, or all."""

from jiacan.offers.contracts.awards import NotStacked, Outcome
from jiacan.offers.contracts.benefits import CouponBenefit, GiftBenefit, TicketBenefit
from jiacan.offers.contracts.rules import Limits, Pick
from jiacan.offers.core.book import opening_book
from jiacan.offers.core.settle import is_held_out
from tests.core.small_plans import awards, offer, order, plan, spend, stock_left

MUG, HAMPER, SAMPLE = GiftBenefit("mug", 1), GiftBenefit("hamper", 1), GiftBenefit("sample", 1)


def told(rules, *history, book=None):
    """Each award: its offer, and its outcome or why it was refused."""
    return [
        (award.offer_id, award.refusal.code if award.outcome == "refused" else award.outcome.value)
        for award in awards(rules, *history, book=book)
    ]


def group(pick, *, stock=None, hamper=None, **changed):
    best = offer("hamper", HAMPER, stack=("gifts", pick), **(hamper or {}))
    return plan(
        offer("sample", SAMPLE, stack=("gifts", pick)),
        best,
        offer("mug", MUG, stack=("gifts", pick)),
        stock=stock,
        **changed,
    )


def test_best_gives_the_offer_with_the_most_money_at_risk():
    rules = group(Pick.BEST)
    book = opening_book(rules)
    assert told(rules, order("1", 100), book=book) == [
        ("sample", "limit:stack:gifts"),
        ("hamper", "granted"),
        ("mug", "limit:stack:gifts"),
    ]
    assert [stock_left(rules, book, item) for item in ("sample", "hamper", "mug")] == [1000, 999, 1000]


def test_when_the_best_is_refused_the_next_best_is_tried():
    assert told(group(Pick.BEST, stock={"hamper": 0}), order("1", 100)) == [
        ("sample", "limit:stack:gifts"),
        ("hamper", "stock:hamper"),
        ("mug", "granted"),
    ]
    assert told(group(Pick.BEST, stock={"hamper": 0, "mug": 0}), order("1", 100)) == [
        ("sample", "granted"),
        ("hamper", "stock:hamper"),
        ("mug", "stock:mug"),
    ]


def test_a_limit_refuses_the_best_as_stock_does():
    rules = group(Pick.BEST, hamper={"limits": Limits(per_customer=1)})
    assert told(rules, order("1", 100), order("2", 100))[3:] == [
        ("sample", "limit:stack:gifts"),
        ("hamper", "limit:per_customer"),
        ("mug", "granted"),
    ]


def test_what_stands_in_for_the_best_counts_as_given():
    rules = group(Pick.BEST, stock={"hamper": 0}, hamper={"otherwise": (TicketBenefit("wheel", 1),)})
    assert told(rules, order("1", 100)) == [
        ("sample", "limit:stack:gifts"),
        ("hamper", "otherwise"),
        ("mug", "limit:stack:gifts"),
    ]


def test_between_equals_the_earlier_in_the_plan_is_the_best():
    rules = plan(offer("one", MUG, stack=("g", Pick.BEST)), offer("two", MUG, stack=("g", Pick.BEST)))
    assert told(rules, order("1", 100)) == [("one", "granted"), ("two", "limit:stack:g")]


def test_what_is_best_is_asked_of_each_order_anew():
    rules = plan(
        offer("coupons", CouponBenefit("ten-off", 1), stack=("g", Pick.BEST)),
        offer("ladder", rungs=[spend(5000, MUG), spend(9000, HAMPER, number=2)], stack=("g", Pick.BEST)),
    )
    assert told(rules, order("1", 5000), order("2", 9000)) == [
        ("coupons", "granted"),
        ("ladder", "limit:stack:g"),
        ("coupons", "limit:stack:g"),
        ("ladder", "granted"),
    ]


def test_first_gives_the_first_of_the_plan_that_can_be_given():
    assert told(group(Pick.FIRST), order("1", 100)) == [
        ("sample", "granted"),
        ("hamper", "limit:stack:gifts"),
        ("mug", "limit:stack:gifts"),
    ]
    assert told(group(Pick.FIRST, stock={"sample": 0}), order("1", 100)) == [
        ("sample", "stock:sample"),
        ("hamper", "granted"),
        ("mug", "limit:stack:gifts"),
    ]


def test_all_gives_every_offer_of_the_group():
    assert told(group(Pick.ALL), order("1", 100)) == [
        ("sample", "granted"),
        ("hamper", "granted"),
        ("mug", "granted"),
    ]


def test_a_refusal_names_the_group_and_the_offer_that_was_given():
    refused = [award for award in awards(group(Pick.BEST), order("1", 100)) if award.outcome is Outcome.REFUSED]
    assert [award.refusal for award in refused] == [NotStacked("gifts", "hamper")] * 2


def test_offers_outside_the_group_are_given_beside_it():
    rules = plan(
        offer("alone", SAMPLE),
        offer("one", MUG, stack=("g", Pick.BEST)),
        offer("two", HAMPER, stack=("g", Pick.BEST)),
        offer("other", MUG, stack=("h", Pick.BEST)),
    )
    assert told(rules, order("1", 100)) == [
        ("alone", "granted"),
        ("one", "limit:stack:g"),
        ("two", "granted"),
        ("other", "granted"),
    ]


def test_a_group_is_tried_where_its_first_member_stands():
    # One mug: the group's hamper-and-mug goes before the offer that stands between its members.
    rules = plan(
        offer("small", SAMPLE, stack=("g", Pick.BEST)),
        offer("between", MUG),
        offer("large", HAMPER, MUG, stack=("g", Pick.BEST)),
        stock={"mug": 1},
    )
    assert told(rules, order("1", 100)) == [
        ("small", "limit:stack:g"),
        ("between", "stock:mug"),
        ("large", "granted"),
    ]


def test_who_is_held_out_is_recorded_with_the_best_of_the_group_alone():
    rules = group(Pick.BEST, holdout_share=0.5)
    name = next(name for name in map(str, range(99)) if is_held_out(name, rules))
    assert told(rules, order("1", 100, customer=name)) == [("hamper", "held_out")]
    rules = group(Pick.ALL, holdout_share=0.5)
    assert len(told(rules, order("1", 100, customer=name))) == 3


def test_one_orders_group_says_nothing_about_the_next_order():
    rules = group(Pick.FIRST, stock={"sample": 1})
    assert told(rules, order("1", 100), order("2", 100))[3:] == [
        ("sample", "stock:sample"),
        ("hamper", "granted"),
        ("mug", "limit:stack:gifts"),
    ]
