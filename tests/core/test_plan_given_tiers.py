"""Tiers that a plan gives: for how long, and what is wrong with that, where."""

from __future__ import annotations

import jsonschema
import pytest
from ruamel.yaml import YAML

from jiacan.offers.contracts.tiers import GivenFor
from jiacan.offers.core.words import offer_words
from jiacan.plans.contracts.problems import Severity
from jiacan.plans.core.check import check
from jiacan.plans.core.schema import to_schema
from tests.core.test_plan_buyers import HEAD

BY_OFFER = """\
  - id: lift
    trigger: birthday
    during: {from: 2026-03-01, to: 2026-12-31}
    give: [{tier: gold, for: month}]
"""
LADDERLESS = (
    HEAD.replace(", needs: {spend: 100}", "")
    .replace(", needs: {spend: 300}", "")
    .replace(", needs: {spend: 900}", "")
)


def found(give="{tier: gold, for: month}", *, head=HEAD, more=""):
    offers = BY_OFFER.replace("{tier: gold, for: month}", give)
    return check(head + offers + more, source="plan")


def said(checked, severity=Severity.ERROR):
    return [(one.path, str(one.message)) for one in checked.problems if one.severity is severity]


@pytest.mark.parametrize(
    ("written", "lasts"),
    [("30d", GivenFor(days=30)), ("12m", GivenFor(months=12)), ("month", GivenFor())],
)
def test_an_offer_says_for_how_long_it_gives_a_tier(written, lasts):
    checked = found(f"{{tier: gold, for: {written}}}")
    assert checked.problems == ()
    assert checked.rules.offers[0].given_tiers == {"gold": lasts}
    schema = to_schema()
    benefit = YAML(typ="safe").load(f"{{tier: gold, for: {written}}}")
    jsonschema.validate(benefit, {**schema["$defs"]["BenefitPart"], "$defs": schema["$defs"]})


def test_a_plan_that_gives_tiers_knows_its_ladder_though_no_order_asks_for_it():
    rules = found().rules
    assert [tier.id for tier in rules.membership.tiers] == ["silver", "gold", "diamond"]
    assert rules.ladder is None


def test_a_plan_without_a_ladder_gives_a_tier_as_a_thing_and_for_no_time():
    checked = found("{tier: gold}", head=LADDERLESS)
    assert said(checked) == []
    assert (checked.rules.membership, checked.rules.offers[0].given_tiers) == (None, {})


@pytest.mark.parametrize(
    ("give", "head", "path", "says"),
    [
        (
            *("{tier: gold}", HEAD, "offers[0].give[0].tier"),
            "Say for how long gold is given: `for: 30d`, `for: 12m`, or `for: month`.",
        ),
        (
            *("{tier: gold, for: 30d}", LADDERLESS, "offers[0].give[0].for"),
            "No tier of this plan says what it `needs`, so nobody stands on gold; remove `for`.",
        ),
        (
            *("{tier: golden, for: 30d}", HEAD, "offers[0].give[0].tier"),
            "There is no tier golden. Did you mean gold?",
        ),
        (
            *("{points: 5, for: 30d}", HEAD, "offers[0].give[0].for"),
            "`for` goes with `tier`; remove it.",
        ),
        (
            *("{tier: gold, for: 0d}", HEAD, "offers[0].give[0].for"),
            "`0d` is not a number of days or months such as 30d or 12m, or month.",
        ),
        (
            *("{tier: gold, for: 30d}, {tier: gold, for: 12m}", HEAD, "offers[0].give[1].for"),
            "lift gives gold for another time elsewhere; write the same in both.",
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_place(give, head, path, says):
    assert (path, says) in said(found(give, head=head))


ASKS = """\
  - id: shipping
    during: {from: 2026-03-01, to: 2026-03-31}
    when: {tier: %s}
    give: [{discount: {off: 1}}]
    limit: {total: 9}
    budget: {discount: money}
"""


def test_an_offer_for_orders_that_asks_for_a_given_tier_is_warned_of():
    says = "shipping asks where customers stand by their orders alone, so it does not see who was given gold."
    assert said(found(more=ASKS % "{at_least: silver}"), Severity.WARNING) == [("offers[1].when.tier", says)]
    assert said(found(more=ASKS % "silver"), Severity.WARNING) == []
    assert said(found("{tier: silver, for: 30d}", more=ASKS % "gold"), Severity.WARNING) == []


def test_gifts_for_birthdays_that_ask_for_a_given_tier_see_it():
    more = BY_OFFER.replace("id: lift", "id: gift").replace("give:", "when: {tier: gold}\n    give:")
    more = more.replace("{tier: gold, for: month}", "{tier: diamond, for: month}")
    assert found(more=more).problems == ()


def test_the_rules_say_for_how_long_and_that_orders_are_asked_for_where_they_put_their_customer():
    rules = found(more=ASKS % "gold").rules
    lift, shipping = (offer_words(offer, rules) for offer in rules.offers)
    assert [str(each) for each in lift.rungs[0].gives] == ["tier gold until the month ends"]
    assert [str(each) for each in shipping.asks] == ["for customers on gold, by their orders alone"]
    for written, says in (("30d", "tier gold for 30 days"), ("12m", "tier gold for 12 months")):
        rules = found(f"{{tier: gold, for: {written}}}", more=ASKS % "silver").rules
        lift, shipping = (offer_words(offer, rules) for offer in rules.offers)
        assert str(lift.rungs[0].gives[0]) == says
        assert str(shipping.asks[0]) == "for customers on silver"
