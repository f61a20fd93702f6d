"""`jiacan simulate`: rehearse a plan on past orders, with nothing stored."""

from __future__ import annotations

from pathlib import Path

from jiacan.campaigns.facade import running as campaigns
from jiacan.campaigns.facade.running import OrderFiles
from jiacan.campaigns.report.awards_file import opened
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell
from jiacan.plans import facade as plans
from jiacan.project.commands.files import Files
from jiacan.project.commands.plan import print_problems
from jiacan.project.commands.shown import figures_to_json, read_to_json, show_figures, show_read
from jiacan.project.output import COMMON, Common, screen


class OneFolderAsked(JiacanError):
    """Matched pairs belong to one folder of prepared orders, and know no refunds."""

    def message(self) -> Message:
        return tell("With --matched, give --orders the one folder that was matched, and no --refunds.")


def simulate(plan: str, /, *, files: Files, matched: Path | None = None, common: Common = COMMON) -> int:
    """Rehearse a plan on past orders and refunds: what it gives, refuses and costs, and when things run out.

    Parameters
    ----------
    plan
        The plan's file.
    matched
        The folder that `jiacan match` wrote for the one folder of prepared orders that is named by --orders.
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
        if matched is None:
            rehearsal = campaigns.rehearse(checked, wanted, words=out.words, on_progress=progress, on_rows=on_rows)
        else:
            rehearsal = campaigns.rehearse_matched(
                checked, _only_folder(wanted), matched, on_progress=progress, on_rows=on_rows
            )
    if common.json:
        data = {"plan": rules.plan_id, "orders": rehearsal.read.orders, "lines": rehearsal.read.order_rows}
        out.print_json(
            {**data, **figures_to_json(rehearsal.figures, rules), "read": read_to_json(rehearsal.read, out)}
        )
        return 0
    show_read(rehearsal.read, out)
    if rules.asks_birthdays and matched is None:
        out.say(tell("Files tell no birthdays, so no order met `birthday_month` in this rehearsal."))
    show_figures(rehearsal.figures, rules, out)
    if awards is not None:
        out.say(tell("Wrote {rows} rows to {path}.", rows=awards.rows, path=str(files.awards)))
    if rehearsal.read.bad_rows and files.bad_rows is None:
        out.say(tell("Give --bad-rows FILE to get the bad rows back with their reasons."))
    return 0


def _only_folder(wanted: OrderFiles) -> Path:
    if len(wanted.orders) != 1 or wanted.refunds:
        raise OneFolderAsked
    return wanted.orders[0]
