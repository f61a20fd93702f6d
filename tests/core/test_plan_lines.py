"""A plan's text line by line, and what changed from one text to another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jiacan.campaigns.core.plan_lines import compare, in_plan_terms, numbered
from jiacan.kernel.messages import tell
from jiacan.plans.contracts.problems import Problem, Severity
from jiacan.plans.contracts.versions import Difference

TEXTS = st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=30).map("\n".join)


def problem(line: int) -> Problem:
    return Problem(Severity.ERROR, line, 1, "", tell("wrong"))


def test_a_problem_stands_on_its_line_and_one_beyond_the_text_on_the_last():
    lines = numbered("a\nb\n", [problem(1), problem(9)])
    assert [(line.number, line.text, len(line.problems)) for line in lines] == [(1, "a", 1), (2, "b", 1)]


@given(TEXTS, TEXTS)
def test_what_is_gone_and_what_is_new_turn_one_text_into_the_other(before, after):
    lines = [line for place in compare(before, after) for line in place]
    gone = {line.before for line in lines if line.after is None}
    new = {line.after: line.text for line in lines if line.before is None}
    kept = [text for number, text in enumerate(before.split("\n"), start=1) if number not in gone]
    rest = iter(kept)
    count = len(kept) + len(new)
    assert "\n".join(new[number] if number in new else next(rest) for number in range(1, count + 1)) == after


def test_texts_that_are_the_same_differ_nowhere():
    assert compare("a\nb", "a\nb") == ()


def test_a_budget_line_is_named_by_itself_and_a_part_that_came_is_new():
    parts = in_plan_terms(
        [
            Difference(("budget", "lines", "gifts", "amount"), "900", "950"),
            Difference(("offers", "cups", "name", "en"), None, "Cups"),
            Difference(("offers", "cups", "during"), None, "run"),
            Difference(("goals",), "[]", "[x]"),
        ]
    )
    assert [(part.what.text, part.id, part.is_new) for part in parts] == [
        ("Budget", "gifts", False),
        ("Offer", "cups", True),
        ("Goals", "", False),
    ]
