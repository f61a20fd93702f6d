"""Whole tables of orders for reports."""

from __future__ import annotations

from collections.abc import Collection

import pyarrow as pa
from django.db import connection

from jiacan.orders.store.copying import copy_out

_PAID_ORDERS = """
SELECT order_id, customer_id, (extract(epoch FROM paid_at) * 1000000)::bigint, spend_minor
FROM orders_knownorder WHERE shop_id = %(shop_id)s AND paid_at IS NOT NULL
"""

_TOTALS = """
SELECT customer_id, count(*), sum(spend_minor)::bigint FROM orders_knownorder
WHERE shop_id = %(shop_id)s AND customer_id = ANY(%(customer_ids)s) AND paid_at IS NOT NULL GROUP BY customer_id
"""

_TYPES = {
    "order_id": pa.string(),
    "customer_id": pa.string(),
    "paid_at": pa.int64(),
    "spend_minor": pa.int64(),
}


def paid_orders_table(shop_id: int) -> pa.Table:
    """`(order_id, customer_id, paid_at, spend_minor)` of every paid order, unordered; guests' customer is null."""
    connection.ensure_connection()
    table = copy_out(connection.connection, _PAID_ORDERS, {"shop_id": shop_id}, _TYPES)
    place = table.schema.get_field_index("paid_at")
    return table.set_column(place, "paid_at", table["paid_at"].cast(pa.timestamp("us", "UTC")))


def totals_table(shop_id: int, customer_ids: Collection[str]) -> pa.Table:
    """`(customer_id, orders, spend_minor)` of the paid orders of those of the customers who have any, unordered."""
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, {"shop_id": shop_id, "customer_ids": list(customer_ids)})
        rows = cursor.fetchall()
    customers, orders, spend = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table(
        {
            "customer_id": pa.array(customers, pa.string()),
            "orders": pa.array(orders, pa.int64()),
            "spend_minor": pa.array(spend, pa.int64()),
        }
    )
