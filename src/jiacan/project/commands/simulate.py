"""`jiacan simulate`: rehearse a plan on past orders, with nothing stored."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from jiacan.campaigns.contracts.figures import Rehearsal
from jiacan.campaigns.facade import running as campaigns
from jiacan.campaigns.facade.running import OrderFiles
from jiacan.campaigns.report.awards_file import opened
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell
from jiacan.offers.contracts.rules import PlanRules
from jiacan.plans import facade as plans
from jiacan.project.commands.files import Files
from jiacan.project.commands.plan import print_problems
from jiacan.project.commands.shown import (
    birthdays_to_json,
    figures_to_json,
    read_to_json,
    show_bad_rows,
    show_figures,
    show_read,
)
from jiacan.project.output import COMMON, Common, Screen, screen


class OneFolderAsked(JiacanError):
    """Matched pairs belong to one folder of prepared orders, and know no refunds and no birthdays."""

    def message(self) -> Message:
        return tell(
            "With --matched, give --orders the one folder that was matched, and neither --refunds nor --customers."
        )


def simulate(
    plan: str,
    /,
    *,
    files: Files,
    customers: Path | None = None,
    matched: Path | None = None,
    common: Common = COMMON,
) -> int:
    """Rehearse a plan on past orders and refunds: what it gives, refuses and costs, and when things run out.

    Parameters
    ----------
    plan
        The plan's file.
    customers
        A file with customers' birthdays, as `jiacan customers import` takes it: what is given for them is rehearsed.
    matched
        The folder that `jiacan match` wrote for the one folder of prepared orders that is named by --orders.
    """
    wanted = replace(files.checked(), customers=customers)
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
        out.print_json(_to_json(rehearsal, rules, out))
        return 0
    show_read(rehearsal.read, out)
    _show_birthdays(rehearsal, rules, out)
    show_figures(rehearsal.figures, rules, out)
    if awards is not None:
        out.say(tell("Wrote {rows} rows to {path}.", rows=awards.rows, path=str(files.awards)))
    if rehearsal.read.bad_rows and files.bad_rows is None:
        out.say(tell("Give --bad-rows FILE to get the bad rows back with their reasons."))
    return 0


def _to_json(rehearsal: Rehearsal, rules: PlanRules, out: Screen) -> dict[str, object]:
    known = rehearsal.birthdays
    return {
        "plan": rules.plan_id,
        "orders": rehearsal.read.orders,
        "lines": rehearsal.read.order_rows,
        **figures_to_json(rehearsal.figures, rules),
        "read": read_to_json(rehearsal.read, out),
        "birthdays": None if known is None else birthdays_to_json(known, out),
        "unasked": list(rehearsal.unasked),
    }


def _show_birthdays(rehearsal: Rehearsal, rules: PlanRules, out: Screen) -> None:
    known = rehearsal.birthdays
    if known is not None:
        out.say(
            tell(
                "{customers} customers' birthdays in {rows} rows; {bad} bad rows.",
                customers=f"{len(known.told):,}",
                rows=f"{known.rows:,}",
                bad=f"{len(known.bad_rows):,}",
            )
        )
        show_bad_rows(known.bad_rows, out)
    if rehearsal.unasked:
        names = tuple(offer.name for offer in rules.offers if offer.id in rehearsal.unasked)
        out.say(tell("Not rehearsed, because no birthdays were told: {offers}. Give --customers FILE.", offers=names))


def _only_folder(wanted: OrderFiles) -> Path:
    if len(wanted.orders) != 1 or wanted.refunds or wanted.customers is not None:
        raise OneFolderAsked
    return wanted.orders[0]
