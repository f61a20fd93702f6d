"""What a walk answered, as tables: one row for each pair that something is told of, and one for each of its items."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from jiacan.offers.contracts.awards import Refusal
from jiacan.offers.core.arrays.adding import OUTCOMES
from jiacan.offers.core.arrays.layout import Layout
from jiacan.offers.core.arrays.refusals import to_refusal
from jiacan.offers.core.arrays.values import GRANTED, HOLDINGS, NONE, OTHERWISE, SHORT, Found, Pairs, State, Whole
from jiacan.offers.readers.recorded import RecordedChunk

ToJson = Callable[[Refusal], dict[str, object]]

_FACTS = np.dtype(
    [
        ("offer", "i8"),
        ("day", "i8"),
        ("reason", "i8"),
        ("short_of", "i8"),
        ("asked", "i8"),
        ("left", "i8"),
        ("emptied_at", "i8"),
    ]
)


@dataclass(frozen=True, slots=True)
class Told:
    """The answers of a chunk.

    Shapes:
        awards: `pair, event, offer, rung, outcome, is_given, spend_minor, at_us, day, order_id, customer_id, refusal,
            reason`, in order; `refusal` is a JSON text, `reason` its code or empty.
        items: `pair, slot, item, quantity, amount, row, quantity_left, amount_left, lapsed, expires_us`; `row` is
            that of the holding, NONE where nothing was given.
    """

    awards: pa.Table
    items: pa.Table


def to_told(layout: Layout, chunk: RecordedChunk, state: State, found: Found, to_json: ToJson) -> Told:
    """What came of the chunk that was just settled."""
    outcome = found.answers["outcome"]
    event = np.repeat(np.arange(len(chunk.events.events)), _pairs_of_events(chunk))
    told = np.nonzero(outcome != NONE)[0]
    return Told(
        _awards(layout, chunk, found, told, event[told], to_json),
        _items(layout, chunk, state, outcome, event),
    )


def chosen_slots(pairs: Pairs, outcome: Whole) -> tuple[Whole, Whole, Whole]:
    """Item, quantity and amount of every slot of every pair: what it would be given, or what stood in for it."""
    width = max(pairs.gets.shape[1], pairs.instead.shape[1])
    instead = (outcome == OTHERWISE)[:, None]

    def chosen(name: str, empty: int) -> Whole:
        found = np.full((2, len(outcome), width), empty, np.int64)
        found[0, :, : pairs.gets.shape[1]] = pairs.gets[name]
        found[1, :, : pairs.instead.shape[1]] = pairs.instead[name]
        return np.where(instead, found[1], found[0])

    return chosen("item", NONE), chosen("quantity", 0), chosen("amount", 0)


def _pairs_of_events(chunk: RecordedChunk) -> Whole:
    events = chunk.events.events
    return events["end_pair"] - events["first_pair"]


def _first_rows(state: State, pairs: int) -> Whole:
    """The rows of one pair's holdings follow each other, in the order of its slots."""
    given = state.holdings["pair"][: state.sizes[HOLDINGS]]
    rows = np.nonzero(given >= 0)[0][::-1]
    first = np.full(pairs, NONE, np.int64)
    first[given[rows]] = rows
    return first


def _awards(
    layout: Layout, chunk: RecordedChunk, found: Found, told: Whole, event: Whole, to_json: ToJson
) -> pa.Table:
    events, pairs, answers = chunk.events.events[event], chunk.pairs.pairs[told], found.answers[told]
    outcomes = pa.array([str(each) for each in OUTCOMES], pa.string())
    codes = pa.array(["", *layout.reasons], pa.string())
    day = events["day"].astype(np.int64) + chunk.first_day
    return pa.table(
        {
            "pair": told,
            "event": event,
            "offer": pairs["offer"].astype(np.int64),
            "rung": pairs["rung"],
            "outcome": outcomes.take(pa.array(answers["outcome"])),
            "is_given": (answers["outcome"] == GRANTED) | (answers["outcome"] == OTHERWISE),
            "spend_minor": chunk.spend_minor[told],
            "at_us": events["at"],
            "day": pa.array(day.astype(np.int32), pa.date32()),
            "order_id": chunk.names["order_id"].take(pa.array(event)),
            "customer_id": chunk.names["customer_id"].take(pa.array(event)),
            "refusal": _refusals(layout, pairs["offer"], day, answers, to_json),
            "reason": codes.take(pa.array(layout.reason_of(chunk.pairs, found)[told] + 1)),
        }
    )


def _refusals(layout: Layout, offer: Whole, day: Whole, answers: Whole, to_json: ToJson) -> pa.Array:
    """The refusals as JSON, each different one written once."""
    refused = answers["reason"] != NONE
    facts = np.zeros(np.count_nonzero(refused), _FACTS)
    facts["offer"], facts["day"] = offer[refused], day[refused]
    for name in ("reason", "short_of", "asked", "left", "emptied_at"):
        facts[name] = answers[name][refused]
    facts["day"][facts["reason"] >= SHORT] = 0
    different, places = np.unique(facts, return_inverse=True)
    texts = []
    for fact in different:
        values = {name: int(fact[name]) for name in _FACTS.names or ()}
        texts.append(json.dumps(to_json(to_refusal(layout, **values)), ensure_ascii=False))
    place = np.zeros(len(refused), np.int64)
    place[refused] = places.ravel()
    return pa.array(texts or [""], pa.string()).take(pa.array(place, mask=~refused))


def _items(layout: Layout, chunk: RecordedChunk, state: State, outcome: Whole, event: Whole) -> pa.Table:
    first_row = _first_rows(state, len(outcome))
    item, quantity, amount = chosen_slots(chunk.pairs, outcome)
    pair, slot = np.nonzero((outcome != NONE)[:, None] & (item != NONE))
    code = item[pair, slot]
    row = np.where(first_row[pair] == NONE, NONE, first_row[pair] + slot)
    given = row != NONE
    held = state.holdings[row[given]]
    still = {name: np.zeros(len(pair), state.holdings.dtype[name]) for name in ("quantity", "amount", "lapsed")}
    for name, values in still.items():
        values[given] = held[name]
    expiry = layout.plan.items["expiry"][code]
    lapses = given & (expiry != NONE)
    expires_us = np.zeros(len(pair), np.int64)
    expires_us[lapses] = chunk.events.expires_at[expiry[lapses], event[pair[lapses]]]
    return pa.table(
        {
            "pair": pair,
            "slot": slot,
            "item": code,
            "quantity": quantity[pair, slot],
            "amount": amount[pair, slot],
            "row": row,
            "quantity_left": still["quantity"],
            "amount_left": still["amount"],
            "lapsed": still["lapsed"],
            "expires_us": pa.array(expires_us, mask=~lapses),
        }
    )
