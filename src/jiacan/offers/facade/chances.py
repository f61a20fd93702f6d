"""What customers hold of tickets that awards gave, for whoever keeps the draws that they are for."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from jiacan.offers.contracts.chances import Chance
from jiacan.offers.store import chances as store


def of_orders(shop_id: int, plan_id: str, order_ids: Collection[str]) -> tuple[Chance, ...]:
    """The tickets of awards for these orders and occasions."""
    return store.find_of_orders(shop_id, plan_id, order_ids)


def of_occasions(shop_id: int, plan_id: str) -> Iterator[Chance]:
    """The tickets of every award that was for no order."""
    return store.find_of_occasions(shop_id, plan_id)


def of_plan(shop_id: int, plan_id: str) -> Iterator[Chance]:
    """The tickets of every award of the plan; they are read page by page."""
    return store.find_all(shop_id, plan_id)
