"""A customer's purse as it is now: with what is known of the receipt of their orders."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from jiacan.members.contracts.points import Lot
from jiacan.members.core.points import Purse
from jiacan.members.store import points as store
from jiacan.orders import facade as orders


def load_purse(shop_id: int, customer_id: str, at: datetime, *, named: Collection[str] = ()) -> Purse:
    """The customer's purse; lots that pend are there from their order's receipt on, where that is known by now.

    It has every lot with points left, and those that are named.
    """
    purse = store.load_purses(shop_id, [customer_id], named=named)[customer_id]
    pending = [lot for lot in purse.lots.values() if lot.is_pending(at)]
    if not pending:
        return purse
    received = orders.received_at(shop_id, {lot.order_id for lot in pending})
    known = {lot.name: _received(lot, received.get(lot.order_id)) for lot in pending}
    return Purse({**purse.lots, **known}, purse.debt)


def _received(lot: Lot, received_at: datetime | None) -> Lot:
    if received_at is None or (lot.available_at is not None and lot.available_at <= received_at):
        return lot
    return replace(lot, available_at=max(received_at, lot.earned_at))
