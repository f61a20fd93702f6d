"""Offers in words: the reference plan's offers, and every benefit and condition that there is."""

from __future__ import annotations

from typing import get_args

import pytest

from jiacan.kernel.messages import Message
from jiacan.offers.contracts.benefits import (
    BundlePriceBenefit,
    DiscountBenefit,
    PointsBenefit,
    PriceBenefit,
    ShippingBenefit,
    UnitsForBenefit,
    UnitsOffBenefit,
)
from jiacan.offers.contracts.conditions import (
    Bundle,
    BundlePart,
    CustomerIsNew,
    FromChannels,
    FromRegions,
    InBirthdayMonth,
    OnMonthDays,
    OnTiers,
    OrderNumberIs,
    QuantityAtLeast,
    Scope,
    SpendAtLeast,
)
from jiacan.offers.core.condition_words import condition_words
from jiacan.offers.core.words import offer_words
from jiacan.plans.core.check import check
from tests.core.small_plans import offer, plan
from tests.slices.histories import PLAN

PRICE_WORDS = {
    DiscountBenefit(off_minor=2000): "CNY 20.00 off",
    DiscountBenefit(percent=10, at_most_minor=1500): "10% off, CNY 15.00 at most",
    UnitsOffBenefit(every=3, units=1, percent=100): "of every 3 pieces, the 1 cheapest free",
    UnitsOffBenefit(every=2, units=1, percent=50, at_most_times=2): (
        "of every 2 pieces, 50% off the 1 cheapest, 2 times at most"
    ),
    UnitsForBenefit(units=3, price_minor=9900): "any 3 pieces for CNY 99.00",
    BundlePriceBenefit(parts=(BundlePart(frozenset({"a"}), 2),), price_minor=5000): "the set for CNY 50.00: 2 × a",
    ShippingBenefit(pay_minor=0): "free shipping",
    ShippingBenefit(pay_minor=500): "shipping for CNY 5.00",
    ShippingBenefit(off_minor=300): "CNY 3.00 off shipping",
}


def said(message: Message) -> str:
    return str(message)


def test_the_reference_ladder_reads_as_its_plan_says():
    found = check(PLAN.read_text(), source="plan.yaml").rules
    assert found is not None
    ladder = offer_words(found.offers[0], found)
    assert [[said(each) for each in (*rung.asks, *rung.gives)] for rung in ladder.rungs] == [
        ["spend 150.00 GBP or more", "Custom mug × 1, worth 8.00 GBP"],
        ["spend 300.00 GBP or more", "next-20 × 1 (20.00 GBP off from 150.00 GBP on, valid for 30 days)"],
        [
            "spend 800.00 GBP or more",
            "Hamper × 1, worth 30.00 GBP",
            "next-20 × 1 (20.00 GBP off from 150.00 GBP on, valid for 30 days)",
        ],
    ]
    assert (said(ladder.ladder), [said(each) for each in ladder.limits]) == (
        "only the highest step reached is given",
        ["1 to a customer"],
    )
    assert [said(each) for each in ladder.otherwise] == ["Sample set × 1, worth 2.00 GBP"]
    assert [said(each) for each in ladder.on_refund] == [
        "gifts: returned or paid for when the goods come back",
        "coupons: taken back when the goods come back",
    ]


def test_every_price_effect_has_words():
    assert {type(benefit) for benefit in PRICE_WORDS} == set(get_args(PriceBenefit))


@pytest.mark.parametrize(("benefit", "words"), PRICE_WORDS.items(), ids=PRICE_WORDS.values())
def test_a_price_effect_reads_as_it_works(benefit, words):
    of = plan(offer("o", benefit))
    (gives,) = offer_words(of.offers[0], of).rungs[0].gives
    assert said(gives).replace(" CNY", "") == words.replace("CNY ", "")


def test_points_that_tiers_multiply_say_by_how_much():
    of = plan(offer("o", PointsBenefit(2, 100, (("gold", 150),)), PointsBenefit(50, by_tier=(("gold", 200),))))
    assert [said(each) for each in offer_words(of.offers[0], of).rungs[0].gives] == [
        "2 points for each 1.00 CNY spent (by tier: Gold × 1.5)",
        "50 points (by tier: Gold × 2)",
    ]


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (SpendAtLeast(100, Scope(frozenset({"a"}))), "spend 1.00 CNY or more (on a)"),
        (QuantityAtLeast(3, Scope(except_categories=frozenset({"tea"}))), "buy 3 pieces or more (without tea)"),
        (Bundle((BundlePart(frozenset({"b", "a"}), 2),)), "buy together: 2 × any of a, b"),
        (FromChannels(frozenset({"app"})), "bought in app"),
        (FromRegions(frozenset({"沪"})), "sent to 沪"),
        (CustomerIsNew(new=True), "the customer's first order"),
        (CustomerIsNew(new=False), "customers who ordered before"),
        (OrderNumberIs(2, 2), "the customer's order number 2"),
        (OrderNumberIs(2, None), "from the customer's order number 2 on"),
        (OrderNumberIs(2, 4), "the customer's orders number 2 to 4"),
        (OnMonthDays(frozenset({28, 8}), last=True), "on these days of the month: 8, 28, the last"),
        (OnTiers(frozenset({"gold"})), "for customers on Gold"),
        (InBirthdayMonth(), "in the month of the customer's birthday"),
    ],
)
def test_a_condition_reads_as_it_works(condition, words):
    assert said(condition_words(condition, plan())) == words
