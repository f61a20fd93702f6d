"""A year of a large shop, the same every time: `python -m bench.orders [ORDERS]` prints one JSON line.

Writes orders and refunds as Parquet in the canonical form with typed columns, into the folder that
JIACAN_BENCH_HISTORIES names, where other benches find them, or into one that is gone afterwards: on average 2.5 lines
an order and 3 orders a customer (a few buy often, one order in twenty is a guest's), 20,000 products in 60
categories, prices with cents, a discount on one line in twelve, and a refund of one order in thirty-three. A seventh
of the year falls into the first eleven days of November. Every value is a hash of the order's number and a seed, so
that nothing but the number of orders and the version of DuckDB bears on it.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template

import duckdb

from bench.measure import Measured, measure_process, print_line

ORDERS = 10_000_000
KEPT_IN = "JIACAN_BENCH_HISTORIES"
LINES_AN_ORDER = 2.5
CUSTOMERS_AN_ORDER = 0.36
"""How many customers there are to draw from; about two thirds of them come."""

PRODUCTS, CATEGORIES = 20_000, 60
CHANNELS = ("tmall", "jd", "douyin", "pinduoduo", "shop")
REGIONS = (
    *("北京", "天津", "河北", "山西", "内蒙古", "辽宁", "吉林", "黑龙江", "上海", "江苏", "浙江", "安徽", "福建"),
    *("江西", "山东", "河南", "湖北", "湖南", "广东", "广西", "海南", "重庆", "四川", "贵州", "云南", "西藏"),
    *("陕西", "甘肃", "青海", "宁夏", "新疆"),
)

# Every column of an order or a line is drawn with a seed of its own.
_CHANCE = """
CREATE MACRO chance(n, seed) AS (hash(n * 64 + seed) >> 11)::DOUBLE / 9007199254740992;
CREATE MACRO pick(n, seed, options) AS options[1 + floor(chance(n, seed) * len(options))::BIGINT];
"""

# Weekends sell more than weekdays, November's first ten days three times as much, Double 11 itself thirty times.
_DAYS = """
CREATE TABLE days AS
WITH weighed AS (
    SELECT n, TIMESTAMPTZ '2025-01-01 00:00:00+08' + to_days(n::INTEGER) AS starts_at, CASE
        WHEN n = 314 THEN 30 WHEN n BETWEEN 304 AND 313 THEN 4 WHEN n = 168 THEN 9
        WHEN (n + 3) % 7 IN (5, 6) THEN 1.3 ELSE 1 END AS weight
    FROM range(365) AS day(n)
), summed AS (
    SELECT *, sum(weight) OVER (ORDER BY n) / sum(weight) OVER () AS share FROM weighed
), placed AS (
    SELECT n, starts_at, round($orders * coalesce(lag(share) OVER (ORDER BY n), 0))::BIGINT AS first,
        round($orders * share)::BIGINT AS until
    FROM summed
)
SELECT n, starts_at, first, until, n = 314 AS peak FROM placed
"""

# Tables, not views: only a table is scanned by every core.
_NUMBERS = """
CREATE TABLE numbers AS SELECT unnest(range(first, until)) AS number, starts_at, peak FROM days ORDER BY number;
CREATE TABLE products AS
SELECT product, printf('SKU%05d', product) AS sku, printf('商品 %05d 号', product) AS title,
    printf('类目%02d', product % $categories) AS category,
    round(390 * exp(4.5 * chance(product, 1) * chance(product, 2)))::BIGINT AS price_cents
FROM range($products) AS listed(product)
"""

_DRAWN = """
CREATE VIEW drawn AS
SELECT number, concat('2025', lpad(number::VARCHAR, 10, '0'), right(hash(number)::VARCHAR, 4)) AS order_id,
    CASE WHEN chance(number, 3) < 0.95 THEN
        'u' || (100000013 + floor($customers * chance(number, 4) ** 1.6)::BIGINT * 7) END AS customer_id,
    starts_at + to_microseconds(floor(86400 * CASE WHEN peak THEN chance(number, 5) ** 2.5
        ELSE 0.25 + 0.75 * sqrt(chance(number, 5)) END)::BIGINT * 1000000) AS paid_at,
    floor(chance(number, 6) ** 2 * 900)::BIGINT AS seconds_to_pay,
    1 + floor(6 * chance(number, 7))::BIGINT AS days_to_receive,
    pick(number, 8, $channels) AS channel, pick(number, 9, $regions) AS region,
    (CASE WHEN chance(number, 10) < 0.7 THEN 0 ELSE 8 END)::DECIMAL(12, 2) AS shipping,
    CASE WHEN chance(number, 11) < 0.30 THEN 1 WHEN chance(number, 11) < 0.57 THEN 2 WHEN chance(number, 11) < 0.77
        THEN 3 WHEN chance(number, 11) < 0.90 THEN 4 WHEN chance(number, 11) < 0.96 THEN 5 ELSE 6 END AS line_count
FROM numbers
"""

_ORDER_ROWS = """
COPY (
    SELECT order_id, customer_id, paid_at - to_seconds(seconds_to_pay) AS placed_at, paid_at,
        paid_at + to_days(days_to_receive::INTEGER) AS received_at, 'finished' AS status, channel, region,
        sku, title, category, quantity, (price_cents / 100)::DECIMAL(12, 2) AS unit_price,
        (CASE WHEN chance(line, 15) < 0.08 THEN quantity * price_cents // 10 ELSE 0 END / 100)::DECIMAL(12, 2)
            AS line_discount, shipping
    FROM (
        SELECT *, floor($products * chance(line, 13) ** 1.8)::BIGINT AS product, CASE WHEN chance(line, 14) < 0.75
            THEN 1 ELSE 2 + floor(5 * chance(line, 14) ** 12)::INTEGER END AS quantity
        FROM (SELECT *, number * 8 + unnest(range(line_count)) AS line FROM drawn)
    ) JOIN products USING (product)
) TO '$path' (FORMAT parquet, COMPRESSION zstd)
"""

# The first line of the order comes back, and half the time the second does too.
_REFUND_ROWS = """
COPY (
    SELECT 'R' || order_id AS refund_id, order_id,
        received_at + to_hours((hash(order_id) % 200)::BIGINT) AS refunded_at, sku, quantity,
        (quantity * unit_price - line_discount)::DECIMAL(12, 2) AS amount
    FROM read_parquet('$sold', file_row_number = true) WHERE hash(order_id) % 100 < 3
    QUALIFY row_number() OVER (PARTITION BY order_id ORDER BY file_row_number) <= 1 + hash(order_id, 1) % 2
    ORDER BY order_id, file_row_number
) TO '$path' (FORMAT parquet, COMPRESSION zstd)
"""


@dataclass(frozen=True)
class Files:
    """A history in Parquet."""

    orders: Path
    refunds: Path


@contextmanager
def histories() -> Iterator[Path]:
    """The folder that histories are kept in, or one for now."""
    with tempfile.TemporaryDirectory(prefix="jiacan-bench-") as made:
        folder = Path(os.environ.get(KEPT_IN) or made)
        folder.mkdir(parents=True, exist_ok=True)
        yield folder


def write_history(folder: Path, orders: int) -> Files:
    """Write the history of so many orders into the folder; what is there already is the same and stays."""
    files = Files(folder / f"orders-{orders}.parquet", folder / f"refunds-{orders}.parquet")
    if files.orders.exists() and files.refunds.exists():
        return files
    with tempfile.TemporaryDirectory(dir=folder) as unfinished, duckdb.connect() as duck:
        duck.execute("SET memory_limit = '2GB'; SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        duck.execute(f"SET temp_directory = '{unfinished}'")
        customers = max(1, round(orders * CUSTOMERS_AN_ORDER))
        for rows in (_CHANCE, _DAYS, _NUMBERS, _DRAWN):
            duck.execute(_filled(rows, orders=orders, customers=customers))
        for rows, path in ((_ORDER_ROWS, files.orders), (_REFUND_ROWS, files.refunds)):
            written = Path(unfinished) / path.name
            duck.execute(_filled(rows, path=written, sold=files.orders))
            written.rename(path)
    return files


def _filled(rows: str, **values: object) -> str:
    constants = {"products": PRODUCTS, "categories": CATEGORIES, "channels": list(CHANNELS), "regions": list(REGIONS)}
    return Template(rows).substitute(constants | values)


def read_with_duckdb(*files: Path) -> Measured:
    """A process that reads every column of the files into memory, as tables of DuckDB alone."""
    reads = "; ".join(
        f"duckdb.execute(\"CREATE TABLE read_{number} AS FROM '{file}'\")" for number, file in enumerate(files)
    )
    return measure_process([sys.executable, "-c", f"import duckdb; {reads}"])


def main(orders: int = ORDERS) -> None:
    """Write a history, and say what is in it."""
    with histories() as folder:
        began = time.perf_counter()
        files = write_history(folder, orders)
        seconds = time.perf_counter() - began
        reading = read_with_duckdb(files.orders, files.refunds)
        counted = duckdb.execute(
            f"SELECT count(*), count(DISTINCT order_id), count(DISTINCT customer_id), count(DISTINCT sku) "
            f"FROM '{files.orders}'"
        ).fetchall()[0]
        refunded = duckdb.execute(f"SELECT count(*), count(DISTINCT order_id) FROM '{files.refunds}'").fetchall()[0]
        megabytes = (files.orders.stat().st_size + files.refunds.stat().st_size) / 1e6
    if counted[1] != orders:
        raise RuntimeError(f"{counted[1]} orders were written, and not {orders}")
    print_line(
        "orders",
        size=f"{orders:,} orders",
        shown=("seconds", "lines", "megabytes"),
        yardstick="reading them with DuckDB",
        ratio=round(seconds / reading.seconds, 2),
        megabytes=round(megabytes, 1),
        lines=counted[0],
        orders=counted[1],
        customers=counted[2],
        products=counted[3],
        refund_rows=refunded[0],
        orders_refunded=refunded[1],
        seconds=round(seconds, 2),
        read_seconds=round(reading.seconds, 2),
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
