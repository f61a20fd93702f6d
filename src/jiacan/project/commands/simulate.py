"""`jiacan simulate`: rehearse a plan on past orders, with nothing stored."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from jiacan.campaigns import facade as campaigns
from jiacan.campaigns.report.awards_file import check_awards_path, write_awards
from jiacan.kernel.messages import tell
from jiacan.plans import facade as plans
from jiacan.project.commands.plan import print_problems
from jiacan.project.commands.shown import figures_to_json, read_to_json, show_figures, show_read
from jiacan.project.output import COMMON, Common, screen

Files = Annotated[list[Path], Parameter(negative="", consume_multiple=True)]


def simulate(
    plan: str,
    /,
    *,
    orders: Files,
    refunds: Files | None = None,
    awards: Path | None = None,
    bad_rows: Path | None = None,
    common: Common = COMMON,
) -> int:
    """Rehearse a plan on past orders and refunds: what it gives, refuses and costs, and when things run out.

    Parameters
    ----------
    plan
        The plan's file.
    orders
        Files of past orders: CSV, Parquet or XLSX.
    refunds
        Files of their refunds.
    awards
        Write every award, refusal and claw-back here (.csv, .parquet or .xlsx), one row per benefit.
    bad_rows
        Write the rows that could not be taken here, with the reasons.
    """
    if awards is not None:
        check_awards_path(awards)
    checked = plans.read_plan(plan)
    if checked.rules is None:
        print_problems(checked, screen(common))
        return 1
    rules = checked.rules
    out = screen(common, rules.zone)
    files = campaigns.OrderFiles(tuple(orders), tuple(refunds or ()), bad_rows)
    with out.progress() as progress:
        rehearsal = campaigns.rehearse(checked, files, words=out.words, on_progress=progress)
    if awards is not None:
        write_awards(rehearsal.rows, awards)
    if common.json:
        data = {"plan": rules.plan_id, "orders": rehearsal.read.orders, "lines": rehearsal.read.order_rows}
        out.print_json(
            {**data, **figures_to_json(rehearsal.figures, rules), "read": read_to_json(rehearsal.read, out)}
        )
        return 0
    show_read(rehearsal.read, out)
    show_figures(rehearsal.figures, rules, out)
    if awards is not None:
        out.say(tell("Wrote {rows} rows to {path}.", rows=f"{len(rehearsal.rows):,}", path=str(awards)))
    if rehearsal.read.bad_rows and bad_rows is None:
        out.say(tell("Give --bad-rows FILE to get the bad rows back with their reasons."))
    return 0
