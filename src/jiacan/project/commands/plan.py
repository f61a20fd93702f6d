"""`jiacan plan`: check a plan, begin one, get the schema for an editor."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell
from jiacan.plans import facade as plans
from jiacan.plans.contracts.problems import Severity
from jiacan.plans.contracts.versions import CheckedPlan
from jiacan.project.output import COMMON, Common, Screen, screen


def check(plan: str, /, *, common: Common = COMMON) -> int:
    """Check a plan: every error and warning at once, with line and column.

    Parameters
    ----------
    plan
        The plan's file.
    """
    checked = plans.read_plan(plan)
    out = screen(common, checked.rules.zone if checked.rules else None)
    if common.json:
        out.print_json(_to_json(checked, out))
    else:
        print_problems(checked, out)
    return 1 if checked.errors else 0


def print_problems(checked: CheckedPlan, out: Screen) -> None:
    """Each problem as `file:line:column`, then how many there are."""
    severities = {Severity.ERROR: tell("error"), Severity.WARNING: tell("warning")}
    for problem in checked.problems:
        place = f"{checked.source}:{problem.line}:{problem.column}"
        severity = severities[problem.severity]
        said = tell("{place}: {severity}: {message}", place=place, severity=severity, message=problem.message)
        out.say(tell("{said} [{path}]", said=said, path=problem.path) if problem.path else said)
    counted = tell(
        "{plan}: {errors} errors, {warnings} warnings.",
        plan=checked.source,
        errors=len(checked.errors),
        warnings=len(checked.warnings),
    )
    out.say(counted)
    if not checked.errors:
        out.say(tell("It can go live. These are checks for merchants, not legal advice."))


def _to_json(checked: CheckedPlan, out: Screen) -> dict[str, object]:
    return {
        "plan": checked.source,
        "ok": not checked.errors,
        "problems": [
            {
                "severity": problem.severity,
                "line": problem.line,
                "column": problem.column,
                "path": problem.path,
                "message": out.words.say(problem.message),
            }
            for problem in checked.problems
        ],
    }


class FileInTheWay(JiacanError):
    """A file would be overwritten."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path

    def message(self) -> Message:
        return tell("{path} is there already; give another name with --to.", path=str(self.path))


def new(
    *,
    template: str = "order-bonus",
    to: Path | None = None,
    starts_on: Annotated[date | None, Parameter(help="When the run phase begins, e.g. 2026-11-01.")] = None,
    common: Common = COMMON,
) -> None:
    """Begin a plan: a commented one to edit.

    Parameters
    ----------
    template
        Which plan to begin from.
    to
        Where to write it; on the screen where it is left out.
    """
    out = screen(common)
    first_day = starts_on or date.today() + timedelta(days=28)  # noqa: DTZ011
    text = plans.new_plan(template, starts_on=first_day)
    if to is None:
        out.console.print(text, markup=False, highlight=False, soft_wrap=True, end="")
        return
    if to.exists():
        raise FileInTheWay(to)
    to.write_text(text, encoding="utf-8")
    out.say(tell("Wrote {path}. Edit it, then: jiacan plan check {path}", path=str(to)))


def schema() -> None:
    """The JSON Schema of plans, for completion and checks in an editor."""
    screen(Common(json=True)).print_json(plans.schema())
