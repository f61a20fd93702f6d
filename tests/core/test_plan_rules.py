"""From the text of a plan to its rules and document: exact figures."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from jiacan.kernel.messages import Name
from jiacan.kernel.periods import Period
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
from jiacan.offers.contracts.conditions import (
    BetweenHours,
    Bundle,
    BundlePart,
    CustomerIsNew,
    FromChannels,
    FromRegions,
    OnWeekdays,
    OrderNumberIs,
    QuantityAtLeast,
    Scope,
    SpendAtLeast,
    SpendEvery,
)
from jiacan.offers.contracts.occasions import TO_FRIEND, TO_REFERRER
from jiacan.offers.contracts.rules import (
    BudgetLine,
    Coupon,
    Ladder,
    Limits,
    Pick,
    RefundPolicy,
    Rung,
    Stacking,
    StockItem,
    Trigger,
)
from jiacan.plans.contracts.document import (
    Baseline,
    BelowAmount,
    BelowShare,
    ChangeTarget,
    Goal,
    LevelTarget,
    Measure,
    ReferralReward,
    Watched,
)
from jiacan.plans.core.check import check
from jiacan.plans.core.schedule import schedule
from jiacan.referrals.contracts.terms import ReferralTerms
from tests.conftest import SHARED, needs_shared
from tests.core.test_plan_base import BASE, edited


def rules_of(text):
    checked = check(text, source="plan.yaml")
    assert checked.errors == ()
    return checked.rules


def document_of(text):
    checked = check(text, source="plan.yaml")
    assert checked.errors == ()
    return checked.document


def utc(year, month, day, hour=0):
    return datetime(year, month, day, hour, tzinfo=UTC)


@pytest.fixture(scope="module")
def reference():
    checked = check((SHARED / "examples" / "order-bonus.yaml").read_text(encoding="utf-8"), source="order-bonus.yaml")
    return checked.rules, checked.document


@needs_shared
def test_the_reference_rules_are_what_the_plan_says(reference):
    rules, _ = reference
    assert (rules.plan_id, rules.version, rules.shop, rules.currency, rules.zone.key) == (
        "order-bonus-2011",
        0,
        "gifts",
        "GBP",
        "Europe/London",
    )
    assert rules.name == Name(zh="订单加餐", en="Order bonus")
    assert rules.reserve_minor == 73_200
    assert rules.points_value_micros == 10_000
    assert rules.holdout_share == 0.1
    assert rules.stock["mug"] == StockItem("mug", Name("定制马克杯", "Custom mug"), 150, 320, 800)
    assert rules.coupons["next-20"] == Coupon("next-20", Name("next-20", "next-20"), 2000, None, None, 15_000, 30)
    assert rules.coupons["first-10"] == Coupon("first-10", Name("first-10", "first-10"), None, 10, 1500, 0, 60)
    assert rules.budget["gifts"] == BudgetLine("gifts", Name("赠品", "Gifts"), 90_000)
    assert {line: one.amount_minor for line, one in rules.budget.items()} == {
        "ads": 200_000,
        "gifts": 90_000,
        "coupons": 150_000,
        "prizes": 120_000,
        "rewards": 50_000,
    }
    assert (rules.draws, rules.tiers, rules.staff) == (
        {"lucky-draw": Name("订单抽奖", "Order draw")},
        {},
        frozenset(),
    )
    assert rules.window == Period(utc(2011, 11, 14), utc(2011, 11, 28))


@needs_shared
def test_the_reference_offers_are_what_the_plan_says(reference):
    rules, _ = reference
    ladder, tea, weekend, hundred, chance, friend, _ = rules.offers
    assert [rung.number for rung in ladder.rungs] == [1, 2, 3]
    assert [rung.conditions for rung in ladder.rungs] == [
        (SpendAtLeast(15_000),),
        (SpendAtLeast(30_000),),
        (SpendAtLeast(80_000),),
    ]
    assert ladder.rungs[2].benefits == (GiftBenefit("hamper", 1), CouponBenefit("next-20", 1))
    assert (ladder.ladder, ladder.limits) == (Ladder.BEST, Limits(per_customer=1))
    assert ladder.budget == {Kind.GIFT: "gifts", Kind.COUPON: "coupons"}
    assert ladder.otherwise == (GiftBenefit("sample", 1),)
    bundle = Bundle((BundlePart(frozenset({"22423"}), 1), BundlePart(frozenset({"22699", "22697", "22698"}), 2)))
    assert (tea.conditions, tea.rungs[0].number, tea.limits) == ((bundle,), 0, Limits(total=60, per_day=8))
    assert weekend.conditions == (OnWeekdays(frozenset({5, 6})),)
    assert weekend.rungs[0].benefits == (PointsBenefit(points=2, per_minor=100),)
    assert hundred.conditions == (SpendEvery(10_000, at_most_times=5),)
    assert hundred.rungs[0].benefits == (PointsBenefit(points=50),)
    assert chance.rungs[0].benefits == (TicketBenefit("lucky-draw", 1),)
    assert friend.trigger is Trigger.REFERRAL_COMPLETED
    assert friend.rungs == (
        Rung(TO_REFERRER, (), (PointsBenefit(500),)),
        Rung(TO_FRIEND, (), (CouponBenefit("first-10", 1),)),
    )
    assert friend.during == Period(utc(2011, 11, 14), utc(2012, 1, 1))


@needs_shared
def test_the_reference_draw_is_an_offer_with_a_rung_for_each_prize_and_one_for_the_consolation(reference):
    rules, _ = reference
    draw = rules.offers[-1]
    assert (draw.id, draw.trigger, draw.during) == ("lucky-draw", Trigger.TICKET_DRAWN, rules.window)
    assert draw.rungs == (
        Rung(1, (), (GiftBenefit("tablet", 1),)),
        Rung(2, (), (GiftBenefit("topup", 1),)),
        Rung(3, (), (CouponBenefit("next-20", 1),)),
        Rung(4, (), (PointsBenefit(20),)),
    )
    assert draw.budget == {Kind.GIFT: "prizes", Kind.COUPON: "coupons"}
    assert (draw.limits, draw.conditions, draw.otherwise, draw.stacking) == (Limits(), (), (), None)


@needs_shared
def test_the_reference_document_is_what_the_plan_says(reference):
    _, document = reference
    assert document.phases == {
        "prepare": Period(utc(2011, 10, 16, 23), utc(2011, 11, 7)),
        "warm_up": Period(utc(2011, 11, 7), utc(2011, 11, 14)),
        "run": Period(utc(2011, 11, 14), utc(2011, 11, 28)),
        "wrap_up": Period(utc(2011, 11, 28), utc(2011, 12, 10)),
    }
    assert document.goals == (
        Goal(Measure.ORDERS, ChangeTarget(Decimal("0.15")), Baseline.FORECAST),
        Goal(Measure.NEW_CUSTOMERS, LevelTarget(Decimal(120)), None),
        Goal(Measure.REPURCHASE_RATE, LevelTarget(Decimal("0.3")), None),
        Goal(Measure.RETURN_ON_SPEND, LevelTarget(Decimal("3.0")), None),
    )
    assert document.assume_received_after == timedelta(days=7)
    assert document.referral == ReferralTerms(
        window=timedelta(days=30), return_window=timedelta(days=7), assume_received_after=timedelta(days=7)
    )
    assert document.referral_rewards == (
        ReferralReward("refer-a-friend", (PointsBenefit(500),), (CouponBenefit("first-10", 1),)),
    )
    assert [prize.days for prize in document.draws[0].prizes] == [frozenset({1, 5, 9, 13}), None, None]
    assert document.risks[0].watch == BelowShare(Watched.STOCK, "mug", Decimal("0.1"))
    assert [(task.id, task.due_on) for task in schedule(document)] == [
        ("team", date(2011, 10, 17)),
        ("posters", date(2011, 11, 4)),
        ("training", date(2011, 11, 9)),
        ("stocktake", date(2011, 11, 11)),
        ("settle", date(2011, 12, 4)),
        ("report", date(2011, 12, 9)),
    ]
    assert document.tasks[0].due_by == utc(2011, 10, 17, 23)


TEA = Scope(skus=frozenset({"007", "b"}), categories=frozenset({"tea"}))
NOT_X_NOR_Y = Scope(except_skus=frozenset("x"), except_categories=frozenset("y"))
ONE_A_AND_TWO_OF_BC = Bundle((BundlePart(frozenset("a"), 1), BundlePart(frozenset("bc"), 2)))
CONDITIONS = [
    ("{spend: 99.90}", SpendAtLeast(9990)),
    ("{spend: {at_least: 5, of: {sku: [007, b], category: [tea]}}}", SpendAtLeast(500, TEA)),
    ("{spend: {every: 10, of: {except_sku: [x], except_category: [y]}}}", SpendEvery(1000, None, NOT_X_NOR_Y)),
    ("{quantity: 3}", QuantityAtLeast(3)),
    ("{quantity: {at_least: 3, of: {category: [tea]}}}", QuantityAtLeast(3, Scope(categories=frozenset({"tea"})))),
    ("{bundle: [{sku: [a]}, {sku: [b, c], quantity: 2}]}", ONE_A_AND_TWO_OF_BC),
    ("{weekdays: [tue, sun]}", OnWeekdays(frozenset({1, 6}))),
    ("{hours: {from: '20:00', to: '22:30'}}", BetweenHours(time(20), time(22, 30))),
    ("{hours: {from: 22:00, to: 24:00}}", BetweenHours(time(22), time(0))),
    ("{channels: [app, tmall]}", FromChannels(frozenset({"app", "tmall"}))),
    ("{regions: [浙江]}", FromRegions(frozenset({"浙江"}))),
    ("{new_customer: true}", CustomerIsNew(new=True)),
    ("{new_customer: false}", CustomerIsNew(new=False)),
    ("{order_number: 3}", OrderNumberIs(3, 3)),
    ("{order_number: {at_least: 2}}", OrderNumberIs(2, None)),
    ("{order_number: {at_most: 4}}", OrderNumberIs(1, 4)),
]


@pytest.mark.parametrize(("when", "condition"), CONDITIONS)
def test_each_condition_is_read(when, condition):
    assert rules_of(edited("{weekdays: [sat, sun]}", when)).offers[1].conditions == (condition,)


BENEFITS = [
    ("gift: mug", GiftBenefit("mug", 1)),
    ("gift: mug, quantity: 2", GiftBenefit("mug", 2)),
    ("service: cup, quantity: 3", ServiceBenefit("cup", 3)),
    ("coupon: ten-off", CouponBenefit("ten-off", 1)),
    ("points: 50", PointsBenefit(50)),
    ("points: {per: 1.50, points: 2}", PointsBenefit(2, 150)),
    ("cash: 8.88", CashBenefit(888)),
    ("credit: 10", CreditBenefit(1000)),
    ("discount: {off: 10}", DiscountBenefit(off_minor=1000)),
    ("discount: {percent: 10%, at_most: 30}", DiscountBenefit(percent=10, at_most_minor=3000)),
    ("ticket: wheel, quantity: 2", TicketBenefit("wheel", 2)),
    ("tier: gold", TierBenefit("gold")),
]


@pytest.mark.parametrize(("give", "benefit"), BENEFITS)
def test_each_benefit_is_read(give, benefit):
    assert rules_of(edited("give: [{ticket: wheel}]", f"give: [{{{give}}}]")).offers[1].rungs[0].benefits == (
        benefit,
    )


def test_what_a_refund_does_has_a_usual_answer_for_every_kind():
    text = edited("    otherwise: [{gift: cup}]", "    otherwise: [{gift: cup}]\n    on_refund: {coupon: keep}")
    policies = rules_of(text).offers[0].on_refund
    returned = {kind for kind, policy in policies.items() if policy is RefundPolicy.RETURN_OR_CHARGE}
    assert (set(policies), returned, policies[Kind.COUPON]) == (
        set(Kind),
        {Kind.GIFT, Kind.SERVICE},
        RefundPolicy.KEEP,
    )


def test_stacking_limits_and_ladder_are_read():
    text = edited("    rungs:", "    ladder: all\n    stack: {group: g, pick: first}\n    rungs:").replace(
        "{total: 50, per_customer: 1}", "{total: 50, per_day: 9, per_customer: 3, per_customer_per_day: 2}"
    )
    offer = rules_of(text).offers[0]
    assert (offer.ladder, offer.stacking, offer.limits) == (
        Ladder.ALL,
        Stacking("g", Pick.FIRST),
        Limits(50, 9, 3, 2),
    )


def test_bare_dates_are_days_of_the_plans_zone():
    assert rules_of(BASE).offers[1].during == Period(utc(2026, 3, 9, 16), utc(2026, 3, 16, 16))


def test_moments_keep_their_own_offset():
    during = 'during: {from: "2026-03-10T08:00", to: "2026-03-10T08:00-05:00"}'
    text = edited("during: {from: 2026-03-10, to: 2026-03-16}", during).replace("[sat, sun]", "[tue]")
    assert rules_of(text).offers[1].during == Period(utc(2026, 3, 10, 0), utc(2026, 3, 10, 13))


def test_a_yen_has_no_decimals():
    text = edited("currency: CNY", "currency: JPY").replace("unit_cost: 3.20, value: 8.00", "unit_cost: 3, value: 8")
    assert rules_of(text).stock["mug"].unit_cost_minor == 3


def test_the_rest_of_the_document_is_read():
    text = edited("shop: tea", "shop: tea\nmarket: CN\ndescription: Tea in spring.\nstaff: [c1, 007]")
    document = document_of(text.replace("stock(mug) < 10%", "budget(gifts) < 50.5"))
    assert (document.market, document.description) == ("CN", "Tea in spring.")
    assert document.risks[0].watch == BelowAmount(Watched.BUDGET, "gifts", 5050)
    assert rules_of(text).staff == frozenset({"c1", "007"})
    assert rules_of(text).tiers == {"gold": Name("gold", "gold")}
