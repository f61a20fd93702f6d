"""One chunk of recorded events: what is left and held is recalled into arrays, walked, and stored as tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import numpy as np

from jiacan.ledger import facade as ledger
from jiacan.ledger.contracts import Entry
from jiacan.offers.contracts.awards import Item
from jiacan.offers.contracts.awards import Outcome as AwardOutcome
from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.contracts.settled import Level, Means, Settled
from jiacan.offers.core.arrays.chunks import settle_chunk
from jiacan.offers.core.arrays.clock import from_us
from jiacan.offers.core.arrays.layout import Layout
from jiacan.offers.core.arrays.recalled import Recalled
from jiacan.offers.core.arrays.undoing import Undone, undo
from jiacan.offers.core.arrays.values import NONE, Found, State, Whole
from jiacan.offers.core.book import Held, Holding
from jiacan.offers.core.given_tiers import terms_of
from jiacan.offers.core.given_tiers import told_of as tiers_of
from jiacan.offers.core.granting import award_key, hold_keys
from jiacan.offers.facade import backing, given_tiers, points
from jiacan.offers.facade.books import keep_claw_backs
from jiacan.offers.facade.recalling import Emptied, NotByTables, recall
from jiacan.offers.readers.entries import entry_tables
from jiacan.offers.readers.outcome import STEPS, Outcome
from jiacan.offers.readers.recorded import RecordedChunk
from jiacan.offers.readers.told import to_told
from jiacan.offers.store import awards, giving
from jiacan.offers.store import tables as store


@dataclass(frozen=True, slots=True)
class _Walked:
    """A chunk after the walk, with what was held before it."""

    layout: Layout
    chunk: RecordedChunk
    state: State
    found: Found
    recalled: Recalled
    first_pair: Whole

    def holding_of(self, row: int) -> tuple[Held, Holding]:
        """The holding in a row as it was recalled, or given in this chunk."""
        pair = int(self.state.holdings["pair"][row])
        return self.recalled.holdings[-1 - pair] if pair < 0 else self._given(row, pair)

    def _given(self, row: int, pair: int) -> tuple[Held, Holding]:
        layout, chunk, held = self.layout, self.chunk, self.state.holdings[row]
        first = row
        while first > 0 and self.state.holdings["pair"][first - 1] == pair:
            first -= 1
        event = int(np.searchsorted(self.first_pair, pair, side="right")) - 1
        slot = (chunk.pairs.instead if held["instead"] else chunk.pairs.gets)[pair, row - first]
        sort, offer = layout.items[int(held["item"])], layout.rules.offers[int(held["offer"])]
        item = Item(sort.kind, sort.id, int(slot["quantity"]), int(slot["amount"]), sort.valid_days)
        order_id = chunk.names["order_id"][event].as_py()
        key = award_key(layout.rules.plan_id, order_id, offer.id)
        expiry = int(layout.plan.items["expiry"][int(held["item"])])
        expires_at = None if expiry == NONE else from_us(int(chunk.events.expires_at[expiry, event]))
        keys = hold_keys(key, item) if sort.kind in offer.budget else ()
        holding = Holding(item, keys, expires_at)
        customer_id = chunk.names["customer_id"][event].as_py()
        outcome = AwardOutcome.OTHERWISE if held["instead"] else AwardOutcome.GRANTED
        version = layout.rules.version
        return Held(order_id, customer_id, offer.id, int(held["rung"]), version, outcome, [holding]), holding

    def refund_of(self, event: int) -> str:
        """The id of the refund that an event is."""
        refund_id: str = self.chunk.names["id"][event].as_py()
        return refund_id


class Chunks:
    """Settles the chunks of one plan, one after the other; each is a part of the caller's transaction."""

    def __init__(self, shop_id: int, layout: Layout, duck: duckdb.DuckDBPyConnection) -> None:
        self._shop_id = shop_id
        self._layout = layout
        self._plan_id = layout.rules.plan_id
        self._outcome = Outcome(duck, layout)
        self._emptied = Emptied(shop_id, self._plan_id)
        self._tier_terms = terms_of(layout.rules)
        self._gives_points = any(sort.kind is Kind.POINTS for sort in layout.items)

    def settle(self, chunk: RecordedChunk) -> Settled:
        """Settle events that were not settled when they were read; what the database refuses was settled meanwhile.

        Raises:
            NotByTables: arrays do not suffice for it.
            TablesRefused, IntegrityError: the books are not as they were recalled.
        """
        awards.lock_plan(self._shop_id, self._plan_id)
        if store.has_open_parts(self._shop_id, self._plan_id):
            raise NotByTables
        backing.follow(self._shop_id, self._plan_id)
        state, recalled = recall(self._shop_id, self._layout, chunk, self._emptied)
        before = state.accounts["left"].copy()
        until_us = chunk.keys["at_us"][-1].as_py()
        state, found = settle_chunk(self._layout, chunk.events, chunk.pairs, state, until_us=until_us)
        first_pair = np.ascontiguousarray(chunk.events.events["first_pair"])
        walked = _Walked(self._layout, chunk, state, found, recalled, first_pair)
        undone = undo(self._layout, chunk.events, state, found, walked.holding_of, walked.refund_of)
        self._store(walked, undone)
        levels = _levels(self._layout, before, state.accounts["left"])
        return Settled(events=chunk.keys.num_rows, claw_backs=undone.claw_backs, levels=levels)

    def _store(self, walked: _Walked, undone: Undone) -> None:
        shop_id, plan_id, outcome = self._shop_id, self._plan_id, self._outcome
        rows = len(walked.recalled.holdings)
        told = to_told(self._layout, walked.chunk, walked.state, walked.found, awards.refusal_to_json)
        outcome.tell(told, {row: _array(one) for row, one in undone.holdings.items() if row >= rows})
        tables = entry_tables(_placed(undone, len(self._layout.rules.offers)))
        tables = tables.beside(outcome.moves(), outcome.holds())
        store.add_settled(shop_id, plan_id, keys=walked.chunk.keys, awards=outcome.awards(), items=outcome.items())
        changed = {id(held): held for row in undone.holdings if row < rows for held, _ in [walked.holding_of(row)]}
        giving.update_held(shop_id, plan_id, changed.values())
        keep_claw_backs(shop_id, self._layout.rules, undone.claw_backs)
        ledger.apply_tables(
            shop_id, moves=tables.moves, holds=tables.holds, releases=tables.releases, floors=outcome.floors()
        )
        given = outcome.points() if self._gives_points else ()
        points.pass_on(shop_id, self._layout.rules, [*given, *points.told_of((), undone.claw_backs)])
        put_on = outcome.tiers(self._tier_terms) if self._tier_terms else ()
        given_tiers.pass_on(shop_id, self._layout.rules, [*put_on, *tiers_of((), undone.claw_backs, ())])
        store.add_pace(shop_id, plan_id, awards=outcome.pace(undone.claw_backs), orders=walked.chunk.minutes)


def _placed(undone: Undone, offers: int) -> Iterator[tuple[int, Entry]]:
    """The entries with their places among the lines of the chunk: what lapsed stands before the event's awards."""
    number, last = 0, (NONE, NONE)
    lapsed = ((event, NONE, entry) for event, entry in undone.lapsed)
    for event, offer, entry in (*lapsed, *undone.taken):
        number = number + 1 if (event, offer) == last else 0
        last = event, offer
        yield (event * (offers + 1) + offer + 1) * STEPS + min(number, STEPS - 1), entry


def _array(holding: Holding) -> str:
    """The keys as PostgreSQL writes an array."""
    keys = (key.replace("\\", "\\\\").replace('"', '\\"') for key in holding.hold_keys)
    return "{" + ",".join(f'"{key}"' for key in keys) + "}"


def _levels(layout: Layout, before: Whole, after: Whole) -> tuple[Level, ...]:
    """The stock items and budget lines of which less or more can be given than before."""
    named = [*((Means.STOCK, item) for item in layout.stock), *((Means.BUDGET, line) for line in layout.budget)]
    levels = zip(named, before.tolist(), after.tolist(), strict=True)
    return tuple(Level(means, name, had, has) for (means, name), had, has in levels if had != has)
