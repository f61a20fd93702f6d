"""`jiacan report`: what happened, against the goals."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from jiacan.campaigns.contracts.reported import Report
from jiacan.campaigns.report.loading import load_report
from jiacan.campaigns.report.writing import check_report_path, to_data, write_report
from jiacan.kernel.messages import tell
from jiacan.plans import facade as plans
from jiacan.project import database
from jiacan.project.commands.plan import print_problems
from jiacan.project.output import COMMON, Common, Screen, screen


def report(
    plan: str,
    /,
    *,
    to: Annotated[list[Path] | None, Parameter(negative="", consume_multiple=1)] = None,
    common: Common = COMMON,
) -> int:
    """Report what came of a plan that ran: goals, awards, money and stock, and the effect on customers.

    Parameters
    ----------
    plan
        The plan's file.
    to
        Where to write the report: .html is one page for the browser, .xlsx a workbook; both may be named. With --json
        the figures are printed, and a file is optional.
    """
    files = tuple(to or ())
    for file in files:
        check_report_path(file)
    checked = plans.read_plan(plan)
    if checked.rules is None:
        print_problems(checked, screen(common))
        return 1
    out = screen(common, checked.rules.zone)
    database.open_database()
    with out.progress() as progress:
        progress(tell("Working out the report"), -1)
        made = load_report(checked)
        for file in files:
            write_report(made, file, out.words)
    if common.json:
        out.print_json(to_data(made, out.words))
        return 0
    _show(made, files, out)
    return 0


def _show(made: Report, files: Sequence[Path], out: Screen) -> None:
    for finding in made.findings:
        out.say(tell("• {says}", says=finding.says))
    for file in files:
        out.say(tell("Wrote {path}.", path=str(file)))
