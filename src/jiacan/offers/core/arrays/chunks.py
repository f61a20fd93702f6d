"""Chunks of events, one after the other: room is made for each, and it is walked."""

from __future__ import annotations

import numpy as np

from jiacan.offers.core.arrays import standing
from jiacan.offers.core.arrays.adding import count, nothing_counted
from jiacan.offers.core.arrays.joining import by_event, gather
from jiacan.offers.core.arrays.layout import Layout
from jiacan.offers.core.arrays.ties import Texts, in_order
from jiacan.offers.core.arrays.values import (
    ACCOUNT,
    ANSWER,
    BY_DAY,
    CLAW_BACK,
    CLAW_BACKS,
    EVENT,
    EXPIRY,
    GROUP,
    HOLDING,
    HOLDINGS,
    IN_HEAP,
    ITEM,
    LAPSES,
    NONE,
    OFFER,
    ORDER,
    PAIR,
    SLOT,
    Events,
    Found,
    Pairs,
    Plan,
    State,
    Whole,
    empty_records,
)
from jiacan.offers.core.arrays.walk import walk


def settle_chunk(layout: Layout, events: Events, pairs: Pairs, state: State, *, until_us: int) -> tuple[State, Found]:
    """Settle the events, which must come in their order and after those before; `state` is worked on.

    Args:
        layout: the plan.
        events: with the pairs that begin where they say.
        pairs: what they meet.
        state: as the chunk before left it.
        until_us: what lapses by then is let go at the end.

    Returns:
        The state to go on with, and what came of the chunk.
    """
    slots = max(pairs.gets.shape[1], pairs.instead.shape[1])
    found_again = np.any(events.events["order"] != NONE)
    more = len(pairs.pairs) * slots if layout.lapses or found_again else 0
    state = _with_room(state, more)
    state.sizes[CLAW_BACKS] = state.sizes[LAPSES] = 0
    refunded = events.events["order"][events.events["is_refund"]]
    backs = int(state.orders["count"][refunded[refunded != NONE]].sum())
    backs += len(refunded) * len(layout.rules.offers) * slots  # of orders in this very chunk
    answers = empty_records(len(pairs.pairs), ANSWER, "outcome", "reason", "short_of", "emptied_at")
    lapses = int(state.sizes[IN_HEAP]) + more
    found = Found(answers, np.empty(backs, CLAW_BACK), np.empty(lapses, EXPIRY))
    walk(layout.plan, events, pairs, state, found, until_us)
    return state, found._replace(
        claw_backs=found.claw_backs[: state.sizes[CLAW_BACKS]], lapses=found.lapses[: state.sizes[LAPSES]]
    )


def be_ready() -> None:
    """Compile the walk and its sums for this machine, if that was not done before; `make setup` asks for it."""
    nothing = np.zeros((0, 0), np.int64)
    counts = np.zeros(0, np.int64)
    plan = Plan(empty_records(0, OFFER), empty_records(0, ITEM), nothing, nothing.astype(np.bool_))
    pairs = Pairs(empty_records(0, PAIR), empty_records((0, 1), SLOT), empty_records((0, 1), SLOT))
    state = State(
        accounts=empty_records(0, ACCOUNT),
        total=counts,
        per_day=nothing,
        per_customer=nothing.astype(np.int32),
        per_customer_day=empty_records((0, 0, 2), BY_DAY),
        groups=empty_records(0, GROUP),
        orders=empty_records(0, ORDER),
        holdings=empty_records(0, HOLDING),
        heap=empty_records(0, EXPIRY),
        sizes=np.zeros(6, np.int64),
        turn=counts,
    )
    found = Found(empty_records(0, ANSWER), empty_records(0, CLAW_BACK), empty_records(0, EXPIRY))
    events = Events(empty_records(0, EVENT), nothing)
    walk(plan, events, pairs, state, found, 0)
    texts = Texts(np.frombuffer(bytes(8), np.int64), np.frombuffer(b"", np.uint8))
    in_order(counts, counts, texts, texts)
    _be_ready_to_join()
    standing.be_ready()
    counted = nothing_counted(offers=0, reasons=0, items=0, stock=0, accounts=0)
    count(plan.items, events, pairs, found.answers, counts, counted)


def _be_ready_to_join() -> None:
    """For columns as Arrow hands them out, which nobody may write to."""
    offers, numbers = np.frombuffer(b"", np.int16), np.frombuffer(b"", np.int64)
    rows, _ = by_event(np.zeros(0, np.int64), np.zeros(0, np.int64), offers)
    pairs, items = empty_records(0, PAIR), empty_records((0, 1), SLOT)
    gather(pairs["offer"], offers, rows)
    gather(items["item"][:, 0], offers, rows)
    gather(items["quantity"][:, 0], numbers, rows)


def _with_room(state: State, more: int) -> State:
    """The state with room for so many more holdings."""
    needed = int(state.sizes[HOLDINGS]) + more
    if len(state.holdings) >= needed:
        return state
    room = max(needed, len(state.holdings) * 3 // 2)
    return state._replace(holdings=_longer(state.holdings, room), heap=_longer(state.heap, room))


def _longer(array: Whole, room: int) -> Whole:
    grown = np.empty(room, array.dtype)
    grown[: len(array)] = array
    return grown
