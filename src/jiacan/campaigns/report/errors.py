"""Why a report cannot be written."""

from __future__ import annotations

from dataclasses import dataclass

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell


@dataclass(eq=False)
class PlanNeverRan(JiacanError):
    """A report was asked of a plan that has not gone live."""

    plan_id: str

    def message(self) -> Message:
        return tell(
            "Plan {plan_id} has not gone live, so there is nothing to report. Run it first: "
            "`jiacan run PLAN --orders FILE`.",
            plan_id=self.plan_id,
        )


@dataclass(eq=False)
class ReportFormUnknown(JiacanError):
    """A report cannot be written in the form that the file's name asks for."""

    path: str

    def message(self) -> Message:
        return tell("A report can be written as .html or .xlsx; {path} is neither.", path=self.path)
