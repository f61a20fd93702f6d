"""What a plan can say of birthdays, what becomes of it, and what is wrong with it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from jiacan.kernel.messages import Name
from jiacan.members.contracts.birthdays import BirthdayOffer, GivenOn
from jiacan.offers.contracts.rules import Trigger
from jiacan.offers.core.match import explain_order
from jiacan.offers.core.words import offer_words
from jiacan.orders.contracts import Order, OrderLine
from jiacan.plans.core.check import check
from tests.core.test_plan_base import BASE

OFFER = """\
  - id: happy
    name: {zh: 生日礼, en: Birthday gift}
    trigger: birthday
    on: month_start
    during: {from: 2026-11-01, to: 2027-10-31}
    give: [{gift: cup}]
    budget: {gift: gifts}
"""
TERMS = "birthday: {known_for: 7d}\n"


def plan(*edits: tuple[str, str]) -> str:
    text = BASE.replace("offers:\n", f"offers:\n{OFFER}", 1).replace("draws:\n", f"{TERMS}draws:\n", 1)
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def test_every_term_is_read():
    checked = check(plan(), source="plan")
    assert checked.document is not None
    (offer,) = checked.document.birthdays
    assert checked.rules is not None
    assert offer == BirthdayOffer(
        offer_id="happy",
        name=Name("生日礼", "Birthday gift"),
        on=GivenOn.MONTH_START,
        during=offer.during,
        zone=ZoneInfo("Asia/Shanghai"),
        known_for_days=7,
    )
    written = checked.rules.offers[0]
    assert (written.trigger, written.during, [rung.number for rung in written.rungs]) == (
        *(Trigger.BIRTHDAY, offer.during),
        [0],
    )


def test_what_is_left_out_is_the_day_itself_and_no_wait():
    document = check(plan(("    on: month_start\n", ""), (TERMS, "")), source="plan").document
    assert document is not None
    assert [(each.on, each.known_for_days) for each in document.birthdays] == [(GivenOn.DAY, 0)]


@pytest.mark.parametrize(
    ("asked", "tiers"), [("gold", {"gold"}), ("[silver]", {"silver"}), ("{at_least: silver}", {"silver", "gold"})]
)
def test_it_may_be_for_customers_of_a_tier_and_asks_nothing_of_orders(asked, tiers):
    checked = check(
        plan(
            ("    give: [{gift: cup}]", f"    when: {{tier: {asked}}}\n    give: [{{gift: cup}}]"),
            ("  - {id: gold}\n", "  - {id: silver, needs: {orders: 2}}\n  - {id: gold, needs: {orders: 5}}\n"),
        ),
        source="plan",
    )
    assert checked.document is not None
    assert [each.tiers for each in checked.document.birthdays] == [tiers]
    assert checked.rules is not None
    assert checked.rules.ladder is None


def test_words_say_what_it_is_for_and_an_order_is_told_that_it_is_not_for_orders():
    rules = check(plan(), source="plan").rules
    assert rules is not None
    assert str(offer_words(rules.offers[0], rules).trigger) == "for a customer's birthday, once a year"
    order = Order("1", "anna", rules.offers[0].during.starts_at, (OrderLine("pot", 1, 1_000_000),))
    assert str(explain_order(order, rules)[0].why) == "it is given for a birthday, not for an order"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("    give: [{gift: cup}]\n    budget: {gift: gifts}\n", "    rungs: [{give: [{gift: cup}]}]\n", "no ladder"),
        ("[{gift: cup}]", "{to_friend: [{gift: cup}]}", "go with the trigger referral_completed"),
        ("    give: [{gift: cup}]", "    when: {spend: 10}\n    give: [{gift: cup}]", "only a customer's `tier`"),
        ("    give: [{gift: cup}]", "    when: {tier: gold}\n    give: [{gift: cup}]", "no customer stands on gold"),
        ("{from: 2026-11-01, to: 2027-10-31}", "{from: 2026-11-02, to: 2026-11-30}", "No month begins"),
        ("trigger: birthday", "trigger: order_paid", "`on` goes with `trigger: birthday`"),
        ("on: month_start", "on: tomorrow", "month_start"),
        ("known_for: 7d", "known_for: 400d", "366 days at most"),
        ("known_for: 7d", "known_for: 12h", "whole number of days"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(old, new, says):
    problems = check(plan((old, new)), source="plan").errors
    assert [problem for problem in problems if says in str(problem.message) and problem.line > 1], problems


def test_terms_of_birthdays_without_an_offer_have_no_effect():
    text = BASE.replace("draws:\n", f"{TERMS}draws:\n", 1)
    assert [str(each.message) for each in check(text, source="plan").warnings if each.path == "birthday"] == [
        "No offer has the trigger birthday, so this has no effect; remove it."
    ]
