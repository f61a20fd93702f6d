"""Checking a plan: everything at once, in order, once; and never a traceback, whatever the text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiacan.plans.contracts.problems import Severity
from jiacan.plans.core.check import check
from jiacan.plans.core.tree import MAX_CHARACTERS
from tests.conftest import SHARED, needs_shared
from tests.core.test_plan_base import BASE, edited, found


def test_every_problem_is_found_at_once_in_the_order_of_the_text():
    text = (
        edited("currency: CNY", "currency: RMB")
        .replace("amount: 900", "amount: lots")
        .replace("[{gift: mug}]", "[{gift: mgu}]")
        .replace("{total: 50", "{totl: 50")
        .replace("[sat, sun]", "[sat, x]")
        .replace("days: [1, 7]", "days: [1, 9]")
        .replace("{share: 10%}", "{share: all}")
        .replace("needs: [team]", "needs: [teem]")
    )
    assert found(text) == [
        "error 5:11 currency: `RMB` is no currency code of ISO 4217. Did you mean CNY?",
        "error 17:27 budget.lines[0].amount: `lots` is not an amount such as 150 or 3.20.",
        "error 30:44 offers[0].rungs[0].give[0].gift: There is no stock item mgu. Did you mean mug?",
        "error 32:13 offers[0].limit.totl: There is no key `totl` here. Did you mean total?",
        "error 37:28 offers[1].when.weekdays[1]: `x` is not one of mon, tue, wed, thu, fri, sat, sun.",
        "error 44:54 draws[0].prizes[0].days[1]: Day 9 never comes: wheel lasts 7 days.",
        "error 46:18 holdout.share: `all` is not a percentage such as 12%.",
        "error 49:63 tasks[1].needs[0]: There is no task teem. Did you mean team?",
    ]


def test_what_is_written_wrong_is_not_called_unknown_elsewhere():
    assert found(edited("units: 100", "units: many")) == ["error 20:22 stock[0].units: `many` is not a whole number."]


def test_offers_whose_phases_are_wrong_are_not_blamed():
    assert found(edited("  run: {from: 2026-03-10,", "  run: {from: 10 March,")) == [
        "error 9:15 phases.run.from: `10 March` is not a date such as 2026-11-01, or a time such as 2026-11-01T20:00."
    ]


def test_groups_whose_pick_differs_are_told_both():
    text = edited("    rungs:", "    stack: {group: one, pick: first}\n    rungs:").replace(
        "    give: [{ticket: wheel}]", "    give: [{ticket: wheel}]\n    stack: {group: one, pick: best}"
    )
    said = "Group one is picked by first on line 29 and by best here; make them the same."
    assert found(text) == [f"error 40:31 offers[1].stack.pick: {said}"]


def test_a_plan_without_offers_is_warned_about():
    text = "format: jiacan.plan/1\nid: p\nname: P\nshop: s\ncurrency: CNY\ntimezone: Asia/Shanghai\noffers: []\n"
    assert found(text) == ["warning 7:1 offers: The plan has no offers, so nothing is ever given."]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "error 1:1: The plan is empty; `jiacan plan new --template order-bonus` writes one to start from."),
        (
            "# only words\n",
            "error 1:1: The plan is empty; `jiacan plan new --template order-bonus` writes one to start from.",
        ),
        ("- 1\n", "error 1:1: A plan is a table of keys such as `id: spring-bonus`; this is not."),
        ("plan", "error 1:1: A plan is a table of keys such as `id: spring-bonus`; this is not."),
        ("a" * (MAX_CHARACTERS + 1), "error 1:1: A plan has at most 1,000,000 characters; this has 1,000,001."),
    ],
)
def test_what_is_no_plan_at_all_is_told_once(text, problem):
    assert found(text) == [problem]


def test_an_erroneous_plan_has_neither_rules_nor_document():
    checked = check(edited("units: 100", "units: many"), source="plan.yaml")
    assert (checked.rules, checked.document, len(checked.errors), checked.warnings) == (None, None, 1, ())


def test_a_warned_plan_has_both():
    checked = check(edited("min_spend: 50", "min_spend: 10"), source="plan.yaml")
    assert checked.rules is not None
    assert checked.document is not None
    assert [problem.severity for problem in checked.problems] == [Severity.WARNING]


JARGON = ("value_error", "type_error", "pydantic", "validation", "Input should", "NoneType", "function-", "Traceback")


@st.composite
def mangled(draw):
    """The plan after a few careless edits: characters cut, doubled, put in, lines moved."""
    text = BASE
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        until = draw(st.integers(at, min(len(text), at + 40)))
        put = draw(
            st.one_of(
                st.just(""),
                st.text(max_size=6),
                st.sampled_from(
                    ["\t", "\n", ": ", "- ", "[", "}", "'", '"', "*x", "&x", "!!x", "%", "|\n", "null", "-1", "é"]
                ),
                st.just(text[at:until] * 2),
            )
        )
        text = text[:at] + put + text[until:]
    return text


def assert_said_in_plain_words(text: str) -> None:
    checked = check(text, source="plan.yaml")
    lines = text.count("\n") + text.count("\r") + text.count("\x85") + text.count("\u2028") + text.count("\u2029") + 2
    for problem in checked.problems:
        said = str(problem.message)
        assert said
        assert 1 <= problem.line <= lines
        assert problem.column >= 1
        assert not any(word in said for word in JARGON), said
    assert (checked.rules is None) == bool(checked.errors)


@settings(max_examples=300, deadline=None)
@given(mangled())
def test_no_mangled_plan_gives_a_traceback(text):
    assert_said_in_plain_words(text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_no_text_gives_a_traceback(text):
    assert_said_in_plain_words(text)


WORDS = re.findall(
    r"\w+", "id from to when give spend every at_least of sku gift coupon points per discount percent bundle"
)
WORDS += re.findall(r"\w+", "quantity tier ticket group pick days deck lines amount name zh share total window hours")
NODES = st.recursive(
    st.sampled_from(
        ["1", "-1", "0.5", "10%", "x", "''", "null", "true", "2026-03-10", "run", "mug", "gifts", "ten-off", "wheel"]
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(items) + "]"),
        st.lists(
            st.tuples(
                st.sampled_from(WORDS),
                inner,
            ),
            max_size=3,
            unique_by=lambda pair: pair[0],
        ).map(lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"),
    ),
    max_leaves=8,
)
KEYS = [line.split(":")[0].strip("- {").split("{")[-1] for line in BASE.splitlines() if ":" in line]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(set(KEYS))), NODES)
def test_no_value_in_the_place_of_another_gives_a_traceback(key, value):
    start = BASE.index(f"{key}:") + len(key) + 1
    end = BASE.index("\n", start)
    assert_said_in_plain_words(f"{BASE[:start]} {value}{BASE[end:]}")


@needs_shared
def test_the_reference_plan_has_no_error_and_only_true_warnings():
    rows = found((SHARED / "examples" / "order-bonus.yaml").read_text(encoding="utf-8"))
    assert [row.split(": ")[0] for row in rows] == [
        "warning 31:65 budget.lines[1].amount",
        "warning 58:35 offers[0].budget.coupon",
        "warning 72:9 offers[2].id",
        "warning 79:9 offers[3].id",
        "warning 95:5 offers[5].during",
        "warning 100:22 offers[5].budget.points",
        "warning 100:39 offers[5].budget.coupon",
        "warning 103:9 draws[0].id",
        "warning 110:28 draws[0].prizes[1].gift",
    ]
    assert rows[0].endswith(
        "At worst gifts is asked for 1,000.00 GBP and holds 900.00 GBP: 100.00 GBP would be refused. "
        "Raise it, or lower limits or stock."
    )
    assert rows[1].endswith("1,500.00 GBP pay for 75 awards of 20.00 GBP; limit it, or watch it.")
    assert rows[8].endswith("promise 42 of topup, and its stock is 40; order more, or promise fewer.")
