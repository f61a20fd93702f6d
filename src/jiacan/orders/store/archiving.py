"""Writing the paid orders of a quarter to files, and taking its partitions out of their tables.

Files are written and read back before anything is taken out. Then, in one transaction that has the tables to itself,
nothing may have changed since the writing began; what is not paid stays, and the files are named. So a quarter is
either in its tables or in its files, whenever it is asked for and wherever this is killed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db import connection
from psycopg import Connection, errors, sql

from jiacan.kernel.quarters import Quarter
from jiacan.orders.contracts import Archived, ArchiveUnreadable, QuarterChanged
from jiacan.orders.store.archived import COLUMNS, LINES_FILE, ORDERS_FILE
from jiacan.orders.store.copying import copy_out

CHUNK_ROWS = 100_000

_TEXT, _NUMBER, _MOMENT = pa.string(), pa.int64(), pa.timestamp("us", "UTC")
_US = "(extract(epoch FROM {}) * 1000000)::bigint"

_ORDER_TYPES: Mapping[str, pa.DataType] = {
    "order_id": _TEXT,
    "customer_id": _TEXT,
    "counted_at": _NUMBER,
    "placed_at": _NUMBER,
    "paid_at": _NUMBER,
    "received_at": _NUMBER,
    "status": _TEXT,
    "channel": _TEXT,
    "region": _TEXT,
    "shipping_minor": _NUMBER,
    "spend_minor": _NUMBER,
    "goods_hash": _TEXT,
}
_LINE_TYPES: Mapping[str, pa.DataType] = {
    "order_id": _TEXT,
    "position": _NUMBER,
    "sku": _TEXT,
    "title": _TEXT,
    "category": _TEXT,
    "quantity": _NUMBER,
    "unit_price_micros": _NUMBER,
    "discount_micros": _NUMBER,
    "spend_minor": _NUMBER,
}

_OF_QUARTER = "shop_id = %(shop_id)s AND counted_at >= %(since)s AND counted_at < %(until)s"
_MOMENTS = ("counted_at", "placed_at", "paid_at", "received_at")
_ORDERS = f"""
SELECT {", ".join(_US.format(name) if name in _MOMENTS else name for name in _ORDER_TYPES)} FROM orders_order
WHERE {_OF_QUARTER} AND paid_at IS NOT NULL AND order_id > %(last)s ORDER BY order_id LIMIT %(chunk)s
"""  # noqa: S608 - the columns above
_LINES = f"""
SELECT {", ".join(_LINE_TYPES)} FROM orders_orderline AS line
WHERE {_OF_QUARTER} AND (order_id, position) > (%(last)s, %(place)s)
    AND EXISTS (SELECT FROM orders_knownorder AS known
        WHERE known.shop_id = line.shop_id AND known.order_id = line.order_id AND known.paid_at IS NOT NULL)
ORDER BY order_id, position LIMIT %(chunk)s
"""  # noqa: S608 - the columns above

_ADD = "SELECT jiacan_add_quarter('orders_order', %(day)s), jiacan_add_quarter('orders_orderline', %(day)s)"

_PAID_QUARTERS = """
SELECT DISTINCT date_trunc('quarter', counted_at AT TIME ZONE 'UTC')::date FROM orders_order
WHERE counted_at < %s AND paid_at IS NOT NULL ORDER BY 1
"""

_SHOPS = (
    "SELECT DISTINCT shop_id FROM orders_order WHERE counted_at >= %s AND counted_at < %s AND paid_at IS NOT NULL"
)

_TAKE_OUT = """
ALTER TABLE orders_order DETACH PARTITION {orders};
ALTER TABLE orders_orderline DETACH PARTITION {lines};
INSERT INTO orders_order SELECT * FROM {orders} WHERE paid_at IS NULL;
INSERT INTO orders_orderline
SELECT line.* FROM {lines} AS line JOIN {orders} AS unpaid USING (shop_id, order_id) WHERE unpaid.paid_at IS NULL;
DROP TABLE {orders}, {lines}
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """How many rows there were, and the oldest transaction that could still change them."""

    orders: int
    lines: int
    horizon: str


def quarters_before(until: datetime) -> tuple[Quarter, ...]:
    """The quarters that have paid orders in their tables, as far as those came before the moment."""
    with connection.cursor() as cursor:
        cursor.execute(_PAID_QUARTERS, [until])
        return tuple(Quarter(day) for (day,) in cursor.fetchall())


def add_quarter(quarter: Quarter) -> None:
    """Give the quarter partitions of its own, where its rows lie with the rest."""
    with connection.cursor() as cursor:
        cursor.execute(_ADD, {"day": quarter.first})


def shops_in(quarter: Quarter) -> tuple[int, ...]:
    """The shops that have paid orders in the quarter."""
    with connection.cursor() as cursor:
        cursor.execute(_SHOPS, [quarter.starts_at, quarter.ends_at])
        return tuple(sorted(shop_id for (shop_id,) in cursor.fetchall()))


def look(quarter: Quarter) -> Seen:
    """The quarter as it is now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::xid::text")
        (horizon,) = cursor.fetchone()
    (orders, _), (lines, _) = _counted(quarter, horizon)
    return Seen(orders, lines, horizon)


def _counted(quarter: Quarter, horizon: str) -> Iterator[tuple[int, bool]]:
    """Of orders and of lines: how many there are, and whether one is of a transaction since the horizon."""
    query = "SELECT count(*), coalesce(bool_or(age(xmin) <= age(%s::text::xid)), false) FROM {}"
    with connection.cursor() as cursor:
        for table in ("orders_order", "orders_orderline"):
            cursor.execute(sql.SQL(query).format(_partition(table, quarter)), [horizon])
            yield cursor.fetchone()


def _partition(table: str, quarter: Quarter) -> sql.Identifier:
    return sql.Identifier(f"{table}_{quarter.name}")


def write_shop(shop_id: int, quarter: Quarter, folder: Path) -> Archived:
    """Write a shop's paid orders of the quarter and their lines into a new folder, and read them back.

    Raises:
        ArchiveUnreadable: what was read back is not what was written.
    """
    connection.ensure_connection()
    part = _next_part(shop_id, quarter)
    place = folder / f"{shop_id}-{quarter.name}-{part}"
    place.mkdir(parents=True, exist_ok=True)
    asked = {"shop_id": shop_id, "since": quarter.starts_at, "until": quarter.ends_at, "chunk": CHUNK_ROWS}
    orders = _write(_chunks(connection.connection, _ORDERS, asked, _ORDER_TYPES), place / ORDERS_FILE)
    lines = _write(_chunks(connection.connection, _LINES, asked, _LINE_TYPES), place / LINES_FILE)
    _keep(place / ORDERS_FILE, place / LINES_FILE, place, folder)
    moments = pq.read_table(place / ORDERS_FILE, columns=["paid_at"])["paid_at"]
    return Archived(
        shop_id=shop_id,
        quarter=quarter.first,
        part=part,
        folder=str(place.resolve()),
        orders=orders,
        lines=lines,
        orders_sha256=file_sha256(place / ORDERS_FILE),
        lines_sha256=file_sha256(place / LINES_FILE),
        first_at=pc.min(moments).as_py(),
        last_at=pc.max(moments).as_py(),
    )


def _next_part(shop_id: int, quarter: Quarter) -> int:
    with connection.cursor() as cursor:
        query = "SELECT coalesce(max(part), 0) + 1 FROM orders_archivedorders WHERE shop_id = %s AND quarter = %s"
        cursor.execute(query, [shop_id, quarter.first])
        return int(cursor.fetchone()[0])


def _chunks(
    asking: Connection, query: str, asked: Mapping[str, object], types: Mapping[str, pa.DataType]
) -> Iterator[pa.Table]:
    last, place = "", 0
    while True:
        found = copy_out(asking, query, {**asked, "last": last, "place": place}, types)
        if found.num_rows:
            yield _typed(found)
            last = found["order_id"][-1].as_py()
            place = found["position"][-1].as_py() if "position" in types else 0
        if found.num_rows < CHUNK_ROWS:
            return


def _typed(found: pa.Table) -> pa.Table:
    for name in set(_MOMENTS).intersection(found.column_names):
        found = found.set_column(found.schema.get_field_index(name), name, found[name].cast(_MOMENT))
    return found


def _write(chunks: Iterator[pa.Table], path: Path) -> int:
    """Write the chunks, one row group each, and read them back; counts the rows."""
    rows, said = 0, []
    writer: pq.ParquetWriter | None = None
    for chunk in chunks:
        writer = writer or pq.ParquetWriter(path, chunk.schema, compression="zstd")
        writer.write_table(chunk, row_group_size=CHUNK_ROWS)
        rows += chunk.num_rows
        said.append(_digest(chunk))
    assert writer is not None, "a shop that is archived has orders, and an order has lines"
    writer.close()
    written = pq.ParquetFile(path)
    if [_digest(written.read_row_group(group)) for group in range(written.num_row_groups)] != said:
        raise ArchiveUnreadable(path=str(path))
    return rows


def _keep(*paths: Path) -> None:
    """See them on the disk, before what they have is nowhere else."""
    for path in paths:
        number = os.open(path, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _digest(table: pa.Table) -> str:
    sink = pa.BufferOutputStream()
    whole = table.replace_schema_metadata(None).combine_chunks()
    with pa.ipc.new_stream(sink, whole.schema) as stream:
        stream.write_table(whole)
    return hashlib.sha256(sink.getvalue()).hexdigest()


def file_sha256(path: Path) -> str:
    """The file's digest.

    Raises:
        ArchiveUnreadable: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ArchiveUnreadable(path=str(path)) from error


def look_for(files: Archived) -> None:
    """See that both files are there, with as many rows as were written.

    Raises:
        ArchiveUnreadable: one is missing or damaged.
    """
    folder = Path(files.folder)
    for name, rows in ((ORDERS_FILE, files.orders), (LINES_FILE, files.lines)):
        try:
            found = pq.read_metadata(folder / name).num_rows
        except (OSError, pa.ArrowException) as error:
            raise ArchiveUnreadable(path=str(folder / name)) from error
        if found != rows:
            raise ArchiveUnreadable(path=str(folder / name))


def verify(files: Archived) -> None:
    """See that both files are byte for byte what was written.

    Raises:
        ArchiveUnreadable: one is missing or damaged.
    """
    folder = Path(files.folder)
    for name, digest in ((ORDERS_FILE, files.orders_sha256), (LINES_FILE, files.lines_sha256)):
        if file_sha256(folder / name) != digest:
            raise ArchiveUnreadable(path=str(folder / name))


def take_out(quarter: Quarter, seen: Seen, archived: Sequence[Archived]) -> None:
    """Take the quarter's partitions out of their tables and name the files; part of the caller's transaction.

    Raises:
        QuarterChanged: it is not as it was seen, or others are at work there.
    """
    orders, lines = _partition("orders_order", quarter), _partition("orders_orderline", quarter)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            lock = "LOCK TABLE ONLY orders_order, ONLY orders_orderline, {}, {} IN ACCESS EXCLUSIVE MODE"
            cursor.execute(sql.SQL(lock).format(orders, lines))
    except Exception as error:
        if isinstance(error.__cause__, (errors.LockNotAvailable, errors.DeadlockDetected)):
            raise QuarterChanged(quarter=quarter.name) from error
        raise
    if list(_counted(quarter, seen.horizon)) != [(seen.orders, False), (seen.lines, False)]:
        raise QuarterChanged(quarter=quarter.name)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(_TAKE_OUT).format(orders=orders, lines=lines))
        for each in archived:
            row = asdict(each)
            cursor.execute(_INSERT, row)


_INSERT = f"""
INSERT INTO orders_archivedorders ({", ".join(COLUMNS)}) VALUES ({", ".join(f"%({name})s" for name in COLUMNS)})
"""  # noqa: S608 - the columns above
