"""A history's orders and refunds, matched as tables in DuckDB, and handed out as arrays in the order they settle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from jiacan.kernel.periods import Period
from jiacan.offers.core.arrays.clock import DAY_US, clock_of, to_us
from jiacan.offers.core.arrays.layout import Layout
from jiacan.offers.core.arrays.values import Events, Pairs
from jiacan.offers.measures.match import matched_pairs
from jiacan.offers.readers.pairs import (
    LINE_SCHEMA,
    ORDER_SCHEMA,
    RETURNED_SCHEMA,
    WHOLE_LINE_SCHEMA,
    held_out,
    pair_columns,
    to_events,
    to_pairs,
)
from jiacan.orders import facade as orders

_ASKED = """
CREATE VIEW asked AS
SELECT no, order_id, customer_id, customer_no, epoch_us(paid_at) AS paid_us, number, channel, region
FROM orders WHERE paid_at >= make_timestamptz({starts_us}) AND paid_at < make_timestamptz({ends_us})
"""

_REFUNDED = """
CREATE TABLE refunded AS
SELECT row_number() OVER () AS event, *, dense_rank() OVER (ORDER BY no) - 1 AS place FROM (
    SELECT DISTINCT no, refund_id, refunds.order_id, customer_id, customer_no, paid_us, number, channel, region,
        greatest(epoch_us(refunded_at), paid_us) AS at_us
    FROM refunds JOIN asked USING (no) SEMI JOIN pairs USING (no)
);
CREATE TABLE returned AS
SELECT event, refunded.no, sku, sum(refunds.quantity)::BIGINT AS quantity
FROM refunded JOIN refunds ON refunds.no = refunded.no
    AND (greatest(epoch_us(refunds.refunded_at), paid_us), refunds.refund_id) <= (at_us, refunded.refund_id)
GROUP BY event, refunded.no, sku;
CREATE VIEW refunded_orders AS SELECT event AS no, customer_id, paid_us, number, channel, region FROM refunded
"""

_PREPARED = """
CREATE VIEW asked AS
SELECT no, order_id, customer_id, customer_id AS customer_no, paid_us, number, channel, region
FROM orders WHERE paid_us >= {starts_us} AND paid_us < {ends_us};
CREATE TABLE refunded AS
SELECT 0::BIGINT AS event, *, '' AS refund_id, paid_us AS at_us, 0::BIGINT AS place FROM asked LIMIT 0;
CREATE TABLE refunds (no BIGINT, refunded_at TIMESTAMPTZ)
"""

_PAIRS_IN_ORDER = """
CREATE TABLE pairs_in_order AS SELECT event, {columns} FROM (
    SELECT event, {columns} FROM pairs JOIN events ON pairs.no = events.key WHERE NOT is_refund
    UNION ALL
    SELECT event, {columns} FROM kept_pairs JOIN events ON kept_pairs.no = events.key WHERE is_refund
) ORDER BY event, offer
"""

_COUNTS = """
SELECT (SELECT count(*) FROM events), (SELECT coalesce(max(place), -1) + 1 FROM refunded),
    (SELECT coalesce(max(customer), 0) + 1 FROM events),
    greatest((SELECT max(paid_us) FROM asked),
        (SELECT max(epoch_us(refunded_at)) FROM refunds SEMI JOIN asked USING (no)))
"""

_EVENTS = """
CREATE TABLE events AS
SELECT row_number() OVER (ORDER BY at_us, is_refund, id, order_id) - 1 AS event, *, {customer} AS customer FROM (
    SELECT paid_us AS at_us, false AS is_refund, order_id AS id, order_id, asked.customer_id, customer_no,
        asked.no AS key, coalesce(place, -1) AS place
    FROM asked SEMI JOIN pairs USING (no) LEFT JOIN (SELECT DISTINCT no, place FROM refunded) USING (no)
    UNION ALL
    SELECT at_us, true, refund_id, order_id, customer_id, customer_no, event, place FROM refunded
) {customers}
"""

# Customers are counted from nothing, so that what each of them got stands in an array.
_CUSTOMERS = """
LEFT JOIN (
    SELECT customer_no, row_number() OVER () - 1 AS customer_place
    FROM (SELECT DISTINCT customer_no FROM asked SEMI JOIN pairs USING (no))
) USING (customer_no)
"""

_CHUNK_EVENTS = """
SELECT at_us AS at, is_refund, customer, {held_out} AS held_out, place AS "order",
    order_id, customer_id, id
FROM events WHERE event >= {first} AND event < {end} ORDER BY event
"""

_CHUNK_PAIRS = """
SELECT event - {first} AS event, {columns} FROM pairs_in_order
WHERE event >= {first} AND event < {end} ORDER BY pairs_in_order.event, offer
"""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some events with their pairs; `names` has the `order_id`, `customer_id` and `id` of each event."""

    events: Events
    pairs: Pairs
    names: pa.Table


def match_history(duck: duckdb.DuckDBPyConnection, layout: Layout, period: Period) -> MatchedHistory:
    """Match the orders paid in the period, and the goods that refunds of them left.

    The connection has `orders`, `lines` and `refunds` as `orders` reads them.
    """
    rules, lines = layout.rules, ibis.table(WHOLE_LINE_SCHEMA, name="lines")
    duck.execute(_ASKED.format(starts_us=to_us(period.starts_at), ends_us=to_us(period.ends_at)))
    _make(duck, "pairs", matched_pairs(ibis.table(ORDER_SCHEMA, name="asked"), lines, rules))
    duck.execute(_REFUNDED)
    _make(duck, "kept", orders.kept_lines(lines, ibis.table(RETURNED_SCHEMA, name="returned"), rules.currency))
    duck.execute("CREATE VIEW kept_order_lines AS SELECT event AS no, * EXCLUDE (event) FROM kept")
    kept, refunded = (
        ibis.table(LINE_SCHEMA, name="kept_order_lines"),
        ibis.table(ORDER_SCHEMA, name="refunded_orders"),
    )
    _make(duck, "kept_pairs", matched_pairs(refunded, kept, rules))
    return MatchedHistory(duck, layout, period)


def matched_before(duck: duckdb.DuckDBPyConnection, layout: Layout, period: Period, *, pairs: str) -> MatchedHistory:
    """Prepared orders, which have no refunds, with the pairs that were matched for them elsewhere.

    Args:
        duck: has `orders` as they were prepared.
        layout: the plan.
        period: orders paid in it count.
        pairs: the pattern of the pairs' files.
    """
    duck.execute(_PREPARED.format(starts_us=to_us(period.starts_at), ends_us=to_us(period.ends_at)))
    duck.execute("CREATE TABLE pairs AS FROM read_parquet(?)", [pairs])
    duck.execute("CREATE TABLE kept_pairs AS FROM pairs LIMIT 0")
    return MatchedHistory(duck, layout, period)


def _make(duck: duckdb.DuckDBPyConnection, name: str, table: ir.Table) -> None:
    duck.execute(f"CREATE TABLE {name} AS {ibis.to_sql(table, dialect='duckdb')}")


class MatchedHistory:
    """A plan's matches of orders paid in a period and of the goods that refunds of them left, ready to be settled.

    The connection has `asked`, `refunded`, `refunds`, `pairs` and `kept_pairs`; its tables stay in it.
    """

    def __init__(self, duck: duckdb.DuckDBPyConnection, layout: Layout, period: Period) -> None:
        self._duck = duck
        self._layout = layout
        starts_us, ends_us = to_us(period.starts_at), to_us(period.ends_at)
        columns = ", ".join(pair_columns(layout.rules))
        limited = layout.limits_customers
        customer, customers = ("customer_place", _CUSTOMERS) if limited else ("0", "")
        duck.execute(_EVENTS.format(customer=customer, customers=customers))
        duck.execute(_PAIRS_IN_ORDER.format(columns=columns))
        duck.execute("DROP TABLE pairs; DROP TABLE kept_pairs")
        (counts,) = duck.execute(_COUNTS).fetchall()
        self.events, self.orders, self.customers = (int(count) for count in counts[:3])
        self.until_us = starts_us if counts[3] is None else int(counts[3])
        longest = max(layout.expiry_days, default=0)
        self._clock = clock_of(layout.rules.zone, starts_us, max(self.until_us, ends_us) + (longest + 2) * DAY_US)
        self._first_day = int(self._clock.day(np.array([starts_us]))[0])
        self.days = int(self._clock.day(np.array([max(self.until_us, ends_us)]))[0]) - self._first_day + 1

    def chunks(self, events: int) -> Iterator[Chunk]:
        """All events in the order in which they settle, so many at a time."""
        for first in range(0, self.events, events):
            yield self._chunk(first, min(first + events, self.events))

    def _chunk(self, first: int, end: int) -> Chunk:
        rules = self._layout.rules
        table = self._table(_CHUNK_EVENTS.format(first=first, end=end, held_out=held_out(rules)))
        found = self._table(_CHUNK_PAIRS.format(first=first, end=end, columns=", ".join(pair_columns(rules))))
        names = table.select(["order_id", "customer_id", "id"])
        events = to_events(table, found, self._layout, self._clock, self._first_day)
        return Chunk(events, to_pairs(found, rules), names)

    def _table(self, query: str) -> pa.Table:
        table: pa.Table = self._duck.sql(query).to_arrow_table()
        return table
