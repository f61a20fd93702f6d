"""Up at once with the order that reaches it, down one step after a grace: a pure walk through a customer's time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from jiacan.kernel.periods import start_of
from jiacan.members.contracts.tiers import Ladder, Measure, Standing, Tier, TierChange
from jiacan.orders.contracts import KeptOrder


def has_at(ladder: Ladder, orders: Sequence[KeptOrder], at: datetime) -> int:
    """How much of the measure the customer's kept orders have in the period that ends with the moment."""
    counted = [each for each in orders if each.paid_at <= at < leaves_at(ladder, each) and each.kept_minor > 0]
    return len(counted) if ladder.measure is Measure.ORDERS else sum(each.kept_minor for each in counted)


def leaves_at(ladder: Ladder, order: KeptOrder) -> datetime:
    """From when the order counts no more."""
    if ladder.within is not None:
        return order.paid_at + ladder.within
    return start_of(date(order.paid_at.astimezone(ladder.zone).year + 1, 1, 1), ladder.zone)


def reached(ladder: Ladder, has: int) -> int:
    """The place from 1 of the highest tier that so much reaches; 0 below the first."""
    return sum(tier.needs <= has for tier in ladder.tiers)


def follow(
    ladder: Ladder, before: Standing | None, orders: Sequence[KeptOrder], until: datetime
) -> tuple[Standing, tuple[TierChange, ...]]:
    """Walk from what was reckoned to `until`, stopping wherever something can change.

    So it makes no difference how often, or how late, somebody looks.

    Args:
        ladder: the tiers in force.
        before: where the customer stood; None where nobody looked yet.
        orders: those that may count at some moment of the walk, as what is kept of them now.
        until: the moment that it leads to.
    """
    first = min((each.paid_at for each in orders), default=until)
    standing = before or Standing("", min(first, until), None, datetime.min.replace(tzinfo=UTC), None)
    changes: list[TierChange] = []
    while True:
        at = _next_moment(ladder, standing, orders)
        if at is None or at >= until:
            break
        standing = _step(ladder, standing, orders, at, changes)
    standing = _step(ladder, standing, orders, max(until, standing.seen_at), changes)
    return replace(standing, look_at=_next_moment(ladder, standing, orders)), tuple(changes)


def _next_moment(ladder: Ladder, standing: Standing, orders: Sequence[KeptOrder]) -> datetime | None:
    """The next moment after what was reckoned at which an order comes or goes, or a grace ends."""
    moments = [moment for each in orders for moment in (each.paid_at, leaves_at(ladder, each))]
    moments += [] if standing.grace_until is None else [standing.grace_until]
    return min((moment for moment in moments if moment > standing.seen_at), default=None)


def _step(
    ladder: Ladder, standing: Standing, orders: Sequence[KeptOrder], at: datetime, changes: list[TierChange]
) -> Standing:
    """Where the customer stands at the moment, by what they have then; a change is noted."""
    has, place = has_at(ladder, orders, at), _place(ladder, standing.tier)
    deserved, grace_until = reached(ladder, has), standing.grace_until
    to = place
    if deserved > place:
        to, grace_until = deserved, None
    elif deserved == place:
        grace_until = None
    else:
        grace_until = grace_until or at + ladder.grace
        if at >= grace_until:
            to = place - 1
            grace_until = at + ladder.grace if deserved < to else None
    if to == place:
        return replace(standing, grace_until=grace_until, seen_at=at)
    tier = ladder.tiers[to - 1].id if to else ""
    changes.append(TierChange(standing.tier, tier, at, has))
    return Standing(tier, at, grace_until, at, None)


def _place(ladder: Ladder, tier_id: str) -> int:
    """The tier's place from 1; 0 for none, and for one that the ladder has no more."""
    return next((place for place, tier in enumerate(ladder.tiers, start=1) if tier.id == tier_id), 0)


def next_tier(ladder: Ladder, tier_id: str) -> Tier | None:
    """The tier above that one; None on the highest."""
    place = _place(ladder, tier_id)
    return ladder.tiers[place] if place < len(ladder.tiers) else None
