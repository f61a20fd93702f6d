"""A walk that begins where the books stand: what was counted, taken and held before its first event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from jiacan.offers.contracts.awards import Outcome
from jiacan.offers.core.arrays.clock import to_us
from jiacan.offers.core.arrays.layout import Layout
from jiacan.offers.core.arrays.values import EXPIRY, HOLDING, HOLDINGS, IN_HEAP, NONE, Events, Pairs, State, Whole
from jiacan.offers.core.book import Held, Holding
from jiacan.offers.core.slots import ItemSort

_EPOCH_DAY = date(1970, 1, 1)


def day_of(number: int) -> date:
    """The day that many days after 1970 began."""
    return _EPOCH_DAY + timedelta(days=number)


@dataclass(frozen=True, slots=True)
class Asked:
    """A count of awards that the walk needs: of an offer, on a day, for a customer, where it is by day or customer.

    Shapes:
        offer, customer, day: (counts,); the day is counted from the first one, customers are those of the events.
    """

    offer: Whole
    customer: Whole
    day: Whole


def customers_asked(layout: Layout, events: Events, pairs: Pairs, row: str) -> Asked:
    """The counts of customers that the events could take from; by day where `row` is `customer_day_row`."""
    event = np.repeat(np.arange(len(events.events)), events.events["end_pair"] - events.events["first_pair"])
    offer = pairs.pairs["offer"]
    told = ~events.events["is_refund"][event] & ~events.events["held_out"][event]
    told &= layout.plan.offers[row][offer] != NONE
    found = np.stack(
        [
            offer[told].astype(np.int64),
            events.events["customer"][event[told]].astype(np.int64),
            events.events["day"][event[told]]
            if row == "customer_day_row"
            else np.zeros(np.count_nonzero(told), np.int64),
        ]
    )
    return Asked(*np.unique(found, axis=1))


def recall_customer_days(layout: Layout, state: State, asked: Asked, taken: Whole) -> bool:
    """Put the counts of customers' days into the state; False where it has no room for all of them.

    There is room for one day of either evenness at a time: what was counted of a later day would be lost.
    """
    rows = layout.plan.offers["customer_day_row"][asked.offer]
    even = asked.day & 1
    first = np.full(state.per_customer_day.shape, np.iinfo(np.int32).max, np.int32)
    np.minimum.at(first, (rows, asked.customer, even), asked.day.astype(np.int32))
    counted = taken > 0
    if np.any(first[rows, asked.customer, even][counted] != asked.day[counted]):
        return False
    place = (rows[counted], asked.customer[counted], even[counted])
    state.per_customer_day["day"][place] = asked.day[counted]
    state.per_customer_day["count"][place] = taken[counted]
    return True


@dataclass(frozen=True, slots=True)
class Recalled:
    """Holdings in the rows of a state before its first event, as they are stored."""

    held: tuple[Held, ...]
    holdings: tuple[tuple[Held, Holding], ...]


def recall_held(
    layout: Layout, state: State, held: Sequence[Held], orders: Mapping[str, int], *, until_us: int
) -> tuple[State, Recalled]:
    """Put what customers hold into the state.

    Args:
        layout: the plan, in the version that gave it all.
        state: with nothing held yet.
        held: each order's together, in plan order.
        orders: the numbers of those orders that the events name.
        until_us: what lapses later need not be watched.
    """
    codes = {(item.kind, item.id): code for code, item in enumerate(layout.items)}
    place = {offer.id: number for number, offer in enumerate(layout.rules.offers)}
    by_order = sorted(held, key=lambda one: one.order_id)
    rows = [(one, holding) for one in by_order for holding in one.holdings]
    holdings = np.zeros(len(rows), HOLDING)
    for row, (one, holding) in enumerate(rows):
        offer, item = place[one.offer_id], codes[holding.item.kind, holding.item.id]
        account = int(layout.plan.budget[offer, item]) if layout.plan.items["is_held"][item] else NONE
        holdings[row] = (
            *(-1 - row, holding.item.quantity, holding.item.amount_minor, account, offer, one.rung, item),
            *(one.outcome is Outcome.OTHERWISE, layout.plan.keeps[offer, item], holding.lapsed),
        )
    for row, (one, _) in enumerate(rows):
        if one.order_id in orders:
            span = state.orders[orders[one.order_id]]
            span["first"] = span["first"] if span["count"] else row
            span["count"] += 1
    heap = _lapsing(rows, until_us)
    room = np.zeros(len(rows), EXPIRY)
    room[: len(heap)] = heap
    state.sizes[HOLDINGS], state.sizes[IN_HEAP] = len(rows), len(heap)
    return state._replace(holdings=holdings, heap=room), Recalled(tuple(held), tuple(rows))


def _lapsing(rows: Iterable[tuple[Held, Holding]], until_us: int) -> Whole:
    """What lapses by then, the first one first: a heap."""
    found = [
        (to_us(holding.expires_at), row)
        for row, (_, holding) in enumerate(rows)
        if holding.expires_at is not None and not holding.lapsed and holding.item.quantity > 0
    ]
    return np.array(sorted(each for each in found if each[0] <= until_us), EXPIRY)


def fits(layout: Layout, held: Iterable[Held]) -> bool:
    """Whether this version of the plan gave it all, knows every sort of item in it still, and nothing was used."""
    sorts = set(layout.items)
    return all(
        one.plan_version == layout.rules.version
        and all(
            not (each.used or each.points_lost or each.spent_minor or each.freed_minor)
            and ItemSort(each.item.kind, each.item.id, each.item.valid_days) in sorts
            for each in one.holdings
        )
        for one in held
    )
