"""Writing orders and refunds: whole tables of them, from DuckDB into PostgreSQL, with no loop over rows.

A chunk of orders that the database does not know yet goes straight into its tables. Where it knows one of them, the
chunk is staged and told apart. An order's lines are written by whoever inserted the order, in the same transaction;
so of two recorders of one order the second waits for the first and then finds it known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from psycopg import Connection
from psycopg.errors import DeadlockDetected, UniqueViolation

from jiacan.orders.store.copying import copy_file
from jiacan.orders.store.writers import in_turn, writers

_KNOWN_COLUMNS = "shop_id, order_id, customer_id, paid_at, counted_at, spend_minor"
_ORDER_COLUMNS = (
    "shop_id, order_id, customer_id, counted_at, placed_at, paid_at, received_at, status, channel, region, "
    "shipping_minor, spend_minor, goods_hash"
)
_LINE_COLUMNS = (
    "shop_id, order_id, counted_at, position, sku, title, category, quantity, unit_price_micros, discount_micros, "
    "spend_minor"
)
_REFUND_COLUMNS = "shop_id, refund_id, order_id, sku, refunded_at, quantity, amount_minor"

_COUNTED_AT = "coalesce(paid_at, placed_at, $recorded_at::TIMESTAMPTZ)"

# A customer's orders are neighbours in an index; the numbers of a chunk's orders are near each other anyway.
_KNOWN_OF_CHUNK = f"""
SELECT $shop_id, order_id, customer_id, paid_at, {_COUNTED_AT}, spend_minor
FROM orders WHERE no BETWEEN $first AND $last ORDER BY customer_id, order_id
"""  # noqa: S608 - the expression above

# Most lines say what others said before, and reckoning their hashes is dear.
_GOODS = """
CREATE OR REPLACE TABLE goods AS
WITH said AS (
    SELECT *, goods_row(sku, quantity, unit_price_micros, discount_micros) AS hashed
    FROM (SELECT DISTINCT sku, quantity, unit_price_micros, discount_micros FROM lines)
)
SELECT no, count(*) AS rows, sum(hashed) AS total
FROM lines JOIN said USING (sku, quantity, unit_price_micros, discount_micros) GROUP BY no ORDER BY no
"""

_ORDERS_OF_CHUNK = f"""
SELECT $shop_id, order_id, customer_id, {_COUNTED_AT}, placed_at, paid_at, received_at,
    coalesce(status, ''), coalesce(channel, ''), coalesce(region, ''), shipping_minor, spend_minor,
    goods_hash(customer_id, rows, total)
FROM orders JOIN goods USING (no) WHERE no BETWEEN $first AND $last ORDER BY order_id
"""  # noqa: S608 - the expression above

_LINES_OF_CHUNK = f"""
SELECT $shop_id, orders.order_id, {_COUNTED_AT}, position, sku, coalesce(title, ''), coalesce(category, ''),
    quantity, unit_price_micros, discount_micros, lines.spend_minor
FROM lines JOIN orders USING (no) WHERE no BETWEEN $first AND $last ORDER BY orders.order_id, position
"""  # noqa: S608 - the expression above

_REFUND_ROWS = """
SELECT $shop_id, refund_id, order_id, sku, refunded_at, quantity, amount_minor
FROM refunds ORDER BY refund_id, order_id, sku, refunded_at
"""

_ANY_KNOWN = """
SELECT EXISTS (SELECT FROM unnest(%s::text[]) AS probe (order_id) CROSS JOIN LATERAL (
    SELECT FROM orders_knownorder AS known WHERE known.shop_id = %s AND known.order_id = probe.order_id LIMIT 1
) AS found)
"""
"""Each is looked up by itself: of a table that has just been filled the planner would read every row."""

_PROBES = """
SELECT list(order_id) FROM (
    SELECT order_id FROM orders WHERE no BETWEEN $first AND $last ORDER BY hash(no) LIMIT 100)
"""
"""Some orders of a chunk: where none of them is known, likely none of it is."""

_ADD_ORDERS = f"""
WITH named AS (
    INSERT INTO orders_knownorder ({_KNOWN_COLUMNS})
    SELECT {_KNOWN_COLUMNS} FROM staged_order ORDER BY order_id
    ON CONFLICT DO NOTHING RETURNING order_id
), added AS (
    INSERT INTO orders_order ({_ORDER_COLUMNS})
    SELECT {_ORDER_COLUMNS} FROM staged_order JOIN named USING (order_id) ORDER BY order_id
)
SELECT order_id FROM named
"""  # noqa: S608 - the columns above

_LOCK_KNOWN = """
SELECT named.order_id FROM orders_knownorder AS named JOIN staged_order AS staged USING (shop_id, order_id)
WHERE NOT staged.order_id = ANY(%s) ORDER BY named.order_id FOR NO KEY UPDATE OF named
"""

_NAMED = """
FROM staged_order AS staged JOIN orders_knownorder AS named USING (shop_id, order_id)
WHERE known.shop_id = staged.shop_id AND known.order_id = staged.order_id AND known.counted_at = named.counted_at
"""

_CONFLICTS = """
SELECT staged.order_id
FROM staged_order AS staged JOIN orders_knownorder AS named USING (shop_id, order_id)
CROSS JOIN LATERAL (
    SELECT goods_hash FROM orders_order AS known WHERE known.shop_id = staged.shop_id
        AND known.order_id = staged.order_id AND known.counted_at = named.counted_at OFFSET 0) AS known
WHERE named.paid_at IS NOT NULL AND staged.paid_at IS NOT NULL AND known.goods_hash <> staged.goods_hash
"""

_PAY = f"""
UPDATE orders_order AS known SET customer_id = staged.customer_id, placed_at = staged.placed_at,
    paid_at = staged.paid_at, counted_at = staged.counted_at,
    received_at = coalesce(staged.received_at, known.received_at),
    status = coalesce(nullif(staged.status, ''), known.status), channel = staged.channel, region = staged.region,
    shipping_minor = staged.shipping_minor, spend_minor = staged.spend_minor, goods_hash = staged.goods_hash
{_NAMED} AND known.paid_at IS NULL AND staged.paid_at IS NOT NULL
RETURNING known.order_id
"""  # noqa: S608 - the tables above

_FILL_IN = f"""
UPDATE orders_order AS known SET received_at = coalesce(known.received_at, staged.received_at),
    status = coalesce(nullif(known.status, ''), staged.status)
{_NAMED}
    AND (known.goods_hash = staged.goods_hash OR staged.paid_at IS NULL)
    AND ((known.received_at IS NULL AND staged.received_at IS NOT NULL)
        OR (known.status = '' AND staged.status <> ''))
RETURNING known.order_id
"""  # noqa: S608 - the tables above

_DROP_LINES = """
DELETE FROM orders_orderline AS line USING orders_knownorder AS named
WHERE named.shop_id = %(shop_id)s AND named.order_id = ANY(%(order_ids)s) AND line.shop_id = %(shop_id)s
    AND line.order_id = named.order_id AND line.counted_at = named.counted_at
"""

_SAY_PAID = """
UPDATE orders_knownorder AS named SET customer_id = staged.customer_id, paid_at = staged.paid_at,
    counted_at = staged.counted_at, spend_minor = staged.spend_minor
FROM staged_order AS staged
WHERE named.shop_id = %(shop_id)s AND named.order_id = ANY(%(order_ids)s)
    AND staged.shop_id = named.shop_id AND staged.order_id = named.order_id
"""

_ADD_LINES = f"""
INSERT INTO orders_orderline ({_LINE_COLUMNS})
SELECT {_LINE_COLUMNS} FROM staged_line WHERE order_id = ANY(%s) ORDER BY order_id, position
"""  # noqa: S608 - the columns above

_ADD_REFUNDS = f"""
WITH added AS (
    INSERT INTO orders_refundrow ({_REFUND_COLUMNS})
    SELECT shop_id, refund_id, order_id, sku,
        coalesce((SELECT min(known.refunded_at) FROM orders_refundrow AS known WHERE known.shop_id = staged.shop_id
            AND known.refund_id = staged.refund_id AND known.order_id = staged.order_id), refunded_at),
        quantity, amount_minor
    FROM staged_refund AS staged WHERE NOT EXISTS (
        SELECT FROM orders_refundrow AS known WHERE known.shop_id = staged.shop_id
            AND known.refund_id = staged.refund_id AND known.order_id = staged.order_id AND known.sku = staged.sku)
    RETURNING refund_id, order_id, refunded_at
)
SELECT count(DISTINCT (refund_id, order_id, refunded_at)) FROM added
"""  # noqa: S608 - the columns above


@dataclass(frozen=True, slots=True)
class ChunkRecorded:
    """What became of one chunk of orders."""

    new: int
    known: int
    completed: int
    lines: int
    conflicts: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Orders of a history numbered from `first` to `last`, on their way out of DuckDB through files of a folder.

    `recorded_at` stands in for the moment of those that tell none.
    """

    shop_id: int
    duck: duckdb.DuckDBPyConnection
    folder: Path
    first: int
    last: int
    recorded_at: datetime

    def copy(self, connection: Connection, query: str, into: str) -> int:
        """Copy what the query says of these orders into a table; counts the rows."""
        path = self.folder / f"chunk-{self.first}.csv"
        bounds = {"first": self.first, "last": self.last, "recorded_at": self.recorded_at}
        _export(self.duck, path, query, shop_id=self.shop_id, **bounds)
        return copy_file(connection, path, into)

    def probes(self) -> list[str]:
        """Some of the orders."""
        row = self.duck.execute(_PROBES, {"first": self.first, "last": self.last}).fetchone()
        assert row is not None, "a list is one row"
        return row[0] or []


def chunk_bounds(duck: duckdb.DuckDBPyConnection, chunk_orders: int) -> list[tuple[int, int]]:
    """The first and last `no` of each chunk of a history's orders."""
    return duck.execute(
        "SELECT min(no), max(no) FROM (SELECT no, (row_number() OVER (ORDER BY no) - 1) // ? AS chunk FROM orders) "
        "GROUP BY chunk ORDER BY chunk",
        [chunk_orders],
    ).fetchall()


def add_orders(
    shop_id: int, duck: duckdb.DuckDBPyConnection, folder: Path, chunks: Sequence[tuple[int, int]]
) -> Iterator[ChunkRecorded]:
    """Write the orders of these chunks with their lines, each chunk in a transaction of its own.

    Two chunks are written at a time, by two connections; inside the caller's transaction, one after the other.
    """
    recorded_at = datetime.now(UTC)
    duck.execute(_GOODS)
    with writers(2) as connections:

        def add(number: int, connection: Connection) -> ChunkRecorded:
            return _add_chunk(connection, _Chunk(shop_id, duck.cursor(), folder, *chunks[number], recorded_at))

        yield from in_turn(connections, add, len(chunks))
    duck.execute("DROP TABLE goods")


def _add_chunk(connection: Connection, chunk: _Chunk) -> ChunkRecorded:
    with connection.transaction():
        return _add_unknown(connection, chunk) or _add_told_apart(connection, chunk)


def _add_unknown(connection: Connection, chunk: _Chunk) -> ChunkRecorded | None:
    """Write the chunk straight into its tables; None when one of its orders is known already."""
    (known,) = connection.execute(_ANY_KNOWN, [chunk.probes(), chunk.shop_id]).fetchone() or (True,)
    if known:
        return None
    try:
        with connection.transaction():
            new = chunk.copy(connection, _KNOWN_OF_CHUNK, f"orders_knownorder ({_KNOWN_COLUMNS})")
    except (UniqueViolation, DeadlockDetected):
        return None
    chunk.copy(connection, _ORDERS_OF_CHUNK, f"orders_order ({_ORDER_COLUMNS})")
    lines = chunk.copy(connection, _LINES_OF_CHUNK, f"orders_orderline ({_LINE_COLUMNS})")
    return ChunkRecorded(new, 0, 0, lines, ())


def _add_told_apart(connection: Connection, chunk: _Chunk) -> ChunkRecorded:
    """Write what of the chunk is new, complete what is known, and name what is known with other goods."""
    connection.execute("CREATE TEMPORARY TABLE staged_order (LIKE orders_order) ON COMMIT DROP")
    staged = chunk.copy(connection, _ORDERS_OF_CHUNK, f"staged_order ({_ORDER_COLUMNS})")
    connection.execute("ANALYZE staged_order")
    new = _column(connection, _ADD_ORDERS)
    _column(connection, _LOCK_KNOWN, [new])
    conflicts = _column(connection, _CONFLICTS)
    paid = _column(connection, _PAY)
    filled = _column(connection, _FILL_IN)
    lines = _add_lines(connection, chunk, new=new, paid=paid) if new or paid else 0
    connection.execute("DROP TABLE staged_order")
    return ChunkRecorded(len(new), staged - len(new), len({*paid, *filled}), lines, conflicts)


def _add_lines(connection: Connection, chunk: _Chunk, *, new: Sequence[str], paid: Sequence[str]) -> int:
    """Write the lines of orders that are new, and those of orders that are paid now in place of what they had."""
    connection.execute("CREATE TEMPORARY TABLE staged_line (LIKE orders_orderline) ON COMMIT DROP")
    chunk.copy(connection, _LINES_OF_CHUNK, f"staged_line ({_LINE_COLUMNS})")
    connection.execute(_DROP_LINES, {"shop_id": chunk.shop_id, "order_ids": paid})
    connection.execute(_SAY_PAID, {"shop_id": chunk.shop_id, "order_ids": paid})
    written = connection.execute(_ADD_LINES, [[*new, *paid]]).rowcount
    connection.execute("DROP TABLE staged_line")
    return written


def add_refunds(shop_id: int, duck: duckdb.DuckDBPyConnection, folder: Path) -> int:
    """Write the refunds that are not known yet, in one transaction; counts the new ones.

    Recorders of one shop take turns here, because a refund is known by less than its whole key.
    """
    refunds = _export(duck, folder / "refunds.csv", _REFUND_ROWS, shop_id=shop_id)
    with writers(1) as (connection,), connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('jiacan refunds', %s))", [shop_id])
        connection.execute("CREATE TEMPORARY TABLE staged_refund (LIKE orders_refundrow) ON COMMIT DROP")
        copy_file(connection, refunds, f"staged_refund ({_REFUND_COLUMNS})")
        connection.execute("ANALYZE staged_refund")
        (new,) = connection.execute(_ADD_REFUNDS).fetchone() or (0,)
        connection.execute("DROP TABLE staged_refund")
    return int(new)


_LOOKED_FOR = """
ANALYZE orders_knownorder (shop_id, order_id, customer_id, paid_at, counted_at),
    orders_order (shop_id, order_id, customer_id, counted_at, paid_at),
    orders_orderline (shop_id, order_id, counted_at, sku),
    orders_refundrow (shop_id, refund_id, order_id, refunded_at)
"""
"""What queries look for orders by; the rest of the columns take as long and are left to autovacuum."""


def look_over() -> None:
    """Let the planner know how full the tables are; it knows nothing of what was just copied into them."""
    with writers(1) as (connection,):
        connection.execute(_LOOKED_FOR)


def _export(duck: duckdb.DuckDBPyConnection, path: Path, query: str, **values: object) -> Path:
    duck.execute(f"COPY ({query}) TO '{path}' (FORMAT csv, HEADER false)", values)
    return path


def _column(connection: Connection, query: str, values: Sequence[object] = ()) -> list[str]:
    return [row[0] for row in connection.execute(query, values).fetchall()]
