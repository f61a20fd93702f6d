"""Looking orders up: one, a page of them, or what of them is to settle."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg import sql

from jiacan.kernel.statements import Prepared
from jiacan.orders.contracts import (
    EventKey,
    IncomingOrder,
    OrderCursor,
    OrderFilter,
    OrderLine,
    OrderPage,
    RecordedOrder,
)
from jiacan.orders.store.archived import ORDER_FIELDS, load_archived
from jiacan.orders.store.reading import load_lines, load_refunds

_COLUMNS = sql.SQL(", ".join(ORDER_FIELDS))
_OF_ORDER = attrgetter(*ORDER_FIELDS)

# Numbers are chosen first, and rows looked up one by one then, each in its own partition; what is not there lies in
# files.
_FIND = """
SELECT id, at, {columns} FROM (
    SELECT shop_id AS shop, order_id AS id, counted_at AS at, row_number() OVER ({order}) AS place
    FROM orders_knownorder WHERE {where} {order} {limit}) AS named
LEFT JOIN LATERAL (
    SELECT * FROM orders_order WHERE shop_id = named.shop AND order_id = named.id AND counted_at = named.at
    OFFSET 0) AS known ON true
ORDER BY place
"""

# Some exports date a refund before its order; it then counts at the order's moment, just after it.
_EVENTS_OF = Prepared("""
SELECT order_id, paid_at, false, order_id FROM orders_knownorder
WHERE shop_id = %(shop_id)s::bigint AND order_id = ANY(%(order_ids)s::text[]) AND paid_at IS NOT NULL
UNION ALL
SELECT DISTINCT refund.order_id, greatest(refunded_at, paid_at), true, refund_id
FROM orders_refundrow AS refund JOIN orders_knownorder AS paid USING (shop_id, order_id)
WHERE shop_id = %(shop_id)s::bigint AND order_id = ANY(%(order_ids)s::text[]) AND paid_at IS NOT NULL
ORDER BY 1, 3, 2, 4
""")

_GOODS = """
SELECT named.order_id, named.counted_at, goods_hash FROM orders_knownorder AS named LEFT JOIN LATERAL (
    SELECT goods_hash FROM orders_order AS known WHERE known.shop_id = %(shop_id)s
        AND known.order_id = named.order_id AND known.counted_at = named.counted_at OFFSET 0) AS known ON true
WHERE named.shop_id = %(shop_id)s AND named.order_id = ANY(%(order_ids)s)
"""

_EARLIER = """
SELECT count(*) FROM orders_knownorder
WHERE shop_id = %s AND customer_id = %s AND order_id <> %s AND (paid_at, order_id) <= (%s, %s)
"""


def find_orders(shop_id: int, order_ids: Collection[str]) -> dict[str, RecordedOrder]:
    """These orders, paid or not, by number; one that was never recorded is absent."""
    where = [sql.SQL("shop_id = %s AND order_id = ANY(%s)")]
    found = _fetch(shop_id, where, [shop_id, list(order_ids)])
    return {each.order.order_id: each for each in found}


def orders_page(shop_id: int, asked: OrderFilter, after: OrderCursor | None, limit: int) -> OrderPage:
    """A page of orders: those not paid yet by number, then the last paid first."""
    where = [sql.SQL("shop_id = %s")]
    values: list[object] = [shop_id]
    for condition, value in _conditions(asked):
        where.append(sql.SQL(condition))
        values.extend(value)
    if after is not None and after.paid_at is None:
        where.append(sql.SQL("(paid_at IS NOT NULL OR order_id < %s)"))
        values.append(after.order_id)
    elif after is not None:
        where.append(sql.SQL("(paid_at, order_id) < (%s, %s)"))
        values.extend((after.paid_at, after.order_id))
    found = _fetch(shop_id, where, values, limit=limit + 1)
    if len(found) <= limit:
        return OrderPage(tuple(found), None)
    last = found[limit - 1].order
    return OrderPage(tuple(found[:limit]), OrderCursor(last.paid_at, last.order_id))


def _conditions(asked: OrderFilter) -> list[tuple[str, tuple[Any, ...]]]:
    conditions: list[tuple[str, tuple[Any, ...]]] = []
    if asked.customer_id is not None:
        conditions.append(("customer_id = %s", (asked.customer_id,)))
    if asked.paid is not None:
        conditions.append(("paid_at IS NOT NULL" if asked.paid else "paid_at IS NULL", ()))
    if asked.since is not None:
        conditions.append(("paid_at >= %s", (asked.since,)))
    if asked.until is not None:
        conditions.append(("paid_at < %s", (asked.until,)))
    return conditions


def _fetch(
    shop_id: int, where: Sequence[sql.Composable], values: Sequence[object], *, limit: int | None = None
) -> list[RecordedOrder]:
    query = sql.SQL(_FIND).format(
        columns=_COLUMNS,
        where=sql.SQL(" AND ").join(where),
        order=sql.SQL("ORDER BY paid_at DESC NULLS FIRST, order_id DESC"),
        limit=sql.SQL("LIMIT {}").format(limit),
    )
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        rows = cursor.fetchall()
    archived = load_archived(shop_id, {order_id: at for order_id, at, known, *_ in rows if known is None})
    lines = load_lines(shop_id, [order_id for order_id, *_ in rows if order_id not in archived])
    lines |= {order_id: tuple(each.line for each in order.lines) for order_id, order in archived.items()}
    refunds = load_refunds(shop_id, [order_id for order_id, *_ in rows])
    found = (_OF_ORDER(archived[row[0]]) if row[0] in archived else row[2:] for row in rows)
    return [
        RecordedOrder(_to_order(row, lines[row[0]]), spend_minor=row[-1], refunds=refunds.get(row[0], ()))
        for row in found
    ]


def _to_order(row: Sequence[Any], lines: tuple[OrderLine, ...]) -> IncomingOrder:
    order_id, customer_id, paid_at, placed_at, received_at, status, channel, region, shipping_minor, _ = row
    return IncomingOrder(
        order_id=order_id,
        customer_id=customer_id,
        lines=lines,
        paid_at=paid_at,
        placed_at=placed_at,
        received_at=received_at,
        status=status,
        channel=channel,
        region=region,
        shipping_minor=shipping_minor,
    )


def events_of(shop_id: int, order_ids: Collection[str]) -> dict[str, tuple[EventKey, ...]]:
    """Each paid order and its refunds as they settle, the order itself first; an unpaid one is absent."""
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS_OF, {"shop_id": shop_id, "order_ids": list(order_ids)})
        rows: list[tuple[str, datetime, bool, str]] = cursor.fetchall()
    return {
        order_id: tuple(EventKey(at, is_refund, key, order_id) for _, at, is_refund, key in of_order)
        for order_id, of_order in itertools.groupby(rows, key=lambda row: row[0])
    }


def goods_of(shop_id: int, order_ids: Collection[str]) -> dict[str, UUID]:
    """The hash of each recorded order's goods."""
    with connection.cursor() as cursor:
        cursor.execute(_GOODS, {"shop_id": shop_id, "order_ids": list(order_ids)})
        rows = cursor.fetchall()
    archived = load_archived(shop_id, {order_id: at for order_id, at, goods in rows if goods is None})
    goods = {order_id: goods for order_id, _, goods in rows}
    return goods | {order_id: order.goods_hash for order_id, order in archived.items()}


def count_earlier(shop_id: int, customer_id: str, order_id: str, at: datetime) -> int:
    """How many other orders the customer has paid by then."""
    with connection.cursor() as cursor:
        cursor.execute(_EARLIER, [shop_id, customer_id, order_id, at, order_id])
        (earlier,) = cursor.fetchone()
    return int(earlier)
