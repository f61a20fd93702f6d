"""Problems, made from a place and a sentence."""

from __future__ import annotations

from jiacan.kernel.messages import Message
from jiacan.plans.contracts.problems import Problem, Severity
from jiacan.plans.core.tree import Place


def error(place: Place, message: Message) -> Problem:
    """A problem that keeps the plan from going live."""
    return Problem(Severity.ERROR, place.line, place.column, place.path, message)


def warning(place: Place, message: Message) -> Problem:
    """A problem for the plan's author to weigh."""
    return Problem(Severity.WARNING, place.line, place.column, place.path, message)
