"""Chunks of events, one after the other: room is made for each, and it is walked."""

from __future__ import annotations

import numpy as np

from jiacan.offers.core.arrays.layout import Layout
from jiacan.offers.core.arrays.values import CLAW_BACKS, HOLDINGS, IN_HEAP, LAPSES, NONE, Events, Found, Pairs, State
from jiacan.offers.core.arrays.walk import walk

_BY_HOLDING = (
    *("held_pair", "held_offer", "held_item", "held_quantity", "held_amount", "held_account"),
    *("held_instead", "held_keeps", "held_lapsed", "heap_at", "heap_row"),
)


def settle_chunk(
    layout: Layout, events: Events, pairs: Pairs, state: State, *, until_us: int
) -> tuple[State, Found]:
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
    slots = max(pairs.item.shape[1], pairs.else_item.shape[1])
    more = int(np.count_nonzero(layout.plan.expiry != NONE) > 0 or np.any(events.order != NONE))
    room = more * len(pairs.offer) * slots
    state = _with_room(state, room)
    state.sizes[CLAW_BACKS] = state.sizes[LAPSES] = 0
    refunded = events.order[events.is_refund]
    backs = int(state.order_count[refunded[refunded != NONE]].sum()) + int(
        np.count_nonzero(events.is_refund) * len(layout.rules.offers) * slots
    )
    found = _nothing_found(len(pairs.offer), backs=backs, lapses=int(state.sizes[IN_HEAP]) + room)
    walk(layout.plan, events, pairs, state, found, until_us)
    return state, found


def _with_room(state: State, more: int) -> State:
    """The state with room for so many more holdings."""
    needed = int(state.sizes[HOLDINGS]) + more
    if len(state.held_pair) >= needed:
        return state
    grown = {}
    for name in _BY_HOLDING:
        before = getattr(state, name)
        grown[name] = np.empty(max(needed, len(before) * 3 // 2), before.dtype)
        grown[name][: len(before)] = before
    return state._replace(**grown)


def _nothing_found(pairs: int, *, backs: int, lapses: int) -> Found:
    return Found(
        outcome=np.full(pairs, NONE, np.int8),
        reason=np.full(pairs, NONE, np.int8),
        short_of=np.full(pairs, NONE, np.int32),
        asked=np.zeros(pairs, np.int64),
        left=np.zeros(pairs, np.int64),
        emptied_at=np.full(pairs, NONE, np.int64),
        back_event=np.empty(backs, np.int64),
        back_row=np.empty(backs, np.int64),
        back_quantity=np.empty(backs, np.int64),
        back_amount=np.empty(backs, np.int64),
        lapse_row=np.empty(lapses, np.int64),
        lapse_at=np.empty(lapses, np.int64),
    )
