"""`jiacan simulate`: rehearse a plan on past orders, with nothing stored."""

from __future__ import annotations

from jiacan.campaigns.facade import running as campaigns
from jiacan.campaigns.report.awards_file import opened
from jiacan.kernel.messages import tell
from jiacan.plans import facade as plans
from jiacan.project.commands.files import Files
from jiacan.project.commands.plan import print_problems
from jiacan.project.commands.shown import figures_to_json, read_to_json, show_figures, show_read
from jiacan.project.output import COMMON, Common, screen


def simulate(plan: str, /, *, files: Files, common: Common = COMMON) -> int:
    """Rehearse a plan on past orders and refunds: what it gives, refuses and costs, and when things run out.

    Parameters
    ----------
    plan
        The plan's file.
    """
    wanted = files.checked()
    checked = plans.read_plan(plan)
    if checked.rules is None:
        print_problems(checked, screen(common))
        return 1
    rules = checked.rules
    out = screen(common, rules.zone)
    with out.progress() as progress, opened(files.awards) as awards:
        on_rows = None if awards is None else awards.write
        rehearsal = campaigns.rehearse(checked, wanted, words=out.words, on_progress=progress, on_rows=on_rows)
    if common.json:
        data = {"plan": rules.plan_id, "orders": rehearsal.read.orders, "lines": rehearsal.read.order_rows}
        out.print_json(
            {**data, **figures_to_json(rehearsal.figures, rules), "read": read_to_json(rehearsal.read, out)}
        )
        return 0
    show_read(rehearsal.read, out)
    show_figures(rehearsal.figures, rules, out)
    if awards is not None:
        out.say(tell("Wrote {rows} rows to {path}.", rows=awards.rows, path=str(files.awards)))
    if rehearsal.read.bad_rows and files.bad_rows is None:
        out.say(tell("Give --bad-rows FILE to get the bad rows back with their reasons."))
    return 0
