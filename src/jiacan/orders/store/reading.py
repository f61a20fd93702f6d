"""Reading orders and refunds back as values, by number or by their place in time."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator
from datetime import datetime

from django.db import connection

from jiacan.kernel.periods import Period
from jiacan.kernel.statements import Prepared
from jiacan.orders.contracts import EventKey, Order, OrderLine, Refund, RefundLine
from jiacan.orders.store.archived import ArchivedOrder, load_archived

# What is not there lies in files.
# `OFFSET 0` has rows looked up one by one, each in its own partition, whatever the planner knows of the tables.
_ORDERS = Prepared("""
WITH paid AS MATERIALIZED (
    SELECT order_id, customer_id, paid_at,
        (SELECT count(*) FROM orders_knownorder AS earlier
         WHERE earlier.shop_id = this.shop_id AND earlier.customer_id = this.customer_id
            AND (earlier.paid_at, earlier.order_id) <= (this.paid_at, this.order_id)) AS number
    FROM orders_knownorder AS this
    WHERE shop_id = %(shop_id)s::bigint AND order_id = ANY(%(order_ids)s::text[]) AND paid_at IS NOT NULL
)
SELECT paid.order_id, customer_id, paid_at, number, channel, region, shipping_minor,
    sku, quantity, unit_price_micros, discount_micros, category, title
FROM paid
LEFT JOIN LATERAL (
    SELECT channel, region, shipping_minor FROM orders_order AS known WHERE shop_id = %(shop_id)s::bigint
        AND known.order_id = paid.order_id AND counted_at = paid.paid_at OFFSET 0) AS known ON true
LEFT JOIN LATERAL (
    SELECT * FROM orders_orderline AS line WHERE shop_id = %(shop_id)s::bigint
        AND line.order_id = paid.order_id AND counted_at = paid.paid_at OFFSET 0) AS line ON true
ORDER BY paid.order_id, position
""")

_LINES = """
SELECT named.order_id, sku, quantity, unit_price_micros, discount_micros, category, title
FROM orders_knownorder AS named CROSS JOIN LATERAL (
    SELECT * FROM orders_orderline AS line WHERE line.shop_id = %(shop_id)s
        AND line.order_id = named.order_id AND line.counted_at = named.counted_at OFFSET 0) AS line
WHERE named.shop_id = %(shop_id)s AND named.order_id = ANY(%(order_ids)s)
ORDER BY named.order_id, position
"""

_REFUNDS = """
SELECT order_id, refunded_at, refund_id, sku, quantity, amount_minor
FROM orders_refundrow WHERE shop_id = %s AND order_id = ANY(%s)
ORDER BY order_id, refunded_at, refund_id, sku
"""

# Some exports date a refund before its order; it then counts at the order's moment, just after it.
_EVENTS = """
SELECT * FROM (
    (SELECT paid_at AS occurred_at, 0 AS is_refund, order_id AS id, order_id
     FROM orders_knownorder
     WHERE shop_id = %(shop_id)s AND paid_at >= greatest(%(starts_at)s, %(at)s) AND paid_at < %(ends_at)s
        AND (paid_at, 0, order_id, order_id) > (%(at)s, %(is_refund)s, %(id)s, %(order_id)s)
     ORDER BY paid_at, order_id LIMIT %(chunk)s)
    UNION ALL
    (SELECT DISTINCT greatest(refunded_at, paid_at), 1, refund_id, refund.order_id
     FROM orders_refundrow AS refund JOIN orders_knownorder AS paid USING (shop_id, order_id)
     WHERE shop_id = %(shop_id)s AND paid_at >= %(starts_at)s AND paid_at < %(ends_at)s
        AND (greatest(refunded_at, paid_at), 1, refund_id, refund.order_id)
            > (%(at)s, %(is_refund)s, %(id)s, %(order_id)s)
     ORDER BY 1, 3, 4 LIMIT %(chunk)s)
) AS events ORDER BY occurred_at, is_refund, id, order_id LIMIT %(chunk)s
"""


def load_lines(shop_id: int, order_ids: Collection[str]) -> dict[str, tuple[OrderLine, ...]]:
    """The lines of these orders, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(_LINES, {"shop_id": shop_id, "order_ids": list(order_ids)})
        return {
            order_id: tuple(OrderLine(*row[1:]) for row in rows)
            for order_id, rows in itertools.groupby(cursor.fetchall(), key=lambda row: row[0])
        }


def load_orders(shop_id: int, order_ids: Collection[str]) -> dict[str, Order]:
    """The paid ones among these orders, with their lines and their customers' order numbers."""
    with connection.cursor() as cursor:
        cursor.execute(_ORDERS, {"shop_id": shop_id, "order_ids": list(order_ids)})
        rows = cursor.fetchall()
    archived = load_archived(shop_id, {row[0]: row[2] for row in rows if row[4] is None})
    return {
        order_id: Order(order_id, customer_id, paid_at, tuple(OrderLine(*row[7:]) for row in lines), *rest)
        if order_id not in archived
        else _from_archive(archived[order_id], number=rest[0])
        for (order_id, customer_id, paid_at, *rest), lines in itertools.groupby(rows, key=lambda row: row[:7])
    }


def _from_archive(order: ArchivedOrder, *, number: int) -> Order:
    return Order(
        order.order_id,
        order.customer_id,
        order.paid_at,
        tuple(each.line for each in order.lines),
        number,
        order.channel,
        order.region,
        order.shipping_minor,
    )


def load_refunds(shop_id: int, order_ids: Collection[str]) -> dict[str, tuple[Refund, ...]]:
    """Each order's refunds by `(refunded_at, refund_id)`; an order without any is left out."""
    with connection.cursor() as cursor:
        cursor.execute(_REFUNDS, [shop_id, list(order_ids)])
        rows = cursor.fetchall()
    return {
        order_id: tuple(
            Refund(refund_id, order_id, at, tuple(RefundLine(*row[3:]) for row in lines))
            for (at, refund_id), lines in itertools.groupby(of_order, key=lambda row: row[1:3])
        )
        for order_id, of_order in itertools.groupby(rows, key=lambda row: row[0])
    }


def walk_events(shop_id: int, period: Period, chunk: int) -> Iterator[tuple[EventKey, ...]]:
    """Orders paid in the period and all refunds of them as they settle, `chunk` at a time.

    Only one chunk is held; what is recorded behind the place reached is not seen.
    """
    last = EventKey(period.starts_at, is_refund=False, id="", order_id="")
    while events := _next_events(shop_id, period, last, chunk):
        yield events
        last = events[-1]


def _next_events(shop_id: int, period: Period, last: EventKey, chunk: int) -> tuple[EventKey, ...]:
    values = {
        "shop_id": shop_id,
        "starts_at": period.starts_at,
        "ends_at": period.ends_at,
        "at": last.occurred_at,
        "is_refund": int(last.is_refund),
        "id": last.id,
        "order_id": last.order_id,
        "chunk": chunk,
    }
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, values)
        rows: list[tuple[datetime, int, str, str]] = cursor.fetchall()
    return tuple(EventKey(at, bool(is_refund), key, order_id) for at, is_refund, key, order_id in rows)
