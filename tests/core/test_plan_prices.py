"""Price effects in a plan: how each is read, and what is said of one that cannot be meant."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from jiacan.offers.contracts.benefits import (
    BundlePriceBenefit,
    DiscountBenefit,
    PriceBenefit,
    ShippingBenefit,
    UnitsForBenefit,
    UnitsOffBenefit,
)
from jiacan.offers.contracts.conditions import BundlePart, Scope
from jiacan.plans.core.check import check
from jiacan.plans.core.templating import fill_dates
from tests.core.test_plan_base import broken, edited, found
from tests.core.test_plan_schema import complaints

TEMPLATE = Path(__file__).resolve().parents[2] / "src" / "jiacan" / "plans" / "templates" / "price-effects.yaml"

GIVE = "give: [{ticket: wheel}]"
WHEN = "{weekdays: [sat, sun]}"
TEA = Scope(categories=frozenset({"tea"}))
SET = (BundlePart(frozenset({"pot"}), 1), BundlePart(frozenset({"cup", "mug"}), 2))
BUNDLE = "bundle: [{sku: [pot]}, {sku: [cup, mug], quantity: 2}]"


def benefits_of(text):
    checked = check(text, source="plan.yaml")
    assert checked.rules is not None, [str(problem.message) for problem in checked.errors]
    return checked.rules.offers[1].rungs[0].benefits


@pytest.mark.parametrize(
    ("discount", "benefit"),
    [
        ("{off: 10, of: {category: [tea]}}", DiscountBenefit(off_minor=1000, scope=TEA)),
        ("{percent: 10, at_most: 5, of: {category: [tea]}}", DiscountBenefit(None, 10, 500, TEA)),
        ("{free: 3}", UnitsOffBenefit(3, 1, 100)),
        ("{free: {every: 5, units: 2}, of: {category: [tea]}}", UnitsOffBenefit(5, 2, 100, scope=TEA)),
        ("{nth: {every: 2, percent: 50}, at_most_times: 3, at_most: 9}", UnitsOffBenefit(2, 1, 50, 3, 900)),
        ("{nth: {every: 3, units: 2, percent: 20%}}", UnitsOffBenefit(3, 2, 20)),
        ("{pieces: {every: 3, price: 99}, at_most_times: 1}", UnitsForBenefit(3, 9900, 1)),
        ("{shipping: free}", ShippingBenefit(pay_minor=0)),
        ("{shipping: {pay: 8}, at_most: 12}", ShippingBenefit(pay_minor=800, at_most_minor=1200)),
        ("{shipping: {off: 5.50}}", ShippingBenefit(off_minor=550)),
    ],
)
def test_each_price_effect_is_read(discount, benefit):
    assert benefits_of(edited(GIVE, f"give: [{{discount: {discount}}}]")) == (benefit,)


def test_the_price_of_a_bundle_is_for_the_bundle_of_when():
    text = edited(GIVE, "give: [{discount: {bundle_price: 88, at_most_times: 2}}]").replace(WHEN, f"{{{BUNDLE}}}")
    assert benefits_of(text) == (BundlePriceBenefit(SET, 8800, 2),)


def test_a_rungs_own_bundle_comes_before_the_offers():
    text = edited(
        f"    {GIVE}",
        "    rungs:\n"
        f"      - {{when: {{{BUNDLE}}}, give: [{{discount: {{bundle_price: 88}}}}]}}\n"
        "      - {when: {spend: 50}, give: [{discount: {bundle_price: 9}}]}",
    ).replace(WHEN, "{bundle: [{sku: [pot]}]}")
    rules = check(text, source="plan.yaml").rules
    assert [rung.benefits for rung in rules.offers[1].rungs] == [
        (BundlePriceBenefit(SET, 8800),),
        (BundlePriceBenefit((BundlePart(frozenset({"pot"}), 1),), 900),),
    ]


@pytest.mark.parametrize(
    ("old", "new", "problems"),
    [
        broken(
            "two effects in one discount",
            GIVE,
            "give: [{discount: {off: 5, free: 3}}]",
            "error 38:23 offers[1].give[0].discount: A discount needs exactly one of off, percent, free, nth, "
            "pieces, bundle_price, shipping.",
        ),
        broken(
            "a set that nobody describes",
            GIVE,
            "give: [{discount: {bundle_price: 5}}]",
            "error 38:38 offers[1].give[0].discount.bundle_price: `bundle_price` is the price of a set; write in "
            "`when` a `bundle` that says which.",
        ),
        broken(
            "everything free",
            GIVE,
            "give: [{discount: {free: 1}}]",
            "error 38:30 offers[1].give[0].discount.free: 1 of every 1 free leaves nothing to pay; write "
            "more in `every`.",
        ),
        broken(
            "every piece the nth",
            GIVE,
            "give: [{discount: {nth: {every: 2, units: 2, percent: 50}}}]",
            "error 38:37 offers[1].give[0].discount.nth.every: Of every 2 pieces all cost less; write `percent`, or "
            "more in `every`.",
        ),
        broken(
            "goods for shipping",
            GIVE,
            "give: [{discount: {shipping: free, of: {sku: [pot]}}}]",
            "error 38:40 offers[1].give[0].discount.of: `of` does not go with shipping; remove it.",
        ),
        broken(
            "goods that are none",
            GIVE,
            "give: [{discount: {free: 3, of: {}}}]",
            "error 38:37 offers[1].give[0].discount.of: `of` names no goods; name some, or remove it so that "
            "all count.",
        ),
        broken(
            "times of a percentage",
            GIVE,
            "give: [{discount: {percent: 5, at_most_times: 2}}]",
            "error 38:51 offers[1].give[0].discount.at_most_times: `at_most_times` goes with free, nth, pieces, "
            "bundle_price; remove it.",
        ),
        broken(
            "shipping in another word",
            GIVE,
            "give: [{discount: {shipping: fre}}]",
            "error 38:34 offers[1].give[0].discount.shipping: `fre` is not one of free. Did you mean free?",
        ),
        broken(
            "shipping for nothing said",
            GIVE,
            "give: [{discount: {shipping: {}}}]",
            "error 38:34 offers[1].give[0].discount.shipping: Shipping needs exactly one of `free`, `pay` and `off`.",
        ),
        broken(
            "a capped amount off shipping",
            GIVE,
            "give: [{discount: {shipping: {off: 5}, at_most: 5}}]",
            "error 38:53 offers[1].give[0].discount.at_most: `at_most` caps a percentage; an amount `off` needs "
            "none. Remove it.",
        ),
    ],
)
def test_a_broken_price_effect_is_told_what_where_and_what_to_do(old, new, problems):
    assert [row for row in found(edited(old, new)) if row.startswith("error")] == problems


def test_a_price_effect_that_no_budget_pays_for_is_warned_of():
    warned = [row for row in found(edited(GIVE, "give: [{discount: {free: 3}}]")) if "budget line" in row]
    (warning,) = warned
    assert warning == (
        "warning 35:9 offers[1].id: chance gives discount, which costs money, and no budget line pays for it; "
        "name a line for discount under its `budget`."
    )


def test_the_template_of_price_effects_has_every_one_of_them():
    text = fill_dates(TEMPLATE.read_text(encoding="utf-8"), date(2026, 11, 11))
    rules = check(text, source="price-effects.yaml").rules
    given = {type(benefit) for offer in rules.offers for rung in offer.rungs for benefit in rung.benefits}
    assert given == set(get_args(PriceBenefit))
    assert complaints(text) == []
