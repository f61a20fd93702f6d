"""Malls in plans: what is taken, and what is told about the others."""

from __future__ import annotations

import pytest

from jiacan.members.contracts.mall import Price
from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.contracts.rules import Trigger
from jiacan.plans.core.check import check

PLAN = """\
format: jiacan.plan/1
id: spring
name: Spring
shop: tea
currency: CNY
timezone: Asia/Shanghai
phases: {run: {from: 2026-11-16, to: 2026-11-29}}
budget: {lines: [{id: gifts, amount: 1000}]}
stock: [{id: mug, units: 10, unit_cost: 4, value: 9}]
coupons: [{id: ten-off, off: 10, min_spend: 50, valid: 30d}]
tiers: [{id: gold, needs: {spend: 100}}]
offers: [{id: welcome, during: run, when: {spend: 50}, give: [{points: 5}]}]
mall:
  - id: mall-mug
    name: {zh: 杯子, en: A mug}
    during: run
    give: {gift: mug}
    price: {points: 800, money: 1.50}
    limit: {per_customer: 1}
    tiers: [gold]
    budget: {gift: gifts}
"""


def found(*edits: tuple[str, str]):
    text = PLAN
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return check(text, source="plan")


def test_an_item_is_an_offer_with_a_price():
    checked = found()
    assert checked.problems == ()
    (item,) = checked.document.mall
    assert (item.price, item.tiers, item.kind, item.has_codes) == (Price(800, 150), ("gold",), Kind.GIFT, False)
    offer = checked.rules.offers[-1]
    assert (offer.id, offer.trigger, offer.limits.per_customer) == ("mall-mug", Trigger.MALL, 1)


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (
            ("{gift: mug}\n    price", "{points: 5}\n    price"),
            "The mall gives gift, service, coupon, and not points",
        ),
        (("{gift: mug}\n    price", "{gift: cup}\n    price"), "There is no stock item cup"),
        (
            ("{gift: mug}\n    price", "{coupon: ten-off}\n    codes: true\n    price"),
            "A coupon has codes of its own",
        ),
        (("{gift: mug}\n    price", "{gift: mug, quantity: 2}\n    codes: true\n    price"), "gets one code"),
        (("{gift: mug}\n    price", "{gift: mug, coupon: ten-off}\n    price"), "gives one kind of benefit"),
        (("tiers: [gold]\n", "tiers: [silver]\n"), "There is no tier silver"),
        (("{id: gold, needs: {spend: 100}}", "{id: gold}"), "nobody stands on one"),
        (("id: mall-mug", "id: welcome"), "The id welcome is taken"),
        (("points: 800, ", ""), "`points`"),
        (("points: 800", "points: 0"), "0"),
    ],
)
def test_what_cannot_be_is_told(edit, says):
    assert any(says in str(each.message) for each in found(edit).errors)


def test_a_line_for_what_is_not_given_is_told():
    warnings = [
        str(each.message) for each in found(("budget: {gift: gifts}", "budget: {gift: gifts, cash: gifts}")).problems
    ]
    assert any("gives no cash" in each for each in warnings)


def test_what_the_mall_can_cost_counts_in_the_worst_case():
    warnings = [str(each.message) for each in found(("amount: 1000", "amount: 30")).problems]
    assert any("At worst gifts is asked for 40.00 CNY" in each for each in warnings)
