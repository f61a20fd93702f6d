"""From a plan's text to everything found in it: its document, its rules, and its problems, all at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from jiacan.plans.contracts.problems import Problem, Severity
from jiacan.plans.contracts.versions import CheckedPlan
from jiacan.plans.core.calendar import Calendar, read_calendar
from jiacan.plans.core.checks.birthdays import check_birthdays
from jiacan.plans.core.checks.budget import check_budget
from jiacan.plans.core.checks.challenges import check_challenges
from jiacan.plans.core.checks.draws import check_draws
from jiacan.plans.core.checks.given_tiers import check_given_tiers
from jiacan.plans.core.checks.identity import check_identity
from jiacan.plans.core.checks.mall import check_mall
from jiacan.plans.core.checks.occasions import check_occasions
from jiacan.plans.core.checks.offers import check_offers
from jiacan.plans.core.checks.periods import check_periods
from jiacan.plans.core.checks.points import check_points
from jiacan.plans.core.checks.references import check_references
from jiacan.plans.core.checks.referral import check_referral
from jiacan.plans.core.checks.things import check_things
from jiacan.plans.core.checks.tiers import check_tiers
from jiacan.plans.core.checks.work import check_work
from jiacan.plans.core.compiling.plan import to_document, to_rules
from jiacan.plans.core.shape import Parts, read_parts
from jiacan.plans.core.tree import read_tree

NOT_YET_LIVE = 0
"""The version that rules carry until their plan goes live."""


def check(text: str, *, source: str) -> CheckedPlan:
    """Everything found in a plan's text; problems are in the order of the text."""
    tree = read_tree(text)
    if tree.root is None:
        return _with_errors(text, source, tree.problems)
    parts = read_parts(tree.root)
    calendar = read_calendar(parts.plan, parts.written["phases"])
    problems = _without_echoes(tree.problems, parts.problems, tuple(_check_parts(parts, calendar)))
    if any(problem.severity is Severity.ERROR for problem in problems):
        return _with_errors(text, source, problems)
    document = to_document(parts.plan, calendar)
    rules = to_rules(parts.plan, calendar, version=NOT_YET_LIVE)
    return CheckedPlan(
        source=source,
        text=text,
        sha256=_sha256(text),
        document=document,
        rules=rules,
        problems=_in_order((*problems, *check_budget(parts.plan, document, rules))),
    )


def _without_echoes(
    of_tree: tuple[Problem, ...], of_shape: tuple[Problem, ...], of_sense: tuple[Problem, ...]
) -> tuple[Problem, ...]:
    """All problems but those that only say again, one step later, what is said of the same place or key."""
    read = {problem.path for problem in of_tree}
    shaped = tuple(problem for problem in of_shape if problem.path not in read)
    blamed = read | {path for one in shaped for path in (one.path, one.path.rpartition(".")[0])}
    return (*of_tree, *shaped, *(problem for problem in of_sense if problem.path not in blamed))


def _check_parts(parts: Parts, calendar: Calendar) -> Iterator[Problem]:
    plan = parts.plan
    yield from check_identity(plan)
    yield from check_references(plan, parts.written)
    yield from check_periods(plan, calendar)
    yield from check_things(plan, parts.written)
    yield from check_offers(plan, calendar, parts.written)
    yield from check_draws(plan, calendar)
    yield from check_challenges(plan, calendar)
    yield from check_mall(plan)
    yield from check_birthdays(plan, calendar)
    yield from check_occasions(plan)
    yield from check_points(plan)
    yield from check_tiers(plan)
    yield from check_given_tiers(plan)
    yield from check_referral(plan)
    yield from check_work(plan, calendar)


def _with_errors(text: str, source: str, problems: tuple[Problem, ...]) -> CheckedPlan:
    return CheckedPlan(source, text, _sha256(text), None, None, _in_order(problems))


def _in_order(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    once = {(one.line, one.column, one.severity, str(one.message)): one for one in problems}
    return tuple(once[key] for key in sorted(once))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
