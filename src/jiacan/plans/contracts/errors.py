"""What a person can put right about plans, their versions and drafts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell
from jiacan.plans.contracts.problems import Problem
from jiacan.plans.contracts.versions import Draft


@dataclass(eq=False)
class PlanHasErrors(JiacanError):
    """The plan cannot go live before its errors are put right."""

    source: str
    problems: tuple[Problem, ...]

    def message(self) -> Message:
        first = self.problems[0]
        return tell(
            "{source} cannot go live before its errors are put right ({count}). "
            "Line {line}, column {column}: {first} `jiacan plan check` lists them all.",
            source=self.source,
            count=len(self.problems),
            line=first.line,
            column=first.column,
            first=first.message,
        )


@dataclass(eq=False)
class PlanMoved(JiacanError):
    """A later version of a plan may not change what its accounts and days are kept in."""

    plan_id: str
    field: str
    was: str
    now: str

    def message(self) -> Message:
        return tell(
            "Plan {plan_id} went live with {field} {was}, and this version says {now}; its books cannot change that. "
            "Put {was} back, or give the plan a new id.",
            plan_id=self.plan_id,
            field=self.field,
            was=self.was,
            now=self.now,
        )


@dataclass(eq=False)
class PlanVersionUnknown(JiacanError):
    """No such version of the plan went live at this shop."""

    plan_id: str
    number: int

    def message(self) -> Message:
        return tell(
            "Plan {plan_id} has no version {number} here; `jiacan run` makes a plan go live.",
            plan_id=self.plan_id,
            number=self.number,
        )


@dataclass(eq=False)
class StartOutOfRange(JiacanError):
    """No campaign starts on that day."""

    starts_on: date

    def message(self) -> Message:
        return tell("A campaign cannot start on {day}; give a day from 1971 to 2998.", day=self.starts_on)


@dataclass(eq=False)
class TemplateUnknown(JiacanError):
    """There is no template of that name."""

    name: str
    known: tuple[str, ...]

    def message(self) -> Message:
        return tell("There is no template {name}; there are: {known}.", name=self.name, known=self.known)


@dataclass(eq=False)
class DraftUnknown(JiacanError):
    """No plan of that id is being written at this shop."""

    plan_id: str

    def message(self) -> Message:
        return tell(
            "There is no draft of plan {plan_id} here. Begin one from a template, a file or a live version.",
            plan_id=self.plan_id,
        )


@dataclass(eq=False)
class DraftMoved(JiacanError):
    """Someone else saved the draft since it was opened; nothing was overwritten."""

    kept: Draft

    def message(self) -> Message:
        return tell(
            "{who} saved this plan at {at}, after you opened it. Nothing was overwritten: compare the two texts, "
            "bring them together, and save again.",
            who=self.kept.saved_by,
            at=self.kept.saved_at,
        )


@dataclass(eq=False)
class DraftTaken(JiacanError):
    """A plan of that id is being written or has gone live already."""

    plan_id: str

    def message(self) -> Message:
        return tell("There is a plan {plan_id} here already; open it, or choose another id.", plan_id=self.plan_id)


@dataclass(eq=False)
class BadPlanId(JiacanError):
    """No plan can have that id."""

    plan_id: str

    def message(self) -> Message:
        return tell(
            "{id} cannot be a plan's id. Use small letters, digits, dots, hyphens and underscores, at most 64, "
            "beginning and ending with a letter or digit.",
            id=self.plan_id or "“”",
        )
