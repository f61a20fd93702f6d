"""Partitions for the quarters of orders that come many at a time, made before they come."""

from __future__ import annotations

import duckdb
from django.db import connection as here
from psycopg import Connection
from psycopg.errors import LockNotAvailable

from jiacan.kernel.quarters import MANY_ROWS
from jiacan.orders.store.writers import writers

_QUARTERS = """
SELECT date_trunc('quarter', coalesce(paid_at, placed_at) AT TIME ZONE 'UTC')::DATE AS day
FROM orders GROUP BY day HAVING count(*) >= $many AND day IS NOT NULL ORDER BY day
"""


def add_quarters(duck: duckdb.DuckDBPyConnection) -> None:
    """Make a partition for each quarter of which a history has many orders, where there is none.

    Inside a transaction of the caller's none is made: making one holds others up until the transaction ends.
    """
    if here.in_atomic_block:
        return
    days = [day for (day,) in duck.execute(_QUARTERS, {"many": MANY_ROWS}).fetchall()]
    with writers(1) as (connection,):
        for day in days:
            for table in ("orders_order", "orders_orderline"):
                _add(connection, table, day)


def _add(connection: Connection, table: str, day: object) -> None:
    """Make one, or leave it to the next who asks when others are at work there."""
    try:
        with connection.transaction():
            connection.execute("SELECT jiacan_add_quarter(%s, %s)", [table, day])
    except LockNotAvailable:
        return
