"""What a plan asks of customers: tiers, months of birthdays, member days, and points that tiers multiply."""

from __future__ import annotations

import jsonschema
import pytest
from ruamel.yaml import YAML

from jiacan.offers.contracts.benefits import PointsBenefit
from jiacan.offers.contracts.conditions import InBirthdayMonth, OnMonthDays, OnTiers
from jiacan.plans.core.check import check
from jiacan.plans.core.schema import to_schema
from jiacan.plans.core.worst_case import worst_cases

HEAD = """\
format: jiacan.plan/1
id: members
name: {zh: 会员, en: Members}
shop: tea
currency: CNY
timezone: Asia/Shanghai
points_value: 0.01
budget: {lines: [{id: money, amount: 900}]}
tiers:
  - {id: silver, needs: {spend: 100}}
  - {id: gold, needs: {spend: 300}}
  - {id: diamond, needs: {spend: 900}}
offers:
"""


def offer(when="{spend: 1}", give="{points: 5}", during="{from: 2026-03-01, to: 2026-03-31}", head=HEAD):
    written = {"id": "one", "during": during, "when": when, "give": f"[{give}]", "budget": "{points: money}"}
    text = "\n    ".join(f"{key}: {value}" for key, value in written.items())
    return check(f"{head}  - {text}\n", source="plan")


def conditions(when):
    found = offer(when)
    assert found.rules is not None, [str(one.message) for one in found.problems]
    return found.rules.offers[0].conditions


def errors(found):
    return [(one.line, one.column, str(one.message)) for one in found.problems if one.severity == "error"]


@pytest.mark.parametrize(
    ("when", "tiers"),
    [
        ("{tier: gold}", {"gold"}),
        ("{tier: [silver, diamond]}", {"silver", "diamond"}),
        ("{tier: {at_least: gold}}", {"gold", "diamond"}),
    ],
)
def test_a_tier_is_one_or_some_or_all_from_one_up(when, tiers):
    assert conditions(when) == (OnTiers(frozenset(tiers)),)
    jsonschema.validate(
        YAML(typ="safe").load(when), {**to_schema()["$defs"]["WhenPart"], "$defs": to_schema()["$defs"]}
    )


def test_a_plan_that_asks_is_matched_with_its_ladder_and_others_are_not():
    asking = offer("{tier: gold}").rules
    assert asking.ladder is not None
    assert [tier.id for tier in asking.ladder.tiers] == ["silver", "gold", "diamond"]
    assert (offer().rules.ladder, offer().rules.asks_birthdays) == (None, False)
    assert offer("{birthday_month: true}").rules.asks_birthdays
    assert offer(give="{points: {points: 5, by_tier: {gold: 2}}}").rules.ladder == asking.ladder


def test_days_of_the_month_and_birthday_months():
    assert conditions("{month_days: [8, 18, last]}") == (OnMonthDays(frozenset({8, 18}), last=True),)
    assert conditions("{birthday_month: true}") == (InBirthdayMonth(),)


def test_points_by_tier_are_hundredths():
    found = offer(give="{points: {per: 1, points: 2, by_tier: {silver: 1.25, gold: 2}}}").rules
    assert found.offers[0].rungs[0].benefits == (PointsBenefit(2, 100, (("silver", 125), ("gold", 200))),)


@pytest.mark.parametrize(
    ("when", "place", "says"),
    [
        ("{tier: glod}", (16, 18), "There is no tier glod. Did you mean gold?"),
        ("{tier: [gold, nobody]}", (16, 25), "There is no tier nobody. There are: silver, gold, diamond."),
        ("{tier: {at_least: top}}", (16, 29), "There is no tier top. There are: silver, gold, diamond."),
        ("{tier: []}", (16, 12), "This names no tier; write one, a list of them, or `at_least`."),
        ("{birthday_month: false}", (16, 28), "`false` is not one of true."),
        ("{month_days: [32]}", (16, 25), "`32` is not a day of the month from 1 to 31, or last."),
        ("{month_days: []}", (16, 12), "The list is empty, so no order could meet it; fill it, or remove the key."),
    ],
)
def test_what_is_wrong_is_said_at_its_place(when, place, says):
    assert errors(offer(when)) == [(*place, says)]


@pytest.mark.parametrize(
    ("give", "place", "says"),
    [
        (
            "{points: {points: 5, by_tier: {silver: 1.125}}}",
            (17, 51),
            "1.125 is finer than a hundredth; write at most 2 decimals.",
        ),
        (
            "{points: {points: 5, by_tier: {silver: 0}}}",
            (17, 51),
            "A factor is above 0 and at most 100; 0 is not.",
        ),
        (
            "{points: {points: 5, by_tier: {tin: 2}}}",
            (17, 48),
            "There is no tier tin. There are: silver, gold, diamond.",
        ),
        (
            "{points: {points: 5, by_tier: 2}}",
            (17, 42),
            "This must be a table of tiers and factors, such as {gold: 2}.",
        ),
    ],
)
def test_what_is_wrong_with_a_factor_is_said_at_its_place(give, place, says):
    assert errors(offer(give=give)) == [(*place, says)]


def test_a_plan_without_a_ladder_cannot_ask_for_tiers():
    head = HEAD.replace(", needs: {spend: 100}", "").replace(", needs: {spend: 300}", "")
    head = head.replace(", needs: {spend: 900}", "")
    says = "No tier of this plan says what it `needs`, so no customer stands on gold."
    assert errors(offer("{tier: gold}", head=head)) == [(16, 18, says)]
    assert errors(offer(give="{points: {points: 5, by_tier: {gold: 2}}}", head=head))[0][2] == says


def test_days_on_which_the_offer_is_not_open_are_an_error():
    week = "{from: 2026-03-09, to: 2026-03-15}"
    says = "No order can meet all of this together; check it against itself and `during`."
    assert errors(offer("{month_days: [18, 28]}", during=week)) == [(16, 5, says)]
    assert errors(offer("{month_days: [9], weekdays: [tue]}", during=week)) == [(16, 5, says)]
    assert errors(offer("{month_days: [last]}")) == []


def test_the_worst_case_counts_member_days_and_the_highest_factor():
    text = "{points: {points: 5, by_tier: {silver: 1.5, gold: 3}}}"
    found = offer("{month_days: [8, 18, 28]}", give=text)
    rules = found.rules
    (case,) = worst_cases(found.document, rules)
    assert (case.demands[0].awards, case.demands[0].each_minor) == (None, 15)
    limited = check(found.text + "    limit: {per_day: 10}\n", source="plan")
    (case,) = worst_cases(limited.document, limited.rules)
    assert (case.demands[0].awards, case.demands[0].at_most_minor) == (30, 450)
