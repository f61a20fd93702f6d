"""Pairs put with their events, and of one event in plan order."""

from __future__ import annotations

import numpy as np

from jiacan.offers.core.arrays.compiled import compiled
from jiacan.offers.core.arrays.values import NONE, Whole

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
"""2^64 by the golden ratio: neighbours among keys land far from each other (Knuth, TAOCP 3, 6.4)."""


def by_event(event_keys: Whole, pair_keys: Whole, offers: Whole) -> tuple[Whole, Whole]:
    """Where each pair belongs.

    Args:
        event_keys: (events,), each once.
        pair_keys: (pairs,), the key of each pair's event.
        offers: (pairs,), its offer's place.

    Returns:
        The rows of pairs by event and offer, and where the rows of each event end.

    >>> rows, ends = by_event(np.array([7, 5]), np.array([5, 7, 5]), np.array([1, 0, 0], np.int16))
    >>> rows.tolist(), ends.tolist()
    ([1, 2, 0], [1, 3])
    """
    bits = max(4, int(2 * len(event_keys)).bit_length())
    table, event_of = np.full(1 << bits, NONE, np.int64), np.empty(len(pair_keys), np.int64)
    find_events(event_keys, pair_keys, table, 64 - bits, event_of)
    starts, ends = np.zeros(len(event_keys), np.int64), np.zeros(len(event_keys), np.int64)
    rows = np.empty(len(pair_keys), np.int64)
    put_in_order(event_of, offers, rows, starts, ends)
    return rows, ends


@compiled
def find_events(event_keys: Whole, pair_keys: Whole, table: Whole, shift: int, event_of: Whole) -> None:
    """Write down the place of each pair's event; `table` is an empty hash table of 2^(64 - shift) places."""
    for event in range(event_keys.shape[0]):
        table[find(event_keys, table, shift, event_keys[event])] = event
    for pair in range(pair_keys.shape[0]):
        event_of[pair] = table[find(event_keys, table, shift, pair_keys[pair])]


@compiled
def put_in_order(event_of: Whole, offers: Whole, rows: Whole, starts: Whole, ends: Whole) -> None:
    """Write down the rows of pairs by event and offer, and where those of each event start and end."""
    for pair in range(event_of.shape[0]):
        ends[event_of[pair]] += 1
    start = 0
    for event in range(ends.shape[0]):
        starts[event] = start
        start += ends[event]
        ends[event] = starts[event]
    for pair in range(event_of.shape[0]):
        event = event_of[pair]
        place = ends[event]
        ends[event] += 1
        while place > starts[event] and offers[rows[place - 1]] > offers[pair]:
            rows[place] = rows[place - 1]
            place -= 1
        rows[place] = pair


@compiled
def find(event_keys: Whole, table: Whole, shift: int, key: int) -> int:
    """The place in the table where the key's event stands, or would stand."""
    place = np.int64((np.uint64(key) * _SPREAD) >> np.uint64(shift))
    while table[place] != NONE and event_keys[table[place]] != key:
        place = (place + 1) & (table.shape[0] - 1)
    return int(place)


@compiled
def gather(to: Whole, values: Whole, rows: Whole) -> None:
    """Write the values of these rows one after the other."""
    for place in range(rows.shape[0]):
        to[place] = values[rows[place]]
