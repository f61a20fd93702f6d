"""A history's orders and refunds, matched as tables in DuckDB, and handed out as arrays in the order they settle.

A history is walked one stretch of time after the other: what has to be sorted or grouped at once is as large as a
stretch, however long the history is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from time import perf_counter

import duckdb
import ibis
import numpy as np
import pyarrow as pa

from jiacan.kernel.ahead import one_ahead
from jiacan.kernel.periods import Period
from jiacan.kernel.stages import Stage, observe
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.core.arrays.clock import DAY_US, clock_of, to_us
from jiacan.offers.core.arrays.joining import by_event
from jiacan.offers.core.arrays.layout import Layout
from jiacan.offers.core.arrays.ties import in_order
from jiacan.offers.core.arrays.values import Events, Pairs, Whole
from jiacan.offers.measures.figures import BIRTH_MONTH, TIER, columns_of_buyers, columns_of_orders
from jiacan.offers.readers.pairs import (
    LINE_SCHEMA,
    RETURNED_SCHEMA,
    WHOLE_LINE_SCHEMA,
    Matcher,
    held_out,
    numbers,
    pair_columns,
    to_events,
    to_make,
    to_pairs,
    to_texts,
)
from jiacan.orders import facade as orders

_ASKED = """
CREATE VIEW asked AS
SELECT no, order_id, customer_id, customer_no, paid_at, epoch_us(paid_at) AS paid_us, number, channel, region{buyer}
FROM orders{joined} WHERE paid_at >= make_timestamptz({starts_us}) AND paid_at < make_timestamptz({ends_us});
CREATE VIEW named AS SELECT customer_no, customer_id FROM orders WHERE no = customer_no
UNION ALL SELECT customer_no, customer_id FROM occasions WHERE no = customer_no
"""

# Refunds are few beside orders: what they leave is told for all at once.
_REFUNDED = """
CREATE TABLE refunded AS
SELECT row_number() OVER () AS event, *, dense_rank() OVER (ORDER BY no) - 1 AS place FROM (
    SELECT no, refund_id, order_id, customer_id, customer_no, paid_us, number, channel, region{names},
        greatest(epoch_us(refunded_at), paid_us) AS at_us
    FROM (SELECT DISTINCT no, refund_id, refunded_at FROM refunds) JOIN asked USING (no) WHERE customer_id IS NOT NULL
);
CREATE TABLE returned AS
SELECT event, refunded.no, sku, sum(refunds.quantity)::BIGINT AS quantity
FROM refunded JOIN refunds ON refunds.no = refunded.no
    AND (greatest(epoch_us(refunds.refunded_at), paid_us), refunds.refund_id) <= (at_us, refunded.refund_id)
GROUP BY event, refunded.no, sku;
CREATE VIEW refunded_orders AS SELECT event AS no, customer_id, paid_us, number, channel, region{names} FROM refunded
"""

_PREPARED = """
CREATE VIEW asked AS
SELECT no, order_id, customer_id, customer_id AS customer_no, make_timestamptz(paid_us) AS paid_at, paid_us, number,
    channel, region
FROM orders WHERE paid_us >= {starts_us} AND paid_us < {ends_us};
CREATE VIEW named AS SELECT DISTINCT customer_no, customer_id FROM asked WHERE customer_no IS NOT NULL;
CREATE TABLE refunded AS
SELECT 0::BIGINT AS event, *, '' AS refund_id, paid_us AS at_us, 0::BIGINT AS place FROM asked LIMIT 0;
CREATE TABLE refunds (no BIGINT, refunded_at TIMESTAMPTZ);
CREATE TABLE occasions (
    no BIGINT, occasion_id VARCHAR, customer_id VARCHAR, customer_no BIGINT, at_us BIGINT, offer BIGINT
);
CREATE TABLE occasion_pairs ({columns});
CREATE TABLE matched_before AS FROM read_parquet('{pairs}');
CREATE TABLE kept_pairs AS FROM matched_before LIMIT 0
"""

_MATCHED_BEFORE = "FROM matched_before SEMI JOIN asked_now USING (no)"

_PLACES = "CREATE TABLE places AS SELECT DISTINCT no, place FROM refunded"

# Customers are counted from nothing, so that what each of them got stands in an array. Their hashes come first, since
# both processors can reckon them, and counting is the work of one.
_CUSTOMERS = """
CREATE TEMPORARY TABLE of_hold_out AS SELECT customer_no, {held_out} AS held_out FROM named;
CREATE TABLE customers AS SELECT customer_no, row_number() OVER () - 1 AS customer, held_out FROM of_hold_out;
DROP TABLE of_hold_out
"""

_COUNTS = """
SELECT (SELECT count(*) FROM places), (SELECT count(*) FROM customers), (SELECT min(at_us) FROM occasions),
    greatest((SELECT max(paid_us) FROM asked), (SELECT max(at_us) FROM occasions),
        (SELECT max(epoch_us(refunded_at)) FROM refunds SEMI JOIN asked USING (no)))
"""

_MINUTES = """
SELECT at_us // {minute_us} AS minute, count(*) AS orders
FROM (SELECT paid_us AS at_us FROM asked UNION ALL SELECT at_us FROM occasions) GROUP BY minute ORDER BY minute
"""

_NOW = """
CREATE OR REPLACE VIEW asked_now AS FROM asked
WHERE paid_at >= make_timestamptz({starts_us}) AND paid_at < make_timestamptz({ends_us})
"""

_EVENTS = """
SELECT at_us AS at, is_refund, customer, held_out, "order", key, refund_id, order_id{names} FROM (
    SELECT paid_us AS at_us, false AS is_refund, '' AS refund_id, order_id, customer_id, customer_no,
        asked_now.no AS key, coalesce(place, -1) AS "order"
    FROM asked_now SEMI JOIN pairs USING (no) LEFT JOIN places USING (no)
    UNION ALL
    SELECT at_us, true, refund_id, order_id, customer_id, customer_no, event, place
    FROM refunded WHERE at_us >= {starts_us} AND at_us < {ends_us}
    UNION ALL
    SELECT at_us, false, '', occasion_id, customer_id, customer_no, no, -1
    FROM occasions SEMI JOIN occasion_pairs USING (offer) WHERE at_us >= {starts_us} AND at_us < {ends_us}
) JOIN customers USING (customer_no)
"""

_NAMES = ", customer_id, if(is_refund, refund_id, order_id) AS id"

_KEPT_PAIRS = """
SELECT event, {columns} FROM kept_pairs JOIN refunded ON kept_pairs.no = event
WHERE at_us >= {starts_us} AND at_us < {ends_us}
"""

_OCCASION_PAIRS = """
SELECT no, {columns} FROM occasions JOIN occasion_pairs USING (offer)
WHERE at_us >= {starts_us} AND at_us < {ends_us}
"""

_OF_NAMES = ("order_id", "customer_id", "id")
_OF_EVENTS = ("at", "is_refund", "customer", "held_out", "order", "key")
_MINUTE_US = 60_000_000
_FOR_EVER_US = 1 << 62


@dataclass(frozen=True, slots=True)
class Chunk:
    """The events of a stretch of time with their pairs.

    What lapses by `until_us` lapses with them, and `share` of the history is done. `names` has the `order_id`,
    `customer_id` and `id` of each event, where they are asked for.
    """

    events: Events
    pairs: Pairs
    names: pa.Table
    until_us: int
    share: float


@dataclass(frozen=True, slots=True)
class _Stretch:
    starts_us: int
    ends_us: int
    share: float


@dataclass(frozen=True, slots=True)
class _Asked:
    """What DuckDB says of a stretch, in no order, and how long it took; `columns` are those wanted of the events."""

    stretch: _Stretch
    pairs: pa.Table
    pairs_of_refunds: pa.Table
    events: pa.Table
    columns: tuple[str, ...]
    seconds: float


def match_history(duck: duckdb.DuckDBPyConnection, layout: Layout, period: Period) -> MatchedHistory:
    """The orders paid in the period, the goods that refunds of them left, and occasions, ready to be settled.

    The connection has `orders`, `lines` and `refunds` as `orders` reads them, and what `add_told` makes.
    """
    rules, lines = layout.rules, ibis.table(WHOLE_LINE_SCHEMA, name="lines")
    asked = _ASKED.format(starts_us=to_us(period.starts_at), ends_us=to_us(period.ends_at), **_of_buyers(rules))
    duck.execute(asked)
    names = "".join(f", {name}" for name in columns_of_buyers(rules))
    duck.execute(_REFUNDED.format(names=names))
    kept = orders.kept_lines(lines, ibis.table(RETURNED_SCHEMA, name="returned"), rules.currency)
    duck.execute(to_make("kept", kept.rename(no="event")))
    matcher = Matcher(
        duck,
        rules,
        orders=(ibis.table(columns_of_orders(rules), name="asked_now"), lines),
        refunds=(ibis.table(columns_of_orders(rules), name="refunded_orders"), ibis.table(LINE_SCHEMA, name="kept")),
    )
    duck.register("kept_pairs", matcher.pairs("refunds"))
    return MatchedHistory(duck, layout, period, match=partial(matcher.pairs, "orders"))


def _of_buyers(rules: PlanRules) -> dict[str, str]:
    """What is selected of customers, and from where."""
    sources = {TIER: " LEFT JOIN standings USING (no)", BIRTH_MONTH: " LEFT JOIN birth_months USING (customer_id)"}
    wanted = columns_of_buyers(rules)
    return {"buyer": "".join(f", {name}" for name in wanted), "joined": "".join(sources[name] for name in wanted)}


def matched_before(duck: duckdb.DuckDBPyConnection, layout: Layout, period: Period, *, pairs: str) -> MatchedHistory:
    """Prepared orders, which have no refunds, with the pairs that were matched for them elsewhere.

    Args:
        duck: has `orders` as they were prepared.
        layout: the plan.
        period: orders paid in it count.
        pairs: the pattern of the pairs' files.
    """
    files = pairs.replace("'", "''")
    columns = ", ".join(f"{name} BIGINT" for name in pair_columns(layout.rules))
    between = {"starts_us": to_us(period.starts_at), "ends_us": to_us(period.ends_at)}
    duck.execute(_PREPARED.format(pairs=files, columns=columns, **between))
    return MatchedHistory(duck, layout, period, match=lambda: duck.sql(_MATCHED_BEFORE).to_arrow_table())


class MatchedHistory:
    """Orders paid in a period, what refunds of them left, and occasions, matched as they are asked for.

    The connection has `asked`, `refunded`, `kept_pairs`, `occasions` and `occasion_pairs`; `match` gives the pairs of
    `asked_now`, a part of `asked`. Tables stay in it, and nobody else may ask it while chunks are taken.
    """

    def __init__(
        self, duck: duckdb.DuckDBPyConnection, layout: Layout, period: Period, *, match: Callable[[], pa.Table]
    ) -> None:
        self._duck = duck
        self._layout = layout
        self._period = period
        self._match = match
        starts_us, ends_us = to_us(period.starts_at), to_us(period.ends_at)
        duck.execute(_PLACES)
        duck.execute(_CUSTOMERS.format(held_out=held_out(layout.rules)))
        ((self.orders, self.customers, first_us, last_us),) = duck.execute(_COUNTS).fetchall()
        starts_us = self._starts_us = starts_us if first_us is None else min(starts_us, int(first_us))
        self._until_us = starts_us if last_us is None else int(last_us)
        longest = max(layout.expiry_days, default=0)
        self._clock = clock_of(layout.rules.zone, starts_us, max(self._until_us, ends_us) + (longest + 2) * DAY_US)
        self._first_day = int(self._clock.day(np.array([starts_us]))[0])
        self.days = int(self._clock.day(np.array([max(self._until_us, ends_us)]))[0]) - self._first_day + 1

    def chunks(self, orders: int, *, with_names: bool) -> Iterator[Chunk]:
        """All events in the order in which they settle.

        While a chunk is worked on, the next one is put in order, and the one after it is asked of DuckDB.

        Args:
            orders: about how many orders a chunk covers, in whole minutes.
            with_names: whether the events' names are wanted.
        """
        asked = one_ahead(self._ask(stretch, with_names) for stretch in self._stretches(orders))
        return one_ahead(self._arranged(each) for each in asked)

    def _stretches(self, orders: int) -> list[_Stretch]:
        """The time cut into stretches of at least so many orders and occasions; the last has all that came later."""
        counted = self._table(_MINUTES.format(minute_us=_MINUTE_US))
        minutes, so_far = numbers(counted, "minute"), np.cumsum(numbers(counted, "orders"))
        starts_us, total = self._starts_us, int(so_far[-1]) if len(so_far) else 0
        found, done = [], 0
        while total - done > orders:
            last = int(np.searchsorted(so_far, done + orders))
            done, ends_us = int(so_far[last]), (int(minutes[last]) + 1) * _MINUTE_US
            found.append(_Stretch(starts_us, ends_us, done / total))
            starts_us = ends_us
        return [*found, _Stretch(starts_us, _FOR_EVER_US, 1.0)]

    def _ask(self, stretch: _Stretch, with_names: bool) -> _Asked:
        began = perf_counter()
        pairs = self._pairs_of_orders(stretch)
        columns = (*_OF_EVENTS, *_OF_NAMES) if with_names else _OF_EVENTS
        names = _NAMES if with_names else ""
        events = self._table(_EVENTS.format(names=names, starts_us=stretch.starts_us, ends_us=stretch.ends_us))
        of_refunds, of_occasions = (self._pairs_of(each, stretch) for each in (_KEPT_PAIRS, _OCCASION_PAIRS))
        return _Asked(stretch, _together(pairs, of_occasions), of_refunds, events, columns, perf_counter() - began)

    def _arranged(self, asked: _Asked) -> Chunk:
        began = perf_counter()
        table = asked.events.select(asked.columns).take(_order_of(asked.events))
        keys = _keys(numbers(table, "key"), numbers(table, "is_refund"))
        found, rows, ends = self._of_events(keys, asked.pairs, asked.pairs_of_refunds)
        events = to_events(table, ends, self._layout, self._clock, self._first_day)
        chunk = Chunk(
            events=events,
            pairs=to_pairs(found, rows, self._layout.rules),
            names=table.select([name for name in _OF_NAMES if name in asked.columns]),
            until_us=min(asked.stretch.ends_us - 1, self._until_us),
            share=asked.stretch.share,
        )
        observe(Stage.MATCH, asked.seconds + perf_counter() - began, table.num_rows)
        return chunk

    def _pairs_of_orders(self, stretch: _Stretch) -> pa.Table:
        ends_us = min(stretch.ends_us, to_us(self._period.ends_at))
        self._duck.execute(_NOW.format(starts_us=stretch.starts_us, ends_us=ends_us))
        pairs = self._match()
        self._duck.register("pairs", pairs)
        return pairs

    def _pairs_of(self, query: str, stretch: _Stretch) -> pa.Table:
        columns = ", ".join(pair_columns(self._layout.rules))
        return self._table(query.format(columns=columns, starts_us=stretch.starts_us, ends_us=stretch.ends_us))

    def _of_events(self, keys: Whole, of_orders: pa.Table, of_refunds: pa.Table) -> tuple[pa.Table, Whole, Whole]:
        """All pairs, their rows by event and offer, and where those of each event end."""
        columns = pair_columns(self._layout.rules)
        found = pa.concat_tables([table.select(columns) for table in (of_orders, of_refunds)])
        asked = np.concatenate([_keys(numbers(of_orders, "no"), False), _keys(numbers(of_refunds, "event"), True)])
        return found, *by_event(keys, asked, numbers(found, "offer"))

    def _table(self, query: str) -> pa.Table:
        table: pa.Table = self._duck.sql(query).to_arrow_table()
        return table


def _together(first: pa.Table, second: pa.Table) -> pa.Table:
    """The rows of both, with the columns of the second, as the first has them."""
    chosen = first.select(second.column_names)
    return pa.concat_tables([chosen, second.cast(chosen.schema)])


def _order_of(events: pa.Table) -> pa.Array:
    """The rows of events in the order in which they settle."""
    refunds, of_orders = to_texts(events, "refund_id"), to_texts(events, "order_id")
    return pa.array(in_order(numbers(events, "at"), numbers(events, "is_refund"), refunds, of_orders))


def _keys(numbers: Whole, is_refund: Whole | bool) -> Whole:
    """What tells orders and refunds from each other."""
    keys: Whole = 2 * numbers + is_refund
    return keys
