"""Reading orders back that lie in files: by number, as values like those of the tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection
from psycopg import Connection

from jiacan.kernel.quarters import Quarter
from jiacan.orders.contracts import Archived, ArchiveUnreadable, OrderLine

ORDERS_FILE, LINES_FILE = "orders.parquet", "lines.parquet"

COLUMNS = tuple(Archived.__dataclass_fields__)

_FIND = f"""
SELECT {", ".join(COLUMNS)} FROM orders_archivedorders WHERE shop_id = %s ORDER BY quarter, part
"""  # noqa: S608 - the columns above

ORDER_FIELDS = (
    "order_id",
    "customer_id",
    "paid_at",
    "placed_at",
    "received_at",
    "status",
    "channel",
    "region",
    "shipping_minor",
    "spend_minor",
)
_ORDERS = (*ORDER_FIELDS, "goods_hash")
_LINES = (
    "order_id",
    "position",
    "sku",
    "quantity",
    "unit_price_micros",
    "discount_micros",
    "category",
    "title",
    "spend_minor",
)


@dataclass(frozen=True, slots=True)
class ArchivedLine:
    """A line with its place in its order."""

    position: int
    line: OrderLine
    spend_minor: int


@dataclass(frozen=True, slots=True)
class ArchivedOrder:
    """An order as it was when it was archived."""

    order_id: str
    customer_id: str | None
    paid_at: datetime
    placed_at: datetime | None
    received_at: datetime | None
    status: str
    channel: str
    region: str
    shipping_minor: int
    spend_minor: int
    goods_hash: UUID
    lines: tuple[ArchivedLine, ...]


def find_archives(shop_id: int, asking: Connection | None = None) -> tuple[Archived, ...]:
    """All files with archived orders of the shop; asked by a connection of its own, where one is given."""
    if asking is not None:
        return tuple(Archived(*row) for row in asking.execute(_FIND, [shop_id]).fetchall())
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [shop_id])
        return tuple(Archived(*row) for row in cursor.fetchall())


def load_archived(
    shop_id: int, paid_at: Mapping[str, datetime], asking: Connection | None = None
) -> dict[str, ArchivedOrder]:
    """These orders, of which only numbers and moments are in the tables, from the files that have them.

    Raises:
        ArchiveUnreadable: a file is missing or damaged, or none has one of the orders.
    """
    if not paid_at:
        return {}
    days = {Quarter.of(at.astimezone(UTC)).first for at in paid_at.values()}
    folders = [Path(each.folder) for each in find_archives(shop_id, asking) if each.quarter in days]
    lines: dict[str, list[ArchivedLine]] = {}
    for order_id, position, *goods, spend in _read(
        _LINES, [folder / LINES_FILE for folder in folders], list(paid_at)
    ):
        lines.setdefault(order_id, []).append(ArchivedLine(position, OrderLine(*goods), spend))
    rows = _read(_ORDERS, [folder / ORDERS_FILE for folder in folders], list(paid_at))
    found = {row[0]: _to_order(row, lines[row[0]]) for row in rows}
    if lost := paid_at.keys() - found.keys():
        raise ArchiveUnreadable(path=", ".join(map(str, folders)) or min(lost))
    return found


def _to_order(row: Sequence[Any], lines: Sequence[ArchivedLine]) -> ArchivedOrder:
    facts = dict(zip(_ORDERS, row, strict=True))
    return ArchivedOrder(**{**facts, "goods_hash": UUID(facts["goods_hash"]), "lines": tuple(lines)})


def _read(columns: Sequence[str], files: Sequence[Path], order_ids: Sequence[str]) -> Iterator[tuple]:
    """The rows of these orders as they stand in the files; only the groups that may have one are read."""
    for path in files:
        try:
            found = pq.read_table(path, columns=list(columns), filters=[("order_id", "in", order_ids)])
        except (OSError, pa.ArrowException) as error:
            raise ArchiveUnreadable(path=str(path)) from error
        yield from zip(*(found[name].to_pylist() for name in columns), strict=True)
