"""A plan checked, its versions that went live, drafts of those to come, and what differs between two texts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jiacan.offers.contracts.rules import PlanRules
from jiacan.plans.contracts.document import PlanDocument
from jiacan.plans.contracts.problems import Problem, Severity


@dataclass(frozen=True, slots=True)
class CheckedPlan:
    """A plan's text and everything found in it; `document` and `rules` are None when there are errors.

    The rules carry version 0 until the plan goes live.
    """

    source: str
    text: str
    sha256: str
    document: PlanDocument | None
    rules: PlanRules | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep the plan from going live."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems that its author should weigh."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.WARNING)


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """One version of a plan that went live; it never changes."""

    plan_id: str
    number: int
    sha256: str
    went_live_at: datetime
    actor: str
    approver: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan being written. `revision` counts its savings from 1."""

    plan_id: str
    text: str
    revision: int
    saved_at: datetime
    saved_by: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a plan that was changed: its path, and what was and is written; None where it was not there."""

    path: tuple[str, ...]
    before: str | None
    after: str | None
