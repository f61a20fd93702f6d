"""What came of a chunk of events, as the rows of an awards file: one row per benefit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass

import numpy as np
import pyarrow as pa

from jiacan.offers.contracts.awards import AwardRow, Outcome
from jiacan.offers.core.arrays.adding import OUTCOMES
from jiacan.offers.core.arrays.layout import Layout
from jiacan.offers.core.arrays.values import NONE, OTHERWISE, SLOT, Events, Found, Pairs, State, Whole, empty_records

SCHEMA = pa.schema(
    [
        ("order_id", pa.string()),
        ("customer_id", pa.string()),
        ("offer_id", pa.string()),
        ("rung", pa.int64()),
        ("kind", pa.string()),
        ("item", pa.string()),
        ("quantity", pa.int64()),
        ("amount_minor", pa.int64()),
        ("outcome", pa.string()),
        ("reason", pa.string()),
    ]
)
"""The columns of an awards file: those of `AwardRow`."""


def to_table(rows: Iterable[AwardRow]) -> pa.Table:
    """Rows as a table."""
    columns = zip(*(astuple(row) for row in rows), strict=True)
    arrays = list(columns) or [()] * len(SCHEMA)
    return pa.Table.from_arrays([pa.array(a, f.type) for a, f in zip(arrays, SCHEMA, strict=True)], schema=SCHEMA)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows by number: the event, the offer, rung and item, how much, and the places of outcome and reason."""

    event: Whole
    offer: Whole
    rung: Whole
    item: Whole
    quantity: Whole
    amount: Whole
    outcome: Whole
    reason: Whole

    def pick(self, places: Whole) -> _Rows:
        """Some of the rows."""
        return _Rows(*(getattr(self, name)[places] for name in self.__slots__))

    @staticmethod
    def together(first: _Rows, second: _Rows) -> _Rows:
        """The one after the other."""
        return _Rows(*(np.concatenate([getattr(first, n), getattr(second, n)]) for n in _Rows.__slots__))


def award_table(
    layout: Layout, events: Events, pairs: Pairs, names: pa.Table, state: State, found: Found
) -> pa.Table:
    """The rows of a chunk that was just settled, in the order in which things happened.

    `names` has the `order_id`, `customer_id` and `id` of each event.
    """
    rows = _Rows.together(_awards(layout, events, pairs, found), _claw_backs(state.holdings, found.claw_backs))
    rows = rows.pick(np.argsort(rows.event, kind="stable"))
    offers = pa.array([offer.id for offer in layout.rules.offers], pa.string())
    kinds = pa.array([str(item.kind) for item in layout.items], pa.string())
    items = pa.array([item.id for item in layout.items], pa.string())
    outcomes = pa.array([*map(str, OUTCOMES), str(Outcome.CLAWED_BACK)], pa.string())
    columns = [
        names["order_id"].take(pa.array(rows.event)),
        names["customer_id"].take(pa.array(rows.event)),
        offers.take(pa.array(rows.offer)),
        pa.array(rows.rung, pa.int64()),
        kinds.take(pa.array(rows.item)),
        items.take(pa.array(rows.item)),
        pa.array(rows.quantity, pa.int64()),
        pa.array(rows.amount, pa.int64()),
        outcomes.take(pa.array(rows.outcome)),
        _reasons(layout, rows, names),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def _awards(layout: Layout, events: Events, pairs: Pairs, found: Found) -> _Rows:
    of_events, outcome = events.events, found.answers["outcome"]
    event = np.repeat(np.arange(len(of_events)), of_events["end_pair"] - of_events["first_pair"])
    reason = layout.reason_of(pairs, found) + 1
    items = _given(outcome == OTHERWISE, pairs)
    pair, slot = np.nonzero((outcome != NONE)[:, None] & (items["item"] != NONE))
    given = items[pair, slot]
    return _Rows(
        event[pair],
        pairs.pairs["offer"][pair],
        pairs.pairs["rung"][pair],
        given["item"],
        given["quantity"],
        given["amount"],
        outcome[pair],
        reason[pair],
    )


def _given(instead: Whole, pairs: Pairs) -> Whole:
    """What was given, or what stood in for it, in one array as wide as the wider."""
    wide = max(pairs.gets.shape[1], pairs.instead.shape[1])
    given = empty_records((len(pairs.gets), wide), SLOT, "item")
    given[~instead, : pairs.gets.shape[1]] = pairs.gets[~instead]
    given[instead, : pairs.instead.shape[1]] = pairs.instead[instead]
    return given


def _claw_backs(holdings: Whole, claw_backs: Whole) -> _Rows:
    offers = holdings["offer"][claw_backs["row"]]
    back = claw_backs[np.lexsort((claw_backs["row"], offers, claw_backs["event"]))]
    held = holdings[back["row"]]
    return _Rows(
        back["event"],
        held["offer"],
        held["rung"],
        held["item"],
        back["quantity"],
        back["amount"],
        np.full(len(back), len(OUTCOMES), np.int64),
        np.full(len(back), NONE, np.int64),
    )


def _reasons(layout: Layout, rows: _Rows, names: pa.Table) -> pa.Array:
    """The code of a refusal, the refund of a claw-back, or nothing."""
    back = rows.outcome == len(OUTCOMES)
    codes = pa.array(["", *layout.reasons], pa.string()).take(pa.array(np.where(back, 0, rows.reason)))
    if not back.any():
        return codes
    refunds = [f"refund:{refund_id}" for refund_id in names["id"].take(pa.array(rows.event[back])).to_pylist()]
    return pa.array(_filled(codes.to_pylist(), np.nonzero(back)[0].tolist(), refunds), pa.string())


def _filled(codes: list[str], places: list[int], refunds: list[str]) -> list[str]:
    for place, refund in zip(places, refunds, strict=True):
        codes[place] = refund
    return codes
