"""Stock and budget that are set aside for a draw's prizes: held when it is announced, and let go as it goes on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from jiacan.ledger import facade as ledger
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.contracts.set_aside import Taken
from jiacan.offers.core import set_aside as core
from jiacan.offers.facade.books import carry_out

Total = core.Total
NOTHING: Total = {}


@dataclass(frozen=True, slots=True)
class Aside:
    """A draw of a plan, for whose prizes something is held."""

    shop_id: int
    plan_id: str
    draw_id: str
    currency: str


def takes_of(rules: PlanRules, draw_id: str, rung: int) -> tuple[Taken, ...]:
    """What one prize of the draw takes of stock and budget."""
    return core.takes_of(rules, draw_id, rung)


def add_up(prizes: Iterable[tuple[Iterable[Taken], int]]) -> Total:
    """What so many of each prize take together."""
    return core.add_up(prizes)


def begin(of: Aside, total: Total, *, at: datetime) -> None:
    """Hold all of it, or nothing; part of the caller's transaction.

    Raises:
        NotEnoughToSetAside: there is less left of something.
    """
    keys = {each: core.account_of(*each, of.plan_id, of.currency) for each in total}
    balances = ledger.load_balances(of.shop_id, list(keys.values()))
    left = {each: balances[key].available or 0 for each, key in keys.items() if key in balances}
    core.check_left(of.draw_id, total, left)
    change(of, NOTHING, total, number=-1, at=at)


def change(of: Aside, before: Total, after: Total, *, number: int, at: datetime) -> None:
    """Hold so much from now on instead of what was held under this number; the plan's lock is held."""
    group = core.change_group(
        f"{of.plan_id}/{of.draw_id}",
        before,
        after,
        number=number,
        plan_id=of.plan_id,
        currency=of.currency,
        at=at,
    )
    bounded = [core.account_of(*each, of.plan_id, of.currency) for each in {**before, **after}]
    carry_out(of.shop_id, [group] if group.entries else [], (), bounded)
