"""Receipts say what was given and why, and what was not and why not; rows say it to machines."""

import re

import pytest

from jiacan.kernel.messages import Phrasebook
from jiacan.offers.contracts.awards import AwardRow, BudgetExhausted, LimitReached, NotStacked, StockEmpty
from jiacan.offers.contracts.benefits import (
    CashBenefit,
    CouponBenefit,
    CreditBenefit,
    DiscountBenefit,
    GiftBenefit,
    PointsBenefit,
    ServiceBenefit,
    TicketBenefit,
    TierBenefit,
)
from jiacan.offers.contracts.conditions import SpendAtLeast
from jiacan.offers.contracts.rules import Limits, Pick
from jiacan.offers.core.match import explain_order
from jiacan.offers.core.receipts import receipt_lines, refusal_message
from jiacan.offers.core.rows import to_rows
from jiacan.offers.core.settle import is_held_out
from tests.core.small_plans import SHANGHAI, at, goods, offer, order, plan, refund, settled, spend

MUG, HAMPER, SAMPLE = GiftBenefit("mug", 1), GiftBenefit("hamper", 1), GiftBenefit("sample", 1)
TEN_OFF = CouponBenefit("ten-off", 1)
MONEY = {"gift": "gifts", "coupon": "coupons"}
ENGLISH = Phrasebook("en", lambda text: text, SHANGHAI)


def lines_of(rules, order_id, *history):
    """The receipt of one order of the history."""
    settlements = [one for one in settled(rules, *history) if one.event.order_id == order_id]
    of = next(one for one in history if getattr(one, "paid_at", None) and one.order_id == order_id)
    awards = [award for one in settlements for award in one.awards]
    backs = [back for one in settlements for back in one.claw_backs]
    return receipt_lines(awards, backs, explain_order(of, rules), rules)


def said(rules, order_id, *history):
    return [ENGLISH.say(line.says) for line in lines_of(rules, order_id, *history)]


def rows(rules, *history):
    return [row for settlement in settled(rules, *history) for row in to_rows(settlement)]


def test_what_was_given_is_named_with_its_number_or_amount():
    benefits = (
        MUG,
        GiftBenefit("hamper", 2),
        ServiceBenefit("wrapping", 1),
        CouponBenefit("ten-off", 2),
        PointsBenefit(250),
        CashBenefit(123_456),
        CreditBenefit(5),
        DiscountBenefit(off_minor=50),
        TicketBenefit("wheel", 3),
        TierBenefit("gold"),
    )
    (words,) = said(plan(offer("all", *benefits)), "1", order("1", 100))
    assert words == (
        "Given: Mug, Hamper × 2, Wrapping, Ten off × 2, 250 points, 1,234.56 CNY in cash, 0.05 CNY of shop credit, "
        "0.50 CNY off, 3 chance(s) in Wheel, tier Gold."
    )


def test_the_basis_names_plan_version_offer_rung_spend_and_what_paid():
    rules = plan(
        offer("ladder", rungs=[spend(100, MUG, TEN_OFF, PointsBenefit(1))], budget=MONEY),
        budget={"gifts": 999, "coupons": 1000},
        version=3,
    )
    (line,) = lines_of(rules, "1", order("1", 12_345))
    assert (line.outcome, line.offer.en) == ("granted", "Ladder")
    assert ENGLISH.say(line.basis) == (
        "plan spring version 3, offer ladder#1, for a spend of 123.45 CNY; "
        "from stock Mug, budget Gifts, budget Coupons"
    )


def test_an_offer_without_ladder_stock_or_budget_has_a_plain_basis():
    (line,) = lines_of(plan(offer("points", PointsBenefit(5))), "1", order("1", 100))
    assert ENGLISH.say(line.basis) == ("plan spring version 1, offer points, for a spend of 1.00 CNY")


def test_two_gifts_of_one_budget_line_name_it_once():
    rules = plan(offer("gifts", MUG, HAMPER, budget=MONEY), budget={"gifts": 9999})
    (line,) = lines_of(rules, "1", order("1", 100))
    assert ENGLISH.say(line.basis).endswith("; from stock Mug, budget Gifts, stock Hamper")


def test_every_word_of_a_basis_can_be_translated():
    rules = plan(offer("gift", MUG, budget=MONEY), budget={"gifts": 9999})
    (line,) = lines_of(rules, "1", order("1", 100))
    holes_only = Phrasebook("zh", lambda text: "".join(re.findall(r"{\w+}", text)), SHANGHAI)
    assert holes_only.say(line.basis) == "spring1gift1.00 CNYmug、gifts"


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(total=1), "Not given: all 1 have been given."),
        (Limits(per_day=1), "Not given: all 1 of the day have been given."),
        (Limits(per_customer=1), "Not given: it is given 1 time(s) to a customer, which was reached."),
        (
            Limits(per_customer_per_day=1),
            "Not given: it is given 1 time(s) to a customer in a day, which was reached.",
        ),
    ],
)
def test_a_limit_is_told_with_its_number(limits, words):
    assert said(plan(offer("gift", MUG, limits=limits)), "2", order("1", 100), order("2", 100)) == [words]


def test_empty_stock_is_told_with_the_time_it_ran_out():
    history = [order("1", 100, paid_at=at(16, 9, 5)), order("2", 100)]
    assert said(plan(offer("gift", MUG), stock={"mug": 1}), "2", *history) == [
        "Not given: Mug ran out at 11-16 09:05."
    ]


def test_short_stock_is_told_with_what_is_left():
    rules = plan(offer("gift", GiftBenefit("mug", 2)), stock={"mug": 1})
    assert said(rules, "1", order("1", 100)) == ["Not given: Mug: 1 left, 2 needed."]


def test_a_short_budget_is_told_to_the_customer_without_sums_and_to_the_agent_with_them():
    rules = plan(offer("gift", MUG, budget=MONEY), budget={"gifts": 319})
    (line,) = lines_of(rules, "1", order("1", 100))
    assert ENGLISH.say(line.basis).endswith("; budget Gifts had 3.19 CNY left and 3.20 CNY was needed")
    assert said(rules, "1", order("1", 100)) == ["Not given: what was set aside for it is used up."]


def test_what_stood_in_is_told_with_why():
    rules = plan(offer("gift", MUG, otherwise=(SAMPLE,)), stock={"mug": 1})
    history = [order("1", 100, paid_at=at(16, 9)), order("2", 100)]
    assert said(rules, "2", *history) == ["Mug ran out at 11-16 09:00; given instead: Sample."]


def test_what_is_not_combined_names_what_the_order_received():
    rules = plan(offer("mug", MUG, stack=("g", Pick.BEST)), offer("hamper", HAMPER, stack=("g", Pick.BEST)))
    assert said(rules, "1", order("1", 100)) == [
        "Not given: it is not combined with Hamper, which this order received.",
        "Given: Hamper.",
    ]


def test_who_is_held_out_is_told_so_and_nothing_is_said_to_be_paid():
    rules = plan(offer("gift", MUG, budget=MONEY), budget={"gifts": 999}, holdout_share=0.5)
    name = next(name for name in map(str, range(99)) if is_held_out(name, rules))
    (line,) = lines_of(rules, "1", order("1", 100, customer=name))
    assert line.outcome == "held_out"
    assert ENGLISH.say(line.says) == "Met, but this customer is in the group that the campaign is measured against."
    assert ENGLISH.say(line.basis).endswith("for a spend of 1.00 CNY")


def test_every_offer_answers_in_plan_order_and_claw_backs_stand_under_what_they_took_from():
    rules = plan(
        offer("points", PointsBenefit(1, per_minor=100)),
        offer("gift", MUG, when=[SpendAtLeast(5000)]),
        offer("large", HAMPER, when=[SpendAtLeast(9000)]),
    )
    of = order("1", goods("tea", 2000, quantity=4))
    assert said(rules, "1", of, refund("r-7", of, ("tea", 2))) == [
        "Given: 80 points.",
        "Taken back after the return of 11-20 12:00 (r-7): 40 points.",
        "Given: Mug.",
        "Taken back after the return of 11-20 12:00 (r-7): Mug.",
        "Not met: 10.00 CNY more brings Hamper.",
    ]


def test_names_and_lists_are_told_in_chinese_where_the_reader_is_chinese():
    table = {"Given: {items}.": "已发放：{items}。", "tier {tier}": "等级{tier}"}
    chinese = Phrasebook("zh", lambda text: table.get(text, text), SHANGHAI)
    (line,) = lines_of(plan(offer("both", TEN_OFF, TierBenefit("gold"))), "1", order("1", 100))
    assert chinese.say(line.says) == "已发放：十元券、等级金卡。"


def test_refusals_have_codes_that_begin_with_what_ran_out():
    refusals = [
        LimitReached("per_customer", 1),
        NotStacked("g", "mug"),
        StockEmpty("mug", 1, 0, None),
        BudgetExhausted("gifts", 2, 1),
    ]
    assert [refusal.code for refusal in refusals] == [
        "limit:per_customer",
        "limit:stack:g",
        "stock:mug",
        "budget:gifts",
    ]


def test_every_refusal_has_words():
    rules = plan(offer("mug", MUG), budget={"gifts": 1})
    for refusal in (
        LimitReached("total", 4),
        NotStacked("g", "mug"),
        StockEmpty("mug", 1, 0, None),
        BudgetExhausted("gifts", 2, 1),
    ):
        assert ENGLISH.say(refusal_message(refusal, rules))


# --- rows -------------------------------------------------------------------------------------------------


def row(order_id, offer_id, kind, item, quantity, amount, outcome, *, reason="", rung=0, customer="c1"):
    return AwardRow(order_id, customer, offer_id, rung, kind, item, quantity, amount, outcome, reason)


def test_each_benefit_is_a_row_and_each_return_is_named():
    rules = plan(
        offer("ladder", rungs=[spend(5000, MUG, TEN_OFF)], otherwise=(SAMPLE,), budget=MONEY),
        offer("points", PointsBenefit(1, per_minor=100), limits=Limits(total=1)),
        stock={"mug": 1},
        budget={"gifts": 9999, "coupons": 9999},
    )
    first = order("1", goods("tea", 2000, quantity=4))
    second = order("2", goods("tea", 5000), customer="c2")
    assert rows(rules, first, second, refund("r", first, ("tea", 3))) == [
        row("1", "ladder", "gift", "mug", 1, 320, "granted", rung=1),
        row("1", "ladder", "coupon", "ten-off", 1, 1000, "granted", rung=1),
        row("1", "points", "points", "", 80, 80, "granted"),
        row("2", "ladder", "gift", "sample", 1, 60, "otherwise", reason="stock:mug", rung=1, customer="c2"),
        row("2", "points", "points", "", 50, 50, "refused", reason="limit:total", customer="c2"),
        row("1", "ladder", "gift", "mug", 1, 320, "clawed_back", reason="refund:r", rung=1),
        row("1", "ladder", "coupon", "ten-off", 1, 1000, "clawed_back", reason="refund:r", rung=1),
        row("1", "points", "points", "", 60, 60, "clawed_back", reason="refund:r"),
    ]


def test_who_is_held_out_has_rows_without_a_reason():
    rules = plan(offer("gift", MUG, TEN_OFF), holdout_share=0.5)
    name = next(name for name in map(str, range(99)) if is_held_out(name, rules))
    assert rows(rules, order("1", 100, customer=name)) == [
        row("1", "gift", "gift", "mug", 1, 320, "held_out", customer=name),
        row("1", "gift", "coupon", "ten-off", 1, 1000, "held_out", customer=name),
    ]


def test_an_order_that_meets_nothing_has_no_row():
    assert rows(plan(offer("gift", MUG, when=[SpendAtLeast(101)])), order("1", 100)) == []
