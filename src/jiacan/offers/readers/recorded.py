"""Recorded events, matched as tables in DuckDB and handed out as arrays, so many at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import ibis
import numpy as np
import pyarrow as pa

from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.core.arrays.clock import DAY_US, clock_of
from jiacan.offers.core.arrays.layout import Layout
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
)
from jiacan.orders import facade as orders

# Orders are numbered from 0 within the chunk, and customers by the first of their orders.
_KNOWN = """
CREATE OR REPLACE TABLE known AS
SELECT no, min(no) OVER (PARTITION BY customer_id) AS customer, * EXCLUDE (no)
FROM (SELECT row_number() OVER () - 1 AS no, * FROM read_orders);
CREATE OR REPLACE TABLE lines AS SELECT no, * EXCLUDE (order_id, no) FROM read_lines JOIN known USING (order_id);
CREATE OR REPLACE TABLE keyed AS
SELECT row_number() OVER (ORDER BY at_us, is_refund, id, keys.order_id) - 1 AS event, keys.*, no
FROM read_keys AS keys JOIN known USING (order_id);
CREATE OR REPLACE VIEW asked AS FROM known SEMI JOIN (FROM keyed WHERE NOT is_refund) USING (no);
CREATE OR REPLACE VIEW refunded_orders AS
SELECT event AS no, customer_id, paid_us, number, channel, region{buyer}
FROM keyed JOIN known USING (no) WHERE is_refund;
CREATE OR REPLACE VIEW returned AS
SELECT event, no, sku, sum(refunds.quantity)::BIGINT AS quantity
FROM (FROM keyed WHERE is_refund) AS refund JOIN known USING (no) JOIN read_refunds AS refunds
    ON refunds.order_id = refund.order_id AND (greatest(refunded_us, paid_us), refund_id) <= (at_us, refund.id)
GROUP BY event, no, sku
"""

_PAIRS_IN_ORDER = """
CREATE OR REPLACE TABLE pairs_in_order AS SELECT event, {columns} FROM (
    SELECT event, {columns} FROM pairs JOIN (FROM keyed WHERE NOT is_refund) USING (no)
    UNION ALL SELECT no AS event, {columns} FROM kept_pairs
);
CREATE OR REPLACE TABLE events AS
SELECT row_number() OVER (ORDER BY event) - 1 AS place, * FROM keyed
WHERE is_refund OR event IN (SELECT event FROM pairs_in_order)
"""

_EVENTS = """
SELECT at_us AS at, {customer} AS customer, no AS "order", is_refund, {held_out} AS held_out,
    events.order_id, coalesce(customer_id, '') AS customer_id, id
FROM events JOIN known USING (no) ORDER BY place
"""

_PAIRS = """
SELECT place AS event, {columns} FROM pairs_in_order JOIN events USING (event) ORDER BY place, offer
"""

_MINUTES = """
SELECT make_timestamptz(at_us // 60000000 * 60000000) AS minute, count(*) FILTER (NOT is_refund) AS orders,
    coalesce(sum(spend_minor) FILTER (NOT is_refund), 0)::BIGINT AS spend_minor,
    count(*) FILTER (NOT is_refund AND number = 1) AS new_customers, count(*) FILTER (is_refund) AS refunds
FROM keyed JOIN known USING (no) GROUP BY minute ORDER BY minute
"""


BIRTH_MONTH_BACK = f"{BIRTH_MONTH}_back"
"""A column of orders like `BIRTH_MONTH`, for orders of which something came back; see `core.buyers`."""


@dataclass(frozen=True, slots=True)
class RecordedChunk:
    """Some recorded events of a plan: all of them by their keys, and those that it may have to do with as arrays.

    Shapes:
        keys: as `orders` hands them out.
        names: `order_id, customer_id, id` of each of `events`.
        spend_minor: (pairs,), the base of each.
        minutes: `minute, orders, spend_minor, new_customers, refunds` of all keys.

    Orders and customers are numbered within the chunk, below `orders`; days from `first_day`, `days` of them.
    `passed` orders were reached with these, wanted or not.
    """

    keys: pa.Table
    events: Events
    pairs: Pairs
    names: pa.Table
    spend_minor: Whole
    minutes: pa.Table
    orders: int
    first_day: int
    days: int
    passed: int


def _buyer_of_refunds(rules: PlanRules) -> str:
    """What is selected of a refunded order's customer."""
    columns = {TIER: TIER, BIRTH_MONTH: f"{BIRTH_MONTH_BACK} AS {BIRTH_MONTH}"}
    return "".join(f", {columns[name]}" for name in columns_of_buyers(rules))


class RecordedEvents:
    """Matches tables of recorded events against a plan."""

    def __init__(self, duck: duckdb.DuckDBPyConnection, layout: Layout) -> None:
        rules = layout.rules
        self._duck = duck
        self._layout = layout
        self._columns = ", ".join(["spend_minor", *pair_columns(rules)])
        lines = ibis.table(WHOLE_LINE_SCHEMA, name="lines")
        kept = orders.kept_lines(lines, ibis.table(RETURNED_SCHEMA, name="returned"), rules.currency)
        self._buyer = _buyer_of_refunds(rules)
        self._keep = to_make("kept", kept.rename(no="event"))
        self._matcher = Matcher(
            duck,
            rules,
            orders=(ibis.table(columns_of_orders(rules), name="asked"), lines),
            refunds=(
                ibis.table(columns_of_orders(rules), name="refunded_orders"),
                ibis.table(LINE_SCHEMA, name="kept"),
            ),
        )

    def chunks(self, tables: Iterator[orders.EventTables]) -> Iterator[RecordedChunk]:
        """Each of the tables, matched."""
        for each in tables:
            yield self._chunk(each)

    def _chunk(self, read: orders.EventTables) -> RecordedChunk:
        layout, duck = self._layout, self._duck
        for name in ("keys", "orders", "lines", "refunds"):
            duck.register(f"read_{name}", getattr(read, name))
        duck.execute(_KNOWN.format(buyer=self._buyer))
        duck.register("pairs", self._matcher.pairs("orders"))
        duck.execute(self._keep)
        duck.register("kept_pairs", self._matcher.pairs("refunds"))
        duck.execute(_PAIRS_IN_ORDER.format(columns=self._columns))
        customer = "customer" if layout.limits_customers else "0"
        table = duck.sql(_EVENTS.format(customer=customer, held_out=held_out(layout.rules))).to_arrow_table()
        found = duck.sql(_PAIRS.format(columns=self._columns)).to_arrow_table()
        ends = np.cumsum(np.bincount(numbers(found, "event"), minlength=table.num_rows))
        at_us = numbers(read.keys, "at_us")
        first_us, last_us = (int(at_us[0]), int(at_us[-1])) if len(at_us) else (0, 0)
        clock = clock_of(layout.rules.zone, first_us, last_us + (max(layout.expiry_days, default=0) + 2) * DAY_US)
        first_day, last_day = (int(clock.day(np.array([us]))[0]) for us in (first_us, last_us))
        return RecordedChunk(
            keys=read.keys,
            events=to_events(table, ends, layout, clock, first_day),
            pairs=to_pairs(found, np.arange(found.num_rows), layout.rules),
            names=table.select(["order_id", "customer_id", "id"]),
            spend_minor=numbers(found, "spend_minor"),
            minutes=duck.sql(_MINUTES).to_arrow_table(),
            orders=read.orders.num_rows,
            first_day=first_day,
            days=last_day - first_day + 1,
            passed=read.passed,
        )
