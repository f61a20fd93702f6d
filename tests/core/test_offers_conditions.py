"""Which orders meet which conditions, and what the others are told."""

from datetime import UTC, datetime, time

import pytest

from jiacan.kernel.messages import Name, Phrasebook
from jiacan.kernel.periods import Period
from jiacan.offers.contracts.awards import Unmet
from jiacan.offers.contracts.benefits import GiftBenefit
from jiacan.offers.contracts.conditions import (
    BetweenHours,
    Bundle,
    BundlePart,
    CustomerIsNew,
    FromChannels,
    FromRegions,
    InBirthdayMonth,
    OnMonthDays,
    OnTiers,
    OnWeekdays,
    OrderNumberIs,
    QuantityAtLeast,
    Scope,
    SpendAtLeast,
)
from jiacan.offers.contracts.rules import Rung, Trigger
from jiacan.offers.core.match import ask_every_offer, explain_order, match_order
from jiacan.orders.contracts import Buyer, OrderLine
from tests.core.small_plans import RUN, SHANGHAI, at, goods, offer, order, plan, spend

MUG = GiftBenefit("mug", 1)
IN_SHANGHAI = Phrasebook("en", lambda text: text, SHANGHAI)

TIERS = {"silver": Name("银卡", "Silver"), "gold": Name("金卡", "Gold")}


def meets(condition, of):
    return bool(match_order(of, plan(offer("gift", MUG, when=[condition]), tiers=TIERS)))


def told(rules, of):
    return [IN_SHANGHAI.say(unmet.why) for unmet in explain_order(of, rules)]


def test_spend_is_reached_at_the_very_fen():
    assert meets(SpendAtLeast(10_000), order("1", 10_000))
    assert not meets(SpendAtLeast(10_000), order("1", 9_999))


def test_spend_is_the_sum_of_lines_each_rounded_on_its_own():
    line = OrderLine("a", quantity=1, unit_price_micros=1_005_000)
    assert meets(SpendAtLeast(202), order("1", line, line))
    assert not meets(SpendAtLeast(203), order("1", line, line))


def test_only_the_goods_named_count_and_those_left_out_never_do():
    tea = Scope(categories=frozenset({"tea"}), skus=frozenset({"pot"}), except_skus=frozenset({"dust"}))
    green, dust = goods("green", 3000, category="tea"), goods("dust", 5000, category="tea")
    of = order("1", green, dust, goods("pot", 2000), goods("cup", 1))
    assert meets(SpendAtLeast(5000, tea), of)
    assert not meets(SpendAtLeast(5001, tea), of)


def test_a_scope_that_only_leaves_out_counts_all_the_rest():
    all_but = Scope(except_skus=frozenset({"card"}), except_categories=frozenset({"tobacco"}))
    of = order("1", goods("card", 9000), goods("pipe", 9000, category="tobacco"), goods("a", 100), goods("b", 200))
    assert meets(SpendAtLeast(300, all_but), of)
    assert not meets(SpendAtLeast(301, all_but), of)


def test_a_line_without_a_category_is_in_no_category():
    assert not meets(QuantityAtLeast(1, Scope(categories=frozenset({"tea"}))), order("1", goods("a", 100)))


def test_an_exception_wins_over_a_name():
    scope = Scope(skus=frozenset({"green"}), except_categories=frozenset({"tea"}))
    assert not meets(QuantityAtLeast(1, scope), order("1", goods("green", 100, category="tea")))


def test_units_of_all_lines_in_scope_count_together():
    scope = Scope(skus=frozenset({"a", "b"}))
    of = order("1", goods("a", 100, quantity=2), goods("b", 100), goods("c", 100, quantity=9))
    assert meets(QuantityAtLeast(3, scope), of)
    assert not meets(QuantityAtLeast(4, scope), of)


def bundle(*parts):
    return Bundle(tuple(BundlePart(frozenset(skus), quantity) for skus, quantity in parts))


def test_a_bundle_is_found_where_taking_the_first_fitting_unit_would_miss_it():
    # Whoever gives the only pot to the first part has none for the second.
    asked = bundle(({"pot", "cup"}, 1), ({"pot"}, 1))
    assert meets(asked, order("1", goods("pot", 100), goods("cup", 100)))
    assert not meets(asked, order("1", goods("pot", 100)))
    assert not meets(asked, order("1", goods("cup", 100, quantity=5)))


def test_no_unit_counts_for_two_parts_of_a_bundle():
    ring = bundle(({"a", "b"}, 2), ({"b", "c"}, 2), ({"c", "a"}, 2))
    assert meets(ring, order("1", goods("a", 1, quantity=2), goods("b", 1, quantity=2), goods("c", 1, quantity=2)))
    assert not meets(ring, order("1", goods("a", 1, quantity=2), goods("b", 1, quantity=2), goods("c", 1)))
    assert meets(ring, order("1", goods("a", 1, quantity=4), goods("b", 1, quantity=2)))
    assert not meets(ring, order("1", goods("a", 1, quantity=6)))


def test_a_part_of_a_bundle_may_be_filled_from_several_lines():
    asked = bundle(({"red", "blue"}, 3))
    assert meets(asked, order("1", goods("red", 1), goods("blue", 1), goods("red", 1)))
    assert not meets(asked, order("1", goods("red", 1), goods("blue", 1), goods("green", 1)))


def test_weekdays_are_those_of_the_plans_zone():
    saturday = OnWeekdays(frozenset({5}))
    # 17:00 UTC on Friday is 01:00 on Saturday in Shanghai; 16:00 UTC on Saturday is Sunday there.
    assert meets(saturday, order("1", 1, paid_at=datetime(2026, 11, 20, 17, tzinfo=UTC)))
    assert not meets(saturday, order("1", 1, paid_at=datetime(2026, 11, 20, 15, 59, tzinfo=UTC)))
    assert not meets(saturday, order("1", 1, paid_at=datetime(2026, 11, 21, 16, tzinfo=UTC)))


def test_hours_begin_at_their_first_minute_and_end_before_their_last():
    evening = BetweenHours(time(20), time(22))
    asked = [(19, 59), (20, 0), (21, 59), (22, 0)]
    assert [meets(evening, order("1", 1, paid_at=at(16, *clock))) for clock in asked] == [False, True, True, False]


def test_hours_may_go_past_midnight():
    night = BetweenHours(time(22), time(2))
    asked = [(21, 59), (22, 0), (23, 59), (0, 0), (1, 59), (2, 0)]
    inside = [False, True, True, True, True, False]
    assert [meets(night, order("1", 1, paid_at=at(17, *clock))) for clock in asked] == inside


def test_hours_until_midnight_end_with_the_day():
    late = BetweenHours(time(20), time(0))
    assert meets(late, order("1", 1, paid_at=at(17, 23, 59)))
    assert not meets(late, order("1", 1, paid_at=at(17, 0, 0)))


def test_after_midnight_it_is_the_next_weekday():
    friday_night = [OnWeekdays(frozenset({4})), BetweenHours(time(22), time(2))]
    rules = plan(offer("gift", MUG, when=friday_night))
    assert match_order(order("1", 1, paid_at=at(20, 23)), rules)
    assert not match_order(order("1", 1, paid_at=at(21, 1)), rules)


def test_channels_and_regions_are_taken_by_their_exact_name():
    assert meets(FromChannels(frozenset({"tmall", "jd"})), order("1", 1, channel="jd"))
    assert not meets(FromChannels(frozenset({"tmall"})), order("1", 1, channel="Tmall"))
    assert not meets(FromChannels(frozenset({"tmall"})), order("1", 1))
    assert meets(FromRegions(frozenset({"Zhejiang"})), order("1", 1, region="Zhejiang"))
    assert not meets(FromRegions(frozenset({"Zhejiang"})), order("1", 1, region="Jiangsu"))


def test_a_customer_is_new_with_the_first_paid_order_only():
    assert [meets(CustomerIsNew(True), order("1", 1, number=n)) for n in (1, 2, 3)] == [True, False, False]
    assert [meets(CustomerIsNew(False), order("1", 1, number=n)) for n in (1, 2, 3)] == [False, True, True]


def test_order_numbers_are_counted_with_both_ends():
    asked = [meets(OrderNumberIs(2, 4), order("1", 1, number=n)) for n in range(1, 6)]
    assert asked == [False, True, True, True, False]
    assert meets(OrderNumberIs(3, None), order("1", 1, number=900))


def test_an_offer_runs_from_its_first_moment_to_just_before_its_last():
    rules = plan(offer("gift", MUG))
    asked = [at(15, 23, 59), at(16, 0), at(29, 23, 59), at(30, 0)]
    assert [bool(match_order(order("1", 1, paid_at=paid_at), rules)) for paid_at in asked] == [
        False,
        True,
        True,
        False,
    ]


def test_every_condition_of_offer_and_rung_must_hold():
    rules = plan(offer("gift", when=[FromChannels(frozenset({"jd"}))], rungs=[spend(5000, MUG)]))
    assert match_order(order("1", 5000, channel="jd"), rules)
    assert not match_order(order("1", 5000, channel="tmall"), rules)
    assert not match_order(order("1", 4999, channel="jd"), rules)


def test_guests_and_staff_meet_nothing():
    rules = plan(offer("gift", MUG), offer("other", MUG))
    assert told(rules, order("1", 100, customer=None, number=0)) == ["the order was placed without an account"] * 2
    assert told(rules, order("1", 100, customer="clerk")) == ["staff do not take part"] * 2
    assert match_order(order("1", 100, customer="clerk"), rules) == ()
    assert match_order(order("1", 100, customer=None), rules) == ()


def test_an_order_of_which_nothing_was_kept_meets_nothing():
    assert told(plan(offer("gift", MUG)), order("1")) == ["nothing of the order was kept"]


def test_an_order_meets_no_offer_for_referrals():
    rules = plan(offer("friend", MUG, trigger=Trigger.REFERRAL_COMPLETED))
    assert match_order(order("1", 100), rules) == ()
    assert told(rules, order("1", 100)) == ["it is given for a referral, not for an order"]


def test_every_offer_answers_once_in_plan_order():
    rules = plan(offer("first", MUG, when=[SpendAtLeast(500)]), offer("second", MUG), offer("third", MUG))
    answers = ask_every_offer(order("1", 100), rules)
    assert [answer.offer_id for answer in answers] == ["first", "second", "third"]
    assert [isinstance(answer, Unmet) for answer in answers] == [True, False, False]


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (SpendAtLeast(1_000), "9.90 CNY more brings Mug"),
        (QuantityAtLeast(3), "2 more pieces are needed; it gives Mug"),
        (bundle(({"pot"}, 1)), "the set is not complete; it gives Mug"),
        (OnWeekdays(frozenset({6, 5})), "it is valid only on Saturday, Sunday; it gives Mug"),
        (BetweenHours(time(22), time(2, 30)), "it is valid only from 22:00 to 02:30; it gives Mug"),
        (FromChannels(frozenset({"tmall", "jd"})), "it is valid only in jd, tmall; it gives Mug"),
        (FromRegions(frozenset({"Zhejiang"})), "it is valid only for Zhejiang; it gives Mug"),
        (CustomerIsNew(False), "it is for customers who ordered before; it gives Mug"),
        (OrderNumberIs(2, 2), "it is not for order number 1 of a customer; it gives Mug"),
    ],
)
def test_who_misses_a_condition_is_told_what_is_missing(condition, words):
    assert told(plan(offer("gift", MUG, when=[condition])), order("1", 10)) == [words]


def test_who_is_not_new_is_told_so():
    assert told(plan(offer("gift", MUG, when=[CustomerIsNew(True)])), order("1", 10, number=2)) == [
        "it is for a first order; it gives Mug"
    ]


def test_who_comes_too_late_is_told_when_it_ran():
    assert told(plan(offer("gift", MUG)), order("1", 10, paid_at=at(30, 0))) == [
        "it runs from 11-16 00:00 to 11-30 00:00"
    ]


def test_who_misses_every_rung_is_told_what_the_first_would_bring():
    rules = plan(offer("ladder", rungs=[spend(5000, MUG), spend(9000, GiftBenefit("hamper", 2), number=2)]))
    assert told(rules, order("1", 4000)) == ["10.00 CNY more brings Mug"]


def test_more_spend_is_promised_to_bring_something_only_where_nothing_else_is_missing():
    at_weekends = Rung(1, (SpendAtLeast(5000), OnWeekdays(frozenset({5}))), (MUG,))
    rules = plan(offer("ladder", rungs=[at_weekends]))
    assert told(rules, order("1", 4000, paid_at=at(21))) == ["10.00 CNY more brings Mug"]
    assert told(rules, order("1", 4000, paid_at=at(20))) == ["it is valid only on Saturday; it gives Mug"]


def test_periods_of_two_offers_are_each_their_own():
    first_day = Period(RUN.starts_at, at(17, 0))
    rules = plan(offer("early", MUG, during=first_day), offer("all", MUG))
    assert [match.offer_id for match in match_order(order("1", 1, paid_at=at(17, 0)), rules)] == ["all"]
    assert rules.window == RUN


@pytest.mark.parametrize(
    ("days", "last", "met"),
    [({18}, False, True), ({8, 28}, False, False), (set(), True, False)],
)
def test_a_member_day_is_a_day_of_the_month_in_the_plans_zone(days, last, met):
    late = order("1", 100, paid_at=datetime(2026, 11, 17, 16, tzinfo=UTC))  # the 18th begins in Shanghai
    assert meets(OnMonthDays(frozenset(days), last), late) is met


def test_the_last_day_is_that_of_the_month_whatever_its_length():
    last = OnMonthDays(frozenset(), last=True)
    days = [datetime(2026, 2, 28, 15, 59, tzinfo=UTC), datetime(2028, 2, 28, 12, tzinfo=UTC)]
    assert [last.holds_on(each.astimezone(SHANGHAI).date()) for each in days] == [True, False]
    rules = plan(offer("gift", MUG, when=[OnMonthDays(frozenset({8}), last=True)]))
    assert told(rules, order("1", 100))[0].startswith("it is valid only on these days of the month: 8, the last;")


def test_a_tier_is_the_one_on_which_the_customer_stands():
    tiers = OnTiers(frozenset({"gold"}))
    assert meets(tiers, order("1", 100, buyer=Buyer("gold")))
    assert not meets(tiers, order("1", 100, buyer=Buyer("silver")))
    assert not meets(tiers, order("1", 100))


def test_a_birthday_month_is_the_months_of_the_plans_zone_and_an_unknown_birthday_is_in_none():
    begins = datetime(2026, 10, 31, 16, tzinfo=UTC)  # November begins in Shanghai
    period = Period(datetime(2026, 10, 1, tzinfo=UTC), RUN.ends_at)
    rules = plan(offer("gift", MUG, when=[InBirthdayMonth()], during=period))
    assert match_order(order("1", 100, paid_at=begins, buyer=Buyer(birth_month=11)), rules)
    assert not match_order(order("1", 100, paid_at=begins, buyer=Buyer(birth_month=10)), rules)
    assert told(rules, order("1", 100)) == [
        "it is given in the month of the customer's birthday, and none is known; it gives Mug"
    ]


def test_an_order_from_another_tier_is_told_which():
    rules = plan(offer("gift", MUG, when=[OnTiers(frozenset({"gold"}))]), tiers=TIERS)
    assert told(rules, order("1", 100, buyer=Buyer("silver"))) == [
        "it is for Gold, and by their orders the customer stood on Silver; it gives Mug"
    ]
    assert told(rules, order("1", 100)) == [
        "it is for Gold, and by their orders the customer stood on no tier; it gives Mug"
    ]
