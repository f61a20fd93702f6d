"""From a plan's text to everything found in it: its document, its rules, and its problems, all at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from jiacan.plans.contracts import CheckedPlan, Problem, Severity
from jiacan.plans.core.calendar import Calendar, read_calendar
from jiacan.plans.core.compiling.plan import to_document, to_rules
from jiacan.plans.core.parts.plan import PlanPart
from jiacan.plans.core.shape import read_parts
from jiacan.plans.core.tree import read_tree

NOT_YET_LIVE = 0
"""The version that rules carry until their plan goes live."""


def check(text: str, *, source: str) -> CheckedPlan:
    """Everything found in a plan's text; problems are in the order of the text."""
    tree = read_tree(text)
    if tree.root is None:
        return _checked(text, source, tree.problems)
    parts = read_parts(tree.root)
    calendar = read_calendar(parts.plan)
    problems = (*tree.problems, *parts.problems, *_check_parts(parts.plan, calendar))
    if any(problem.severity is Severity.ERROR for problem in problems):
        return _checked(text, source, problems)
    return CheckedPlan(
        source=source,
        text=text,
        sha256=_sha256(text),
        document=to_document(parts.plan, calendar),
        rules=to_rules(parts.plan, calendar, version=NOT_YET_LIVE),
        problems=_in_order(problems),
    )


def _check_parts(plan: PlanPart, calendar: Calendar) -> Iterator[Problem]:
    yield from ()


def _checked(text: str, source: str, problems: tuple[Problem, ...]) -> CheckedPlan:
    return CheckedPlan(source, text, _sha256(text), None, None, _in_order(problems))


def _in_order(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda one: (one.line, one.column, one.severity, str(one.message))))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
