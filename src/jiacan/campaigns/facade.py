"""A campaign's way: orders and refunds come in, are recorded, matched and settled; figures say what it came to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jiacan.campaigns.contracts import Rehearsal
from jiacan.campaigns.core.figures import Tally
from jiacan.kernel.messages import Message, Phrasebook, tell
from jiacan.offers import facade as offers
from jiacan.orders.contracts import Refund
from jiacan.plans.contracts import CheckedPlan

EVENTS_PER_TRANSACTION = 1_000

Progress = Callable[[Message, float], None]


@dataclass(frozen=True, slots=True)
class OrderFiles:
    """Where orders and refunds come from, and where rows that cannot be taken go."""

    orders: tuple[Path, ...]
    refunds: tuple[Path, ...] = ()
    bad_rows: Path | None = None


def rehearse(plan: CheckedPlan, files: OrderFiles, *, words: Phrasebook, on_progress: Progress) -> Rehearsal:
    """Replay past orders against a plan; no database is touched.

    Raises:
        JiacanError: a file cannot be read.
    """
    rules = plan.get_rules()
    with _history(rules, files, words, on_progress) as history:
        on_progress(tell("Matching and settling"), 0.0)
        refunds: dict[str, list[Refund]] = {}
        for refund in history.refunds(rules.window):
            refunds.setdefault(refund.order_id, []).append(refund)
        rehearsed = offers.rehearse(history.orders(rules.window), refunds, rules)
        tally = Tally(rules)
        for award in rehearsed.awards:
            tally.add_award(award)
        for back in rehearsed.claw_backs:
            tally.add_claw_back(back)
        figures = tally.figures(rehearsed.stock_left, tally.balances(rehearsed.budget_left_minor))
        return Rehearsal(read=history.summary, figures=figures, rows=rehearsed.rows)
