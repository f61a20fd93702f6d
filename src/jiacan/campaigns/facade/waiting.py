"""Orders that a live plan should have settled and has not: read only, for those who keep watch."""

from __future__ import annotations

from jiacan.campaigns.contracts.waiting import UnsettledOrders
from jiacan.campaigns.facade.live import live_plans
from jiacan.kernel.periods import Period
from jiacan.offers.facade.waiting import unsettled
from jiacan.orders import facade as orders

EVENTS_AT_ONCE = 10_000


def unsettled_orders(shop_id: int, period: Period | None = None) -> tuple[UnsettledOrders, ...]:
    """For each live plan of the shop, the recorded orders of its time that it has not settled, and their refunds.

    Args:
        shop_id: whose.
        period: only orders paid within it; without one, all of the plan's time.
    """
    found = []
    for live in live_plans(shop_id):
        window = live.window()
        within = window if window is None or period is None else _common(window, period)
        if within is None:
            continue
        waiting = [
            event
            for chunk in orders.walk_events(shop_id, within, EVENTS_AT_ONCE)
            for event in unsettled(shop_id, live.plan_id, chunk)
        ]
        oldest_at = min((event.occurred_at for event in waiting), default=None)
        found.append(UnsettledOrders(live.plan_id, len(waiting), oldest_at))
    return tuple(found)


def _common(one: Period, other: Period) -> Period | None:
    starts_at, ends_at = max(one.starts_at, other.starts_at), min(one.ends_at, other.ends_at)
    return Period(starts_at, ends_at) if starts_at < ends_at else None
