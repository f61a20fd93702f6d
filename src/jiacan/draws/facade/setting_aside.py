"""Prizes that are set aside: stock and budget are held from the announcement on, and let go as they are drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from jiacan.draws.contracts.kept import KeptDraw
from jiacan.draws.store import wins
from jiacan.offers.facade import set_aside
from jiacan.offers.facade.set_aside import NOTHING, Aside


def begin(draw: KeptDraw, *, at: datetime) -> None:
    """Hold what all prizes of the draw take, or nothing; part of the transaction that announces it.

    Raises:
        NotEnoughToSetAside: there is less left.
    """
    if draw.promise.sets_aside:
        set_aside.begin(_of(draw), _promised(draw, Counter()), at=at)


def free(draw: KeptDraw, prize_id: str, *, at: datetime) -> None:
    """The prize is being drawn: what it takes is free for its winner, whose it becomes before anyone else can ask.

    Part of the transaction that draws it, which holds the plan's lock, before the prize is counted as won.
    """
    if draw.promise.sets_aside:
        won = wins.won_of(draw.shop_id, draw.id)
        after = won + Counter([prize_id])
        set_aside.change(_of(draw), _promised(draw, won), _promised(draw, after), number=won.total(), at=at)


def end(draw: KeptDraw, *, at: datetime) -> None:
    """The draw is over: what nobody drew is free; part of the transaction that ends it."""
    if draw.promise.sets_aside:
        won = wins.won_of(draw.shop_id, draw.id)
        set_aside.change(_of(draw), _promised(draw, won), NOTHING, number=won.total(), at=at)


def _promised(draw: KeptDraw, won: Mapping[str, int]) -> set_aside.Total:
    """What the prizes that were not won take."""
    return set_aside.add_up((prize.takes, prize.units - won[prize.id]) for prize in draw.promise.prizes)


def _of(draw: KeptDraw) -> Aside:
    return Aside(draw.shop_id, draw.plan_id, draw.draw_id, draw.promise.currency)
