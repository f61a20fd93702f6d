"""Counters by the minute, added up from what was settled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from jiacan.offers.contracts.awards import Award, ClawBack, Outcome
from jiacan.offers.contracts.pace import AwardPace, OrderPace
from jiacan.offers.core.events import Event, PaidEvent
from jiacan.offers.core.settle import Settlement
from jiacan.orders.contracts import Order


@dataclass(frozen=True, slots=True)
class Counted:
    """What a batch adds to the counters, each key once and in order."""

    awards: tuple[AwardPace, ...]
    orders: tuple[OrderPace, ...]


def minute_of(at: datetime) -> datetime:
    """The minute that the moment belongs to."""
    return at.replace(second=0, microsecond=0)


def count(settlements: Iterable[Settlement], orders: Mapping[str, Order], currency: str) -> Counted:
    """What the settlements add to the counters; `orders` are those paid in them, occasions none."""
    awards: dict[tuple[datetime, str, str, str], list[int]] = {}
    by_minute: dict[datetime, list[int]] = {}
    for settlement in settlements:
        at = minute_of(settlement.event.at)
        if settlement.event.of_order:
            _add_order(by_minute.setdefault(at, [0, 0, 0, 0]), settlement.event, orders, currency)
        for award in settlement.awards:
            _add(awards, at, award)
        for back in settlement.claw_backs:
            _add(awards, at, back)
    return Counted(
        awards=tuple(AwardPace(*key, *awards[key]) for key in sorted(awards)),
        orders=tuple(OrderPace(minute, *by_minute[minute]) for minute in sorted(by_minute)),
    )


def _add_order(figures: list[int], event: Event, orders: Mapping[str, Order], currency: str) -> None:
    if not isinstance(event, PaidEvent):
        figures[3] += 1
        return
    order = orders[event.order_id]
    figures[0] += 1
    figures[1] += order.spend_minor(currency)
    figures[2] += order.number == 1


def count_claw_back(back: ClawBack) -> Counted:
    """What a claw-back by hand adds to the counters."""
    awards: dict[tuple[datetime, str, str, str], list[int]] = {}
    _add(awards, minute_of(back.at), back)
    return Counted(awards=tuple(AwardPace(*key, *figures) for key, figures in awards.items()), orders=())


def _add(awards: dict[tuple[datetime, str, str, str], list[int]], at: datetime, of: Award | ClawBack) -> None:
    if isinstance(of, ClawBack):
        key = (at, of.offer_id, str(Outcome.CLAWED_BACK), "")
    else:
        key = (at, of.offer_id, str(of.outcome), "" if of.refusal is None else of.refusal.code)
    figures = awards.setdefault(key, [0, 0])
    figures[0] += 1
    figures[1] += sum(item.amount_minor for item in of.items)
