"""A plan's text line by line: numbered, with what was found on each, and beside another text of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from jiacan.kernel.messages import Message, tell
from jiacan.plans.contracts.problems import Problem
from jiacan.plans.contracts.versions import Difference

AROUND = 3
"""How many lines that are the same stand around those that differ."""


@dataclass(frozen=True, slots=True)
class NumberedLine:
    """One line of a text, counted from 1, and the problems that stand on it."""

    number: int
    text: str
    problems: tuple[Problem, ...]


def numbered(text: str, problems: Iterable[Problem] = ()) -> tuple[NumberedLine, ...]:
    """Every line of the text; a problem beyond its end stands on the last one."""
    lines = text.split("\n")
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    on_line: dict[int, list[Problem]] = defaultdict(list)
    for problem in problems:
        on_line[min(max(problem.line, 1), len(lines))].append(problem)
    return tuple(NumberedLine(number, line, tuple(on_line[number])) for number, line in enumerate(lines, start=1))


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """One line of two texts beside each other: in both, only in the first or only in the second by its numbers."""

    before: int | None
    after: int | None
    text: str

    @property
    def mark(self) -> str:
        """A minus for what is gone, a plus for what is new."""
        return "-" if self.after is None else "+" if self.before is None else ""


def compare(before: str, after: str) -> tuple[tuple[ComparedLine, ...], ...]:
    """The places in which two texts differ, each with some lines around it.

    >>> [[(line.mark, line.text) for line in place] for place in compare("a\\nb", "a\\nc")]
    [[('', 'a'), ('-', 'b'), ('+', 'c')]]
    """
    was, now = before.split("\n"), after.split("\n")
    groups = SequenceMatcher(None, was, now, autojunk=False).get_grouped_opcodes(AROUND)
    return tuple(tuple(_lines(was, now, group)) for group in groups)


def _lines(
    was: Sequence[str], now: Sequence[str], group: Iterable[tuple[str, int, int, int, int]]
) -> Iterator[ComparedLine]:
    for kind, was_from, was_to, now_from, now_to in group:
        if kind == "equal":
            for before, after in zip(range(was_from, was_to), range(now_from, now_to), strict=True):
                yield ComparedLine(before + 1, after + 1, was[before])
            continue
        for before in range(was_from, was_to):
            yield ComparedLine(before + 1, None, was[before])
        for after in range(now_from, now_to):
            yield ComparedLine(None, after + 1, now[after])


# --- in plan terms ----------------------------------------------------------------------------------------

_PARTS = {
    "offers": tell("Offer"),
    "stock": tell("Stock"),
    "budget": tell("Budget"),
    "coupons": tell("Coupon"),
    "draws": tell("Draw"),
    "challenges": tell("Challenge"),
    "mall": tell("Item of the mall"),
    "tasks": tell("Task"),
    "risks": tell("Risk"),
    "goals": tell("Goals"),
    "phases": tell("Phase"),
    "name": tell("Name"),
    "organiser": tell("Organiser"),
    "holdout": tell("Held out"),
}
_FIELDS = {
    "units": tell("pieces"),
    "unit_cost": tell("cost of one"),
    "amount": tell("amount"),
    "limit": tell("limit"),
    "total": tell("in all"),
    "per_day": tell("per day"),
    "per_customer": tell("per customer"),
    "per_customer_per_day": tell("per customer and day"),
    "trigger": tell("trigger"),
    "when": tell("conditions"),
    "give": tell("gives"),
    "during": tell("during"),
    "ladder": tell("steps"),
    "otherwise": tell("otherwise"),
    "stack": tell("stacking"),
    "budget": tell("budget"),
    "name": tell("name"),
    "from": tell("from"),
    "to": tell("to"),
    "due": tell("due"),
    "owner": tell("owner"),
    "reserve": tell("reserve"),
    "share": tell("share"),
}


@dataclass(frozen=True, slots=True)
class ChangedPart:
    """What changed in one part of a plan: `what` names the part, `id` which one of it, then its fields.

    `is_new` and `is_gone` say that the whole part came or went.
    """

    what: Message
    id: str
    fields: tuple[tuple[tuple[Message, ...], Difference], ...]
    is_new: bool
    is_gone: bool


def in_plan_terms(differences: Iterable[Difference]) -> tuple[ChangedPart, ...]:
    """The differences by the part of the plan that they are in."""
    found = []
    for (part, item, depth), group in groupby(differences, key=lambda each: _part_of(each.path)):
        fields = tuple((tuple(map(_field, each.path[depth:])), each) for each in group)
        # Every part of a list is named, so one whose name came or went did so itself.
        named = any(each.path[depth : depth + 1] == ("name",) for _, each in fields)
        found.append(
            ChangedPart(
                what=_PARTS.get(part, Message(part)),
                id=item,
                fields=fields,
                is_new=named and all(each.before is None for _, each in fields),
                is_gone=named and all(each.after is None for _, each in fields),
            )
        )
    return tuple(found)


def _part_of(path: Sequence[str]) -> tuple[str, str, int]:
    """The part, which one of it, and how many keys name that."""
    if path[:2] == ("budget", "lines") and len(path) > 2:
        return "budget", path[2], 3
    return (path[0], path[1], 2) if len(path) > 1 else (path[0], "", 1)


def _field(key: str) -> Message:
    return _FIELDS.get(key, Message("{key}", {"key": key}))
