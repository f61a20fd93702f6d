"""What should have been settled or let go by now and was not, for those who keep watch: read only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from jiacan.offers.store import awards, reservations
from jiacan.orders.contracts import EventKey


def unsettled(shop_id: int, plan_id: str, events: Sequence[EventKey]) -> tuple[EventKey, ...]:
    """Those of the events that the plan has not settled, in the order given."""
    return awards.unsettled(shop_id, plan_id, events)


def held_beyond(at: datetime) -> tuple[tuple[int, str], ...]:
    """The plans, each with its shop, of which something is still held for a reservation that was over by then."""
    return reservations.find_due(at)
