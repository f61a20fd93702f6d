"""`jiacan report`: what happened, against the goals."""

from __future__ import annotations

from pathlib import Path

from jiacan.campaigns.contracts.reported import Report
from jiacan.campaigns.report.loading import load_report
from jiacan.campaigns.report.writing import check_report_path, to_data, write_report
from jiacan.kernel.messages import tell
from jiacan.plans import facade as plans
from jiacan.project import database
from jiacan.project.commands.plan import print_problems
from jiacan.project.output import COMMON, Common, Screen, screen


def report(plan: str, /, *, to: Path | None = None, common: Common = COMMON) -> int:
    """Report what came of a plan that ran: goals, awards, money and stock, and the effect on customers.

    Parameters
    ----------
    plan
        The plan's file.
    to
        Where to write the report: .html is one page for the browser, .xlsx a workbook. With --json the figures are
        printed, and a file is optional.
    """
    if to is not None:
        check_report_path(to)
    checked = plans.read_plan(plan)
    if checked.rules is None:
        print_problems(checked, screen(common))
        return 1
    out = screen(common, checked.rules.zone)
    database.open_database()
    with out.progress() as progress:
        progress(tell("Working out the report"), -1)
        made = load_report(checked)
        if to is not None:
            write_report(made, to, out.words)
    if common.json:
        out.print_json(to_data(made, out.words))
        return 0
    _show(made, to, out)
    return 0


def _show(made: Report, to: Path | None, out: Screen) -> None:
    for finding in made.findings:
        out.say(tell("• {says}", says=finding.says))
    if to is not None:
        out.say(tell("Wrote {path}.", path=str(to)))
