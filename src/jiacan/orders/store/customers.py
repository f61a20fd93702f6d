"""Orders by their customers: whose they are, who there is, and what was paid since."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from jiacan.orders.models import KnownOrder

_AFTER = """
WITH RECURSIVE found AS (
    (SELECT customer_id, 1 AS place FROM orders_knownorder
     WHERE shop_id = %(shop_id)s AND customer_id > %(after)s AND paid_at IS NOT NULL
     ORDER BY customer_id LIMIT 1)
    UNION ALL
    SELECT (SELECT known.customer_id FROM orders_knownorder AS known
            WHERE known.shop_id = %(shop_id)s AND known.customer_id > found.customer_id AND known.paid_at IS NOT NULL
            ORDER BY known.customer_id LIMIT 1), place + 1
    FROM found WHERE found.customer_id IS NOT NULL AND place < %(limit)s
)
SELECT customer_id FROM found WHERE customer_id IS NOT NULL ORDER BY customer_id
"""

_SINCE = """
SELECT customer_id, order_id, paid_at, spend_minor,
    EXISTS (SELECT FROM orders_refundrow AS refund
            WHERE refund.shop_id = known.shop_id AND refund.order_id = known.order_id)
FROM orders_knownorder AS known
WHERE shop_id = %(shop_id)s AND customer_id = ANY(%(customers)s) AND paid_at >= %(since)s
ORDER BY customer_id, paid_at, order_id
"""

_FIRST = """
SELECT asked.customer_id, earliest.order_id, earliest.paid_at
FROM unnest(%(customers)s::text[]) AS asked (customer_id) CROSS JOIN LATERAL (
    SELECT order_id, paid_at FROM orders_knownorder AS known
    WHERE known.shop_id = %(shop_id)s AND known.customer_id = asked.customer_id AND known.paid_at IS NOT NULL
    ORDER BY paid_at, order_id LIMIT 1) AS earliest
ORDER BY asked.customer_id
"""


def first_paid(shop_id: int, customer_ids: Collection[str]) -> list[tuple[str, str, datetime]]:
    """Customer, number and moment of payment of each one's first paid order; who has none is left out."""
    with connection.cursor() as cursor:
        cursor.execute(_FIRST, {"shop_id": shop_id, "customers": list(customer_ids)})
        return cursor.fetchall()


def customers_of(shop_id: int, order_ids: Collection[str]) -> frozenset[str]:
    """Who paid these orders; guests are nobody."""
    rows = KnownOrder.objects.filter(
        shop_id=shop_id, order_id__in=order_ids, customer_id__isnull=False, paid_at__isnull=False
    )
    return frozenset(rows.values_list("customer_id", flat=True))


def customers_after(shop_id: int, after: str, *, limit: int) -> list[str]:
    """The next customers with a paid order, in the order of their numbers."""
    with connection.cursor() as cursor:
        cursor.execute(_AFTER, {"shop_id": shop_id, "after": after, "limit": limit})
        return [row[0] for row in cursor.fetchall()]


def paid_since(
    shop_id: int, customer_ids: Collection[str], since: datetime
) -> list[tuple[str, str, datetime, int, bool]]:
    """Customer, number, moment of payment, spend, and whether something came back, of every order since then."""
    with connection.cursor() as cursor:
        cursor.execute(_SINCE, {"shop_id": shop_id, "customers": list(customer_ids), "since": since})
        return cursor.fetchall()
