"""Settling recorded events by the chunk: matched as tables, walked as arrays, stored by COPY; one transaction each.

What it comes to is what `awarding.settle_events` comes to, which takes over where arrays do not suffice: plans that
bear on prices, plans of which something is reserved, awards of earlier versions, and whatever the database refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from time import perf_counter

import duckdb
from django.db import IntegrityError, OperationalError, transaction

from jiacan.kernel.ahead import one_ahead
from jiacan.kernel.periods import Period
from jiacan.kernel.stages import Stage, observe
from jiacan.ledger.contracts import TablesRefused
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.contracts.settled import Settled
from jiacan.offers.core.arrays.clock import from_us
from jiacan.offers.core.arrays.layout import layout_of
from jiacan.offers.core.buyers import asks_of_buyers
from jiacan.offers.core.slots import bears_on_prices
from jiacan.offers.facade import awarding
from jiacan.offers.facade.books import VersionRules
from jiacan.offers.facade.buyers import with_buyers
from jiacan.offers.facade.chunks import Chunks
from jiacan.offers.facade.recalling import NotByTables
from jiacan.offers.readers.recorded import RecordedChunk, RecordedEvents
from jiacan.offers.store import tables as store
from jiacan.orders import facade as orders
from jiacan.orders.contracts import EventKey

CHUNK_EVENTS = 20_000
"""Events of a transaction: enough to be fast, few enough for memory and for others who wait for the plan."""

MANY_EVENTS = 10_000
"""So many, and then four times as many each time, change what the planner should know of the tables."""

FEW_EVENTS = 1_000
"""Events of a transaction where they are settled one by one."""

Announce = Callable[[Settled], None]


@dataclass(frozen=True, slots=True)
class Reached:
    """How many events were settled in a step, by tables or one by one, and how many orders were passed with them."""

    settled: int
    passed: int
    by_tables: bool


@dataclass(frozen=True, slots=True)
class Settling:
    """What is settled: a shop's events, by the rules in force and those of earlier versions.

    `now` decides which reservations are still held; `announce` is told, in each transaction, what it came to.
    """

    shop_id: int
    rules: PlanRules
    rules_of: VersionRules
    now: Callable[[], datetime]
    announce: Announce


def settle_one_by_one(what: Settling, period: Period, *, events: int = FEW_EVENTS) -> Iterator[Reached]:
    """Settle every recorded event of the period that is not settled yet, in order, through values."""
    for keys in orders.walk_events(what.shop_id, period, events):
        yield _settle_keys(what, keys)


def settle_by_tables(what: Settling, period: Period, *, events: int = CHUNK_EVENTS) -> Iterator[Reached]:
    """The same by the chunk. Of awards that were given or refused nothing is announced, only what they came to."""
    if bears_on_prices(what.rules):
        yield from settle_one_by_one(what, period)
        return
    layout = layout_of(what.rules)
    unsettled = partial(store.unsettled_of, what.shop_id, what.rules.plan_id)
    with (
        closing(_connect()) as matching,
        closing(_connect()) as telling,
        orders.event_tables(what.shop_id, period, events, unsettled=unsettled) as read,
    ):
        chunks = Chunks(what.shop_id, layout, telling)
        asking = asks_of_buyers(what.rules)
        asked = (with_buyers(what.shop_id, each, what.rules) for each in read) if asking else read
        matched = RecordedEvents(matching, layout).chunks(asked)
        # What is asked of customers is asked by this thread's own connection.
        ahead = matched if asking or transaction.get_connection().in_atomic_block else one_ahead(matched)
        settled, known = 0, 0
        for chunk in ahead:
            reached = _settle_chunk(what, chunks, chunk)
            settled += reached.settled
            if settled >= max(MANY_EVENTS, 4 * known):
                store.look_over()
                known = settled
            yield reached


def _connect() -> duckdb.DuckDBPyConnection:
    duck = duckdb.connect(config={"threads": 2, "autoinstall_known_extensions": False})
    duck.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false; SET preserve_insertion_order = false")
    return duck


def _settle_chunk(what: Settling, chunks: Chunks, chunk: RecordedChunk) -> Reached:
    if chunk.keys.num_rows == 0:
        return Reached(0, chunk.passed, by_tables=True)
    began = perf_counter()
    try:
        with transaction.atomic():
            settled = chunks.settle(chunk)
            what.announce(settled)
    except (NotByTables, TablesRefused, IntegrityError, OperationalError):
        return _settle_in_few(what, chunk)
    observe(Stage.SETTLE, perf_counter() - began, settled.events)
    return Reached(settled.events, chunk.passed, by_tables=True)


def _settle_in_few(what: Settling, chunk: RecordedChunk) -> Reached:
    keys = [
        EventKey(from_us(key["at_us"]), key["is_refund"], key["id"], key["order_id"])
        for key in chunk.keys.to_pylist()
    ]
    parts = [_settle_keys(what, keys[start : start + FEW_EVENTS]) for start in range(0, len(keys), FEW_EVENTS)]
    return Reached(sum(part.settled for part in parts), chunk.passed, by_tables=False)


def _settle_keys(what: Settling, keys: Sequence[EventKey]) -> Reached:
    with transaction.atomic():
        at = what.now()
        settled = awarding.settle_events(what.shop_id, what.rules, keys, rules_of=what.rules_of, at=at)
        what.announce(settled)
    passed = sum(not key.is_refund for key in keys)
    return Reached(settled.events, passed, by_tables=False)
