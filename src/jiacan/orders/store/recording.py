"""Writing orders and refunds: whole tables of them, from DuckDB into PostgreSQL, with no loop over rows.

An order's lines are written by whoever inserted the order, in the same transaction; so of two recorders of one
order the second waits for the first and then finds it known.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from django.db import connection

_BLOCK_BYTES = 1 << 20
_ORDERS_OF_SLICE = 4_000

_ORDER_COLUMNS = (
    "shop_id, order_id, customer_id, placed_at, paid_at, received_at, status, channel, region, "
    "shipping_minor, spend_minor, goods_hash"
)
_LINE_COLUMNS = (
    "shop_id, order_id, position, sku, title, category, quantity, unit_price_micros, discount_micros, spend_minor"
)
_REFUND_COLUMNS = "shop_id, refund_id, order_id, sku, refunded_at, quantity, amount_minor"

_ORDERS_OF_CHUNK = """
SELECT $shop_id AS shop_id, order_id, any_value(customer_id) AS customer_id, any_value(placed_at) AS placed_at,
    any_value(paid_at) AS paid_at, any_value(received_at) AS received_at,
    coalesce(any_value(status), '') AS status, coalesce(any_value(channel), '') AS channel,
    coalesce(any_value(region), '') AS region,
    any_value(shipping_minor) AS shipping_minor, any_value(orders.spend_minor) AS spend_minor,
    goods_hash(any_value(customer_id), count(*),
        sum(goods_row(sku, quantity, unit_price_micros, discount_micros))) AS goods_hash
FROM orders JOIN lines USING (order_id)
WHERE order_id BETWEEN $first AND $last
GROUP BY order_id ORDER BY order_id
"""

_LINES_OF_CHUNK = """
SELECT $shop_id AS shop_id, order_id, position, sku, coalesce(title, '') AS title, coalesce(category, '') AS category,
    quantity, unit_price_micros, discount_micros, spend_minor
FROM lines SEMI JOIN (SELECT unnest($order_ids::VARCHAR[]) AS order_id) USING (order_id)
ORDER BY order_id, position
"""

_REFUND_ROWS = """
SELECT $shop_id AS shop_id, refund_id, order_id, sku, refunded_at, quantity, amount_minor
FROM refunds ORDER BY refund_id, order_id, sku, refunded_at
"""

_ADD_ORDERS = f"""
INSERT INTO orders_order ({_ORDER_COLUMNS})
SELECT {_ORDER_COLUMNS} FROM staged_order ORDER BY order_id
ON CONFLICT DO NOTHING RETURNING order_id
"""  # noqa: S608 - the columns above

_LOCK_KNOWN = """
SELECT known.order_id FROM orders_order AS known JOIN staged_order AS staged USING (shop_id, order_id)
WHERE NOT staged.order_id = ANY(%s) ORDER BY known.order_id FOR NO KEY UPDATE OF known
"""

_CONFLICTS = """
SELECT staged.order_id FROM orders_order AS known JOIN staged_order AS staged USING (shop_id, order_id)
WHERE known.paid_at IS NOT NULL AND staged.paid_at IS NOT NULL AND known.goods_hash <> staged.goods_hash
"""

_PAY = """
UPDATE orders_order AS known SET customer_id = staged.customer_id, placed_at = staged.placed_at,
    paid_at = staged.paid_at, received_at = coalesce(staged.received_at, known.received_at),
    status = coalesce(nullif(staged.status, ''), known.status), channel = staged.channel, region = staged.region,
    shipping_minor = staged.shipping_minor, spend_minor = staged.spend_minor, goods_hash = staged.goods_hash
FROM staged_order AS staged
WHERE known.shop_id = staged.shop_id AND known.order_id = staged.order_id
    AND known.paid_at IS NULL AND staged.paid_at IS NOT NULL
RETURNING known.order_id
"""

_FILL_IN = """
UPDATE orders_order AS known SET received_at = coalesce(known.received_at, staged.received_at),
    status = coalesce(nullif(known.status, ''), staged.status)
FROM staged_order AS staged
WHERE known.shop_id = staged.shop_id AND known.order_id = staged.order_id
    AND (known.goods_hash = staged.goods_hash OR staged.paid_at IS NULL)
    AND ((known.received_at IS NULL AND staged.received_at IS NOT NULL)
        OR (known.status = '' AND staged.status <> ''))
RETURNING known.order_id
"""

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


def chunk_bounds(duck: duckdb.DuckDBPyConnection, chunk_orders: int) -> list[tuple[str, str]]:
    """The first and last order number of each chunk."""
    return duck.execute(
        "SELECT min(order_id), max(order_id) FROM (SELECT order_id, (row_number() OVER (ORDER BY order_id) - 1) // ? "
        "AS chunk FROM orders) GROUP BY chunk ORDER BY chunk",
        [chunk_orders],
    ).fetchall()


def add_orders(
    shop_id: int, duck: duckdb.DuckDBPyConnection, folder: Path, *, first: str, last: str
) -> ChunkRecorded:
    """Write the orders numbered `first` to `last` with their lines; part of the caller's transaction."""
    orders = _export(duck, folder / "orders.csv", _ORDERS_OF_CHUNK, shop_id=shop_id, first=first, last=last)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE staged_order (LIKE orders_order) ON COMMIT DROP")
        staged = _copy(cursor, orders, "staged_order", _ORDER_COLUMNS)
        new = _column(cursor, _ADD_ORDERS)
        _column(cursor, _LOCK_KNOWN, [new])
        conflicts = _column(cursor, _CONFLICTS)
        paid = _column(cursor, _PAY)
        filled = _column(cursor, _FILL_IN)
        if paid:
            cursor.execute("DELETE FROM orders_orderline WHERE shop_id = %s AND order_id = ANY(%s)", [shop_id, paid])
        written = _add_lines(cursor, shop_id, duck, folder, [*new, *paid])
        cursor.execute("DROP TABLE staged_order")
    completed = len({*paid, *filled})
    return ChunkRecorded(len(new), staged - len(new), completed, written, conflicts)


def _add_lines(
    cursor: Any, shop_id: int, duck: duckdb.DuckDBPyConnection, folder: Path, order_ids: Sequence[str]
) -> int:
    """Write the orders' lines, each slice taken out of DuckDB while PostgreSQL takes the one before in."""
    slices = [order_ids[i : i + _ORDERS_OF_SLICE] for i in range(0, len(order_ids), _ORDERS_OF_SLICE)]

    def export(number: int) -> Path:
        path = folder / f"lines-{number}.csv"
        return _export(duck.cursor(), path, _LINES_OF_CHUNK, shop_id=shop_id, order_ids=slices[number])

    written = 0
    with ThreadPoolExecutor(1) as ahead:
        exports = [ahead.submit(export, number) for number in range(len(slices))]
        for exported in exports:
            written += _copy(cursor, exported.result(), "orders_orderline", _LINE_COLUMNS)
    return written


def add_refunds(shop_id: int, duck: duckdb.DuckDBPyConnection, folder: Path) -> int:
    """Write the refunds that are not known yet; part of the caller's transaction; counts the new ones.

    Recorders of one shop take turns here, because a refund is known by less than its whole key.
    """
    refunds = _export(duck, folder / "refunds.csv", _REFUND_ROWS, shop_id=shop_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('jiacan refunds', %s))", [shop_id])
        cursor.execute("CREATE TEMPORARY TABLE staged_refund (LIKE orders_refundrow) ON COMMIT DROP")
        _copy(cursor, refunds, "staged_refund", _REFUND_COLUMNS)
        cursor.execute(_ADD_REFUNDS)
        (new,) = cursor.fetchone()
        cursor.execute("DROP TABLE staged_refund")
    return int(new)


def _export(duck: duckdb.DuckDBPyConnection, path: Path, query: str, **values: object) -> Path:
    duck.execute(f"COPY ({query}) TO '{path}' (FORMAT csv, HEADER false)", values)
    return path


def _copy(cursor: Any, path: Path, table: str, columns: str) -> int:
    with path.open("rb") as file, cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT csv)") as copy:
        while block := file.read(_BLOCK_BYTES):
            copy.write(block)
    path.unlink()
    return cursor.rowcount


def _column(cursor: Any, query: str, values: Sequence[object] = ()) -> list[str]:
    cursor.execute(query, values)
    return [row[0] for row in cursor.fetchall()]
