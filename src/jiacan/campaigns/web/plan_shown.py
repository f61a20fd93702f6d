"""What was found in a plan, as its pages show it."""

from __future__ import annotations

from dataclasses import dataclass

from jiacan.campaigns.contracts.planning import OtherId, OtherShopsPlan
from jiacan.kernel.messages import Message, Name, tell
from jiacan.kernel.money import Money
from jiacan.plans import facade as plans
from jiacan.plans.contracts.document import WorstCase
from jiacan.plans.contracts.problems import Severity
from jiacan.plans.contracts.versions import CheckedPlan

TEMPLATES = {
    "order-bonus": (
        tell("Order bonus"),
        tell("Gifts by what an order spends, points, a draw, new customers: goods and chances as extras."),
    ),
    "price-effects": (
        tell("Prices of Double 11"),
        tell("One offer for each price effect: money off, percent off, bundles, free shipping, points as money."),
    ),
}


@dataclass(frozen=True, slots=True)
class ShownProblem:
    """A problem in a list; `line` is None where it stands on no line."""

    line: int | None
    column: int
    is_error: bool
    message: Message


@dataclass(frozen=True, slots=True)
class ShownWorst:
    """The most that a budget line can be asked for, beside what it holds; `short` is what would be missing."""

    line: Name
    amount: Money
    at_most: Money | None
    short: Money | None
    asked_by: tuple[str, ...]


def name_of(plan_id: str, checked: CheckedPlan) -> Name:
    """The plan's name, or its id where the text cannot be read."""
    return Name(plan_id, plan_id) if checked.document is None else checked.document.name


def found_in(checked: CheckedPlan, misplaced: OtherShopsPlan | OtherId | None) -> dict[str, object]:
    """Everything that was found in a text: problems, worst cases, the schedule of its tasks."""
    problems = [
        ShownProblem(each.line, each.column, each.severity is Severity.ERROR, each.message)
        for each in checked.problems
    ]
    if misplaced is not None:
        problems.insert(0, ShownProblem(None, 1, is_error=True, message=misplaced.message()))
    facts: dict[str, object] = {
        "problems": problems,
        "errors": sum(each.is_error for each in problems),
        "warnings": sum(not each.is_error for each in problems),
        "document": checked.document,
    }
    if checked.document is None or checked.rules is None:
        return facts
    worst = plans.worst_cases(checked.document, checked.rules)
    names = {line.id: line.name for line in checked.document.budget}
    return facts | {
        "worst": [_worst(each, names[each.line], checked.document.currency) for each in worst],
        "schedule": plans.schedule(checked.document),
    }


def _worst(case: WorstCase, name: Name, currency: str) -> ShownWorst:
    short = None if case.at_most_minor is None else case.at_most_minor - case.amount_minor
    return ShownWorst(
        line=name,
        amount=Money(case.amount_minor, currency),
        at_most=None if case.at_most_minor is None else Money(case.at_most_minor, currency),
        short=Money(short, currency) if short is not None and short > 0 else None,
        asked_by=tuple(dict.fromkeys(each.source for each in case.demands)),
    )
