"""`jiacan doctor`: what is slow or wrong, and what to do about it."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from jiacan.kernel.messages import Message, tell
from jiacan.project.doctor.examine import examine
from jiacan.project.doctor.findings import Finding, Level
from jiacan.project.home import home
from jiacan.project.output import COMMON, Common, Screen, screen

CHECKS: dict[str, Message] = {
    "disk": tell("disk"),
    "database": tell("database"),
    "settings": tell("settings"),
    "clock": tell("clock"),
    "migrations": tell("migrations"),
    "connections": tell("connections"),
    "transactions": tell("transactions"),
    "tables": tell("tables"),
    "indexes": tell("indexes"),
    "server": tell("server"),
    "worker": tell("worker"),
    "jobs": tell("jobs"),
    "stages": tell("stages"),
    "webhooks": tell("webhooks"),
    "orders": tell("unsettled orders"),
    "reservations": tell("reservations"),
    "ledger": tell("ledger"),
}
LEVELS: dict[Level, Message] = {Level.OK: tell("well"), Level.WARNING: tell("warning"), Level.WRONG: tell("WRONG")}


def doctor(*, full: Annotated[bool, Parameter(negative="")] = False, common: Common = COMMON) -> int:
    """Say in words what is slow or wrong and what to do; exit 1 when something is wrong.

    Parameters
    ----------
    full
        Recompute every balance from its transfers, and look at every order; takes as long as there are many.
    """
    out = screen(common)
    with out.progress() as on_progress:
        on_progress(tell("Looking"), -1)
        findings = list(examine(home(), full=full))
    if out.json:
        out.print_json([_to_json(finding, out) for finding in findings])
    else:
        _show(findings, out)
    return 1 if any(finding.level is Level.WRONG for finding in findings) else 0


def _to_json(finding: Finding, out: Screen) -> dict[str, object]:
    return {
        "check": finding.check,
        "level": finding.level.value,
        "says": out.words.say(finding.says),
        "figures": dict(finding.figures),
        "remedy": None if finding.remedy is None else out.words.say(finding.remedy),
    }


def _show(findings: list[Finding], out: Screen) -> None:
    rows = [[CHECKS[finding.check], LEVELS[finding.level], finding.says] for finding in findings]
    out.table(tell("How Jiacan is"), (tell("Looked at"), tell("Level"), tell("Finding")), rows)
    todo = [finding for finding in findings if finding.remedy is not None]
    if not todo:
        out.say(tell("Nothing is to be done."))
        return
    out.say(tell("What to do:"))
    for finding in todo:
        out.say(tell("  {check}: {says}", check=CHECKS[finding.check], says=finding.says))
        out.say(tell("    {remedy}", remedy=finding.remedy))
