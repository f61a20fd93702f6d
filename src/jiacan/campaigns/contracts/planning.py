"""Going live with a named approver, and the tasks before it: the values that cross this slice's door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, Name, tell
from jiacan.plans.contracts.document import Task


class ApprovalState(StrEnum):
    """Where a request to go live stands."""

    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Approval:
    """A request that one revision of a draft go live, put to one named person, and their answer."""

    id: int
    plan_id: str
    revision: int
    asked_by: str
    approver_id: int
    approver: str
    note: str
    asked_at: datetime
    state: ApprovalState
    answer: str
    answered_at: datetime | None


class TaskState(StrEnum):
    """How far a task is."""

    TO_DO = "to_do"
    DOING = "doing"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class TaskStep:
    """One change of a task's state, with what shows it."""

    task_id: str
    state: TaskState
    evidence: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TaskCard:
    """A task as the board shows it: `late` is past due and not done, `waits_for` names what it needs and has not."""

    task: Task
    state: TaskState
    last: TaskStep | None
    late: bool
    waits_for: tuple[Name, ...]


# --- errors -----------------------------------------------------------------------------------------------


@dataclass(eq=False)
class ApprovalMissing(JiacanError):
    """There is no open request of that number, or it is put to someone else."""

    plan_id: str

    def message(self) -> Message:
        return tell(
            "Nobody asks you to approve this of plan {plan_id} any more. Open the plan to see where it stands.",
            plan_id=self.plan_id,
        )


@dataclass(eq=False)
class ApproverMayNot(JiacanError):
    """The person named may not let plans go live at this shop."""

    name: str

    def message(self) -> Message:
        return tell("{name} may not let plans go live at this shop; name an owner or operations.", name=self.name)


@dataclass(eq=False)
class DraftChanged(JiacanError):
    """The draft is no longer the text that was to be approved."""

    plan_id: str
    revision: int
    now: int

    def message(self) -> Message:
        return tell(
            "Plan {plan_id} was saved again since (revision {now}, not {revision}). Ask for approval of the text as "
            "it is now.",
            plan_id=self.plan_id,
            revision=self.revision,
            now=self.now,
        )


@dataclass(eq=False)
class GatesOpen(JiacanError):
    """Tasks that must be shown done before going live are not."""

    gates: tuple[Name, ...]

    def message(self) -> Message:
        return tell(
            "These must be shown done before the plan goes live: {gates}. Add the evidence under Tasks; an owner may "
            "go live without it, with a reason.",
            gates=self.gates,
        )


@dataclass(eq=False)
class EvidenceMissing(JiacanError):
    """A gate cannot be called done without what shows it."""

    gate: Name

    def message(self) -> Message:
        return tell("{gate} is a gate: say what shows that it is done (a note or a link).", gate=self.gate)


@dataclass(eq=False)
class TaskUnknown(JiacanError):
    """The plan has no such task."""

    task_id: str

    def message(self) -> Message:
        return tell("The plan has no task {task_id}.", task_id=self.task_id)


@dataclass(eq=False)
class OtherShopsPlan(JiacanError):
    """The plan's text names another shop than the one whose pages these are."""

    named: str
    here: str

    def message(self) -> Message:
        return tell(
            "The plan says shop: {named}, and this is {here}. Change that line.", named=self.named, here=self.here
        )


@dataclass(eq=False)
class OtherId(JiacanError):
    """The draft's text names another plan id than the one it is kept under."""

    named: str
    kept: str

    def message(self) -> Message:
        return tell(
            "The plan says id: {named}, and this draft is kept as {kept}. Put {kept} back, or begin a new plan.",
            named=self.named,
            kept=self.kept,
        )


@dataclass(eq=False)
class DayUnreadable(JiacanError):
    """What was given is no day."""

    given: str

    def message(self) -> Message:
        return tell("“{given}” is no day; write it like 2026-11-11.", given=self.given)


@dataclass(eq=False)
class TypedOtherwise(JiacanError):
    """What had to be typed so that nobody does this by mistake was not."""

    wanted: str

    def message(self) -> Message:
        return tell("Nothing was done: type {wanted} to go on.", wanted=self.wanted)


@dataclass(eq=False)
class NoteMissing(JiacanError):
    """Whoever says no has to say why."""

    def message(self) -> Message:
        return tell("Say what has to change; whoever asked reads it.")


@dataclass(eq=False)
class OtherCurrency(JiacanError):
    """The plan counts in another currency than the shop's orders."""

    plan_id: str
    named: str
    shop: str
    kept: str

    def message(self) -> Message:
        return tell(
            "Plan {plan_id} says currency: {named}, and the orders of {shop} are in {kept}. "
            "Put {kept} into the plan, or keep another shop for {named}.",
            plan_id=self.plan_id,
            named=self.named,
            shop=self.shop,
            kept=self.kept,
        )
