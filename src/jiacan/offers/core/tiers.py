"""Up at once with the order that reaches it, down one step after a grace: a pure walk through a customer's time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import accumulate

from jiacan.kernel.periods import start_of
from jiacan.offers.contracts.tiers import Ladder, Measure, Standing, Tier, TierChange
from jiacan.orders.contracts import KeptOrder


class Counted:
    """How much of a ladder's measure some orders have at each moment, as they come, come back and leave."""

    __slots__ = ("_has", "_moments")

    def __init__(self, ladder: Ladder, orders: Iterable[KeptOrder]) -> None:
        changes = sorted(change for each in orders for change in _changes(ladder, each))
        self._moments = [at for at, _ in changes]
        self._has = [0, *accumulate(by for _, by in changes)]

    def at(self, moment: datetime) -> int:
        """What counts at the moment."""
        return self._has[bisect_right(self._moments, moment)]

    def next(self, after: datetime) -> datetime | None:
        """The next moment at which something changes."""
        place = bisect_right(self._moments, after)
        return self._moments[place] if place < len(self._moments) else None


def _changes(ladder: Ladder, order: KeptOrder) -> Iterator[tuple[datetime, int]]:
    """By how much an order changes what counts, and when."""
    leaves = leaves_at(ladder, order.paid_at)
    moments = (order.paid_at, *(each.at for each in order.returned if each.at < leaves))
    counts = 0
    for moment in moments:
        kept_minor = order.kept_at(moment)
        now = kept_minor if ladder.measure is Measure.SPEND else int(kept_minor > 0)
        yield moment, now - counts
        counts = now
    yield leaves, -counts


def has_at(ladder: Ladder, orders: Sequence[KeptOrder], at: datetime) -> int:
    """How much of the measure the customer's kept orders have in the period that ends with the moment."""
    return Counted(ladder, orders).at(at)


def leaves_at(ladder: Ladder, paid_at: datetime) -> datetime:
    """From when an order that was paid then counts no more."""
    if ladder.within is not None:
        return paid_at + ladder.within
    return start_of(date(paid_at.astimezone(ladder.zone).year + 1, 1, 1), ladder.zone)


def matters_since(ladder: Ladder, at: datetime) -> datetime:
    """What was paid before has no bearing on who stands where at the moment.

    From anywhere on the ladder a customer is, after as many graces as there are tiers, where their orders put them.
    """
    begins = at - len(ladder.tiers) * ladder.grace
    return counting_since(ladder, begins)


def counting_since(ladder: Ladder, at: datetime) -> datetime:
    """What was paid before counts no more at that moment."""
    if ladder.within is not None:
        return at - ladder.within
    return start_of(date(at.astimezone(ladder.zone).year, 1, 1), ladder.zone)


def reached(ladder: Ladder, has: int) -> int:
    """The place from 1 of the highest tier that so much reaches; 0 below the first."""
    return sum(tier.needs <= has for tier in ladder.tiers)


def tier_before(ladder: Ladder, orders: Iterable[KeptOrder], paid_at: datetime, order_id: str) -> str:
    """The tier on which a customer stands when they pay an order, before it counts; empty below the first.

    Args:
        ladder: the tiers in force.
        orders: the customer's paid orders since `matters_since`, this one and later ones may be among them.
        paid_at: when they pay.
        order_id: of two orders paid at one moment, that with the smaller id comes first.
    """
    before = [_before(each, paid_at) for each in orders if (each.paid_at, each.order_id) < (paid_at, order_id)]
    standing, _ = follow(ladder, None, before, paid_at)
    return standing.tier


def _before(order: KeptOrder, at: datetime) -> KeptOrder:
    """The order without what came back at the moment or later: of one moment, orders come before returns."""
    known = bisect_left(order.returned, at, key=lambda each: each.at)
    if known == len(order.returned):
        return order
    return replace(order, kept_minor=order.returned[known].kept_before, returned=order.returned[:known])


def follow(
    ladder: Ladder, before: Standing | None, orders: Sequence[KeptOrder], until: datetime
) -> tuple[Standing, tuple[TierChange, ...]]:
    """Walk from what was reckoned to `until`, stopping wherever something can change.

    So it makes no difference how often, or how late, somebody looks.

    Args:
        ladder: the tiers in force.
        before: where the customer stood; None where nobody looked yet.
        orders: those that may count at some moment of the walk.
        until: the moment that it leads to.
    """
    first = min((each.paid_at for each in orders), default=until)
    standing = before or Standing("", min(first, until), None, datetime.min.replace(tzinfo=UTC), None)
    counted, changes = Counted(ladder, orders), list[TierChange]()
    while True:
        at = _next_moment(standing, counted)
        if at is None or at >= until:
            break
        standing = _step(ladder, standing, counted, at, changes)
    standing = _step(ladder, standing, counted, max(until, standing.seen_at), changes)
    return replace(standing, look_at=_next_moment(standing, counted)), tuple(changes)


def _next_moment(standing: Standing, counted: Counted) -> datetime | None:
    """The next moment after what was reckoned at which what counts changes, or a grace ends."""
    at, grace_until = counted.next(standing.seen_at), standing.grace_until
    if grace_until is None or grace_until <= standing.seen_at:
        return at
    return grace_until if at is None else min(at, grace_until)


def _step(ladder: Ladder, standing: Standing, counted: Counted, at: datetime, changes: list[TierChange]) -> Standing:
    """Where the customer stands at the moment, by what they have then; each change is noted."""
    has = counted.at(at)
    deserved, place, grace_until = reached(ladder, has), ladder.place(standing.tier), standing.grace_until
    steps: list[int] = []
    if deserved > place:
        steps, grace_until = [deserved], None
    while deserved < place:
        grace_until = grace_until or at + ladder.grace
        if at < grace_until:
            break
        place, grace_until = place - 1, None
        steps.append(place)
    if deserved == place:
        grace_until = None
    tier, since = standing.tier, standing.since
    for step in steps:
        after = ladder.tiers[step - 1].id if step else ""
        changes.append(TierChange(tier, after, at, has))
        tier, since = after, at
    return Standing(tier, since, grace_until, at, None)


def next_tier(ladder: Ladder, tier_id: str) -> Tier | None:
    """The tier above that one; None on the highest."""
    place = ladder.place(tier_id)
    return ladder.tiers[place] if place < len(ladder.tiers) else None
