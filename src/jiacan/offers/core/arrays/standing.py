"""Where customers stand on a ladder before each of their orders: `core.tiers.tier_before` for whole histories.

Each customer's time is walked once. What happens to it are entries at moments: an order leaves the period, is paid,
or something of it comes back, at one moment in that turn. An order's tier is asked just before it counts, and nothing
is kept of that look; a step is kept once everything of its moment is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

import numpy as np

from jiacan.kernel.periods import start_of
from jiacan.offers.contracts.tiers import Ladder, Measure
from jiacan.offers.core.arrays.clock import from_us, to_us
from jiacan.offers.core.arrays.compiled import compiled
from jiacan.offers.core.arrays.values import Whole
from jiacan.orders.contracts import KeptOrder

_LEAVES, _PAID, _RETURNED = 0, 1, 2
_NO_GRACE = np.iinfo(np.int64).max
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class PaidOrders:
    """Paid orders of customers, by `(customer, paid_us, order_id)`, and what came back of them.

    Shapes:
        customer, paid_us, spend_minor: (orders,); a customer is any number of their own.
        back_of, back_us, kept_minor: (returns,); the order's place, when, and what was kept after it. Those of one
            order stand in the order of time, none of them before its payment.
    """

    customer: Whole
    paid_us: Whole
    spend_minor: Whole
    back_of: Whole
    back_us: Whole
    kept_minor: Whole


def tiers_before(ladder: Ladder, kept: Mapping[str, Sequence[KeptOrder]]) -> dict[str, str]:
    """The tier before each order, by its id, of orders by their customers, each in the order of time."""
    flat = [(number, each) for number, of in enumerate(kept.values()) for each in of]
    back = [(place, after) for place, (_, each) in enumerate(flat) for after in _kept_after(each)]
    paid = PaidOrders(
        customer=_array(number for number, _ in flat),
        paid_us=_array(to_us(each.paid_at) for _, each in flat),
        spend_minor=_array(_spent(each) for _, each in flat),
        back_of=_array(place for place, _ in back),
        back_us=_array(to_us(at) for _, (at, _) in back),
        kept_minor=_array(minor for _, (_, minor) in back),
    )
    names = ["", *(tier.id for tier in ladder.tiers)]
    return {each.order_id: names[place] for (_, each), place in zip(flat, places_before(ladder, paid), strict=True)}


def _spent(order: KeptOrder) -> int:
    return order.returned[0].kept_before if order.returned else order.kept_minor


def _kept_after(order: KeptOrder) -> Iterator[tuple[datetime, int]]:
    """When something of the order came back, and what was kept after that."""
    for each, later in pairwise(order.returned):
        yield each.at, later.kept_before
    if order.returned:
        yield order.returned[-1].at, order.kept_minor


def _array(of: Iterable[int]) -> Whole:
    return np.fromiter(of, np.int64)


def places_before(ladder: Ladder, paid: PaidOrders) -> Whole:
    """(orders,): the place from 1 of the tier on which each order's customer stood before it; 0 below the first."""
    orders = len(paid.paid_us)
    places = np.zeros(orders, np.int64)
    if not orders:
        return places
    leaves_us = _leaves_us(ladder, paid.paid_us)
    spends, kept = _weights(ladder, paid.spend_minor), _weights(ladder, paid.kept_minor)
    within = paid.back_us < leaves_us[paid.back_of]
    back_of, back_us, kept = paid.back_of[within], paid.back_us[within], kept[within]
    first = np.r_[True, back_of[1:] != back_of[:-1]][: len(back_of)]
    before = np.where(first, spends[back_of], np.r_[0, kept[:-1]][: len(kept)])
    left = spends.copy()
    left[back_of] = kept  # of several, the last stays
    order = np.arange(orders)
    of = np.concatenate([order, order, back_of])
    at_us = np.concatenate([leaves_us, paid.paid_us, back_us])
    sort = np.repeat(np.array([_LEAVES, _PAID, _RETURNED]), [orders, orders, len(back_of)])
    by = np.concatenate([-left, spends, kept - before])
    turn = np.lexsort((of, sort, at_us, paid.customer[of]))
    needs = np.array([tier.needs for tier in ladder.tiers], np.int64)
    _walk(
        paid.customer[of[turn]],
        at_us[turn],
        sort[turn],
        of[turn],
        by[turn],
        needs,
        ladder.grace // _MICROSECOND,
        places,
    )
    return places


def be_ready() -> None:
    """Compile the walk for this machine, if that was not done before."""
    nothing = np.zeros(0, np.int64)
    _walk(nothing, nothing, nothing, nothing, nothing, nothing, 0, nothing)


def _weights(ladder: Ladder, minor: Whole) -> Whole:
    weights: Whole = minor if ladder.measure is Measure.SPEND else (minor > 0).astype(np.int64)
    return weights


def _leaves_us(ladder: Ladder, paid_us: Whole) -> Whole:
    """From when each order counts no more."""
    if ladder.within is not None:
        leaves: Whole = paid_us + ladder.within // _MICROSECOND
        return leaves
    first, last = (from_us(int(us)).astimezone(ladder.zone).year for us in (paid_us.min(), paid_us.max()))
    ends = np.array([to_us(start_of(date(year + 1, 1, 1), ladder.zone)) for year in range(first, last + 1)], np.int64)
    found: Whole = ends[np.searchsorted(ends, paid_us, side="right")]
    return found


@compiled
def _walk(
    customer: Whole, at: Whole, sort: Whole, of: Whole, by: Whole, needs: Whole, grace: int, places: Whole
) -> None:
    """Fill the places, entry by entry."""
    entries = len(at)
    start = 0
    while start < entries:
        has, place, until = 0, 0, _NO_GRACE
        i = start
        while i < entries and customer[i] == customer[start]:
            now = at[i]
            while until < now:
                place, until = _stand(has, place, until, until, needs, grace)
            j = i
            while j < entries and customer[j] == customer[start] and at[j] == now:
                if sort[j] == _PAID:
                    places[of[j]], _ = _stand(has, place, until, now, needs, grace)
                has += by[j]
                j += 1
            place, until = _stand(has, place, until, now, needs, grace)
            i = j
        start = i


@compiled
def _stand(has: int, place: int, until: int, at: int, needs: Whole, grace: int) -> tuple[int, int]:
    """The place and the end of the grace of somebody who has so much at the moment."""
    deserved = 0
    while deserved < len(needs) and needs[deserved] <= has:
        deserved += 1
    if deserved >= place:
        return deserved, _NO_GRACE
    while deserved < place:
        if until == _NO_GRACE:
            until = at + grace
        if at < until:
            return place, until
        place, until = place - 1, _NO_GRACE
    return place, _NO_GRACE
