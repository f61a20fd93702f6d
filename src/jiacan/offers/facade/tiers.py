"""The door to the rule of the ladder, for those who keep where customers stand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from jiacan.offers.contracts.tiers import Ladder, Standing, Tier, TierChange
from jiacan.offers.core import tiers
from jiacan.orders import facade as kept_orders
from jiacan.orders.contracts import KeptOrder


def follow(
    ladder: Ladder, before: Standing | None, orders: Sequence[KeptOrder], until: datetime
) -> tuple[Standing, tuple[TierChange, ...]]:
    """Where a customer who stood there stands at a moment, and every step on the way; see `core.tiers.follow`."""
    return tiers.follow(ladder, before, orders, until)


def has_at(ladder: Ladder, orders: Sequence[KeptOrder], at: datetime) -> int:
    """How much of the measure the customer's kept orders have in the period that ends with the moment."""
    return tiers.has_at(ladder, orders, at)


def counting_since(ladder: Ladder, at: datetime) -> datetime:
    """What was paid before counts no more at that moment."""
    return tiers.counting_since(ladder, at)


def kept_for(
    shop_id: int, ladder: Ladder, customer_ids: Iterable[str], first: datetime
) -> Mapping[str, tuple[KeptOrder, ...]]:
    """What these customers kept of every order that bears on where they stand at a moment or later."""
    since = tiers.matters_since(ladder, first)
    return kept_orders.kept_since(shop_id, sorted(customer_ids), since, currency=ladder.currency)


def tiers_at(shop_id: int, ladder: Ladder, customer_ids: Collection[str], at: datetime) -> Mapping[str, str]:
    """The tier on which each of these customers stood at a moment, by what was paid and came back before it.

    Empty for those below the first.
    """
    kept = kept_for(shop_id, ladder, customer_ids, at)
    return {each: tiers.tier_before(ladder, kept.get(each, ()), at, "") for each in customer_ids}


def next_tier(ladder: Ladder, tier_id: str) -> Tier | None:
    """The tier above that one; None on the highest."""
    return tiers.next_tier(ladder, tier_id)
