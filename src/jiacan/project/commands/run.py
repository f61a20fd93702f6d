"""`jiacan run`: the same as a rehearsal, durably."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from jiacan.campaigns.contracts.figures import RunSummary
from jiacan.campaigns.facade import photographs
from jiacan.campaigns.facade import running as campaigns
from jiacan.campaigns.report.awards_file import opened, to_tables
from jiacan.kernel.messages import tell
from jiacan.offers.contracts.rules import PlanRules
from jiacan.plans import facade as plans
from jiacan.project import database
from jiacan.project.commands.files import Files
from jiacan.project.commands.plan import print_problems
from jiacan.project.commands.shown import figures_to_json, read_to_json, show_figures, show_read
from jiacan.project.output import COMMON, Common, Screen, screen
from jiacan.tenancy.contracts import COMMAND_LINE


def run(plan: str, /, *, files: Files, common: Common = COMMON) -> int:
    """Make a plan go live and award its benefits for these orders, durably; safe to repeat, safe to kill and repeat.

    Parameters
    ----------
    plan
        The plan's file; a changed file becomes the plan's next version.
    """
    wanted = files.checked()
    checked = plans.read_plan(plan)
    if checked.rules is None:
        print_problems(checked, screen(common))
        return 1
    rules = checked.rules
    out = screen(common, rules.zone)
    beside = photographs.read_beside(checked, Path(plan).parent)
    database.open_database()
    with out.progress() as progress:
        summary = campaigns.run(checked, wanted, actor=COMMAND_LINE, words=out.words, on_progress=progress)
    photographs.take(checked, beside, actor=COMMAND_LINE, at=datetime.now(UTC))
    with opened(files.awards) as awards:
        if awards is not None:
            for rows in to_tables(campaigns.award_rows(checked)):
                awards.write(rows)
    if common.json:
        out.print_json(_to_json(summary, rules, out))
        return 0
    _show(summary, rules, out)
    if files.awards is not None:
        out.say(tell("Wrote the campaign's awards to {path}.", path=str(files.awards)))
    out.say(tell("Next: jiacan report {plan} --to report.html", plan=plan))
    return 0


def _to_json(summary: RunSummary, rules: PlanRules, out: Screen) -> dict[str, object]:
    return {
        "plan": rules.plan_id,
        "plan_version": summary.plan_version,
        "orders": summary.read.orders,
        "lines": summary.read.order_rows,
        "orders_new": summary.recorded.orders_new,
        "events_settled": summary.events_settled,
        **figures_to_json(summary.figures, rules),
        "read": read_to_json(summary.read, out),
    }


def _show(summary: RunSummary, rules: PlanRules, out: Screen) -> None:
    show_read(summary.read, out)
    recorded = tell(
        "Recorded {new} new orders and {refunds} new refunds ({known} were known); settled {events} events by "
        "version {version} of the plan.",
        new=f"{summary.recorded.orders_new:,}",
        refunds=f"{summary.recorded.refunds_new:,}",
        known=f"{summary.recorded.orders_known:,}",
        events=f"{summary.events_settled:,}",
        version=summary.plan_version,
    )
    out.say(recorded)
    show_figures(summary.figures, rules, out)
