"""Writing orders and refunds that come a few at a time, as values; the same rules as for whole files.

Of two deliveries of one order at the same time the second waits for the first and then finds it known.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from jiacan.kernel.statements import Prepared
from jiacan.orders.contracts import IncomingOrder, OrderLine, Refund, RefundLine, Taken, spend_minor
from jiacan.orders.core.goods import goods_hash
from jiacan.orders.store.archived import load_archived

_LINES = """(position bigint, sku text, title text, category text, quantity int,
    unit_price_micros bigint, discount_micros bigint, spend_minor bigint)"""

_ASKED = """
asked AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%(orders)s::json) AS asked (order_id text, customer_id text,
        placed_at timestamptz, paid_at timestamptz, received_at timestamptz, status text, channel text, region text,
        shipping_minor bigint, spend_minor bigint, goods_hash uuid, lines json)
)
"""

_COUNTED_AT = "coalesce(asked.paid_at, asked.placed_at, now())"

_ADD_LINES = f"""
INSERT INTO orders_orderline (shop_id, order_id, counted_at, position, sku, title, category, quantity,
    unit_price_micros, discount_micros, spend_minor)
SELECT %(shop_id)s::bigint, asked.order_id, {_COUNTED_AT}, line.*
FROM asked CROSS JOIN json_to_recordset(asked.lines) AS line {_LINES}
"""  # noqa: S608 - the statement above

_ADD_ORDERS = Prepared(f"""
WITH {_ASKED}, named AS (
    INSERT INTO orders_knownorder (shop_id, order_id, customer_id, paid_at, counted_at, spend_minor)
    SELECT %(shop_id)s::bigint, order_id, customer_id, paid_at, {_COUNTED_AT}, spend_minor
    FROM asked ORDER BY order_id COLLATE "C"
    ON CONFLICT DO NOTHING RETURNING order_id
), added AS (
    INSERT INTO orders_order (shop_id, order_id, customer_id, counted_at, placed_at, paid_at, received_at, status,
        channel, region, shipping_minor, spend_minor, goods_hash)
    SELECT %(shop_id)s::bigint, asked.order_id, customer_id, {_COUNTED_AT}, placed_at, paid_at, received_at, status,
        channel, region, shipping_minor, spend_minor, goods_hash
    FROM asked JOIN named ON named.order_id = asked.order_id
), added_lines AS ({_ADD_LINES} JOIN named ON named.order_id = asked.order_id)
SELECT order_id, EXISTS (SELECT FROM orders_refundrow AS refund
    WHERE refund.shop_id = %(shop_id)s::bigint AND refund.order_id = named.order_id) FROM named
""")  # noqa: S608 - the statements above

# Sent with the statement before it, and so beginning after it: it counts what that has added.
_NUMBERS = Prepared("""
SELECT order_id, (SELECT count(*) FROM orders_knownorder AS earlier
    WHERE earlier.shop_id = %(shop_id)s::bigint AND earlier.customer_id = this.customer_id
        AND (earlier.paid_at, earlier.order_id) <= (this.paid_at, this.order_id)) AS number
FROM orders_knownorder AS this
WHERE shop_id = %(shop_id)s::bigint AND order_id = ANY(%(order_ids)s::text[]) AND paid_at IS NOT NULL
""")

_LOCK_KNOWN = Prepared("""
SELECT FROM orders_knownorder
WHERE shop_id = %(shop_id)s::bigint AND order_id = ANY(%(order_ids)s::text[]) ORDER BY order_id FOR NO KEY UPDATE
""")

# Begun after the lock was there, and so seeing what those did who had it before.
_FIND_KNOWN = Prepared("""
SELECT named.order_id, named.paid_at, received_at, status, goods_hash
FROM orders_knownorder AS named LEFT JOIN LATERAL (
    SELECT * FROM orders_order AS known WHERE known.shop_id = %(shop_id)s::bigint
        AND known.order_id = named.order_id AND known.counted_at = named.counted_at OFFSET 0) AS known ON true
WHERE named.shop_id = %(shop_id)s::bigint AND named.order_id = ANY(%(order_ids)s::text[])
""")

_NAMED = """
JOIN orders_knownorder AS named ON named.shop_id = %(shop_id)s AND named.order_id = asked.order_id
WHERE known.shop_id = %(shop_id)s AND known.order_id = named.order_id AND known.counted_at = named.counted_at
"""

# What is paid moves to where it is counted: its old lines go first, and its register says so last.
_PAY = (
    f"WITH {_ASKED} DELETE FROM orders_orderline AS known USING asked {_NAMED}",  # noqa: S608
    f"""
    WITH {_ASKED}
    UPDATE orders_order AS known SET customer_id = asked.customer_id, placed_at = asked.placed_at,
        paid_at = asked.paid_at, counted_at = asked.paid_at,
        received_at = coalesce(asked.received_at, known.received_at),
        status = coalesce(nullif(asked.status, ''), known.status), channel = asked.channel, region = asked.region,
        shipping_minor = asked.shipping_minor, spend_minor = asked.spend_minor, goods_hash = asked.goods_hash
    FROM asked {_NAMED}
    """,  # noqa: S608 - the statements above
    f"""
    WITH {_ASKED}
    UPDATE orders_knownorder AS named SET customer_id = asked.customer_id, paid_at = asked.paid_at,
        counted_at = asked.paid_at, spend_minor = asked.spend_minor
    FROM asked WHERE named.shop_id = %(shop_id)s AND named.order_id = asked.order_id
    """,  # noqa: S608 - the statement above
    f"WITH {_ASKED} {_ADD_LINES}",
)

_FILL_IN = f"""
WITH {_ASKED}
UPDATE orders_order AS known SET received_at = coalesce(known.received_at, asked.received_at),
    status = coalesce(nullif(known.status, ''), asked.status)
FROM asked {_NAMED}
"""  # noqa: S608 - the statement above

_KNOWN_REFUNDS = """
SELECT refund_id, order_id, sku, refunded_at, quantity FROM orders_refundrow
WHERE shop_id = %s AND order_id = ANY(%s)
"""

_ADD_REFUNDS = """
INSERT INTO orders_refundrow (shop_id, refund_id, order_id, sku, refunded_at, quantity, amount_minor)
SELECT %s, row.* FROM unnest(%s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::bigint[], %s::bigint[])
    AS row (refund_id, order_id, sku, refunded_at, quantity, amount_minor)
"""


@dataclass(frozen=True, slots=True)
class _Known:
    """What tells a recorded order from a delivery of it; one that lies in files is not written to any more."""

    paid_at: datetime | None
    received_at: datetime | None
    status: str
    goods_hash: UUID
    can_change: bool = True

    def compare(self, order: IncomingOrder, delivered_hash: UUID) -> Taken:
        """What the delivery is to what is known."""
        if self.paid_at is None and order.paid_at is not None:
            return Taken.COMPLETED
        if order.paid_at is not None and self.goods_hash != delivered_hash:
            return Taken.CONFLICT
        if not self.can_change:
            return Taken.KNOWN
        fills = (self.received_at is None and order.received_at is not None) or (not self.status and order.status)
        return Taken.COMPLETED if fills else Taken.KNOWN


@dataclass(frozen=True, slots=True)
class Added:
    """What each order was, the new ones of which something had come back before, and their customers' numbers.

    A number says which of its customer's paid orders an order is, 0 for a guest's; an unpaid order has none.
    """

    taken: dict[str, Taken]
    refunded: frozenset[str]
    numbers: dict[str, int]


def add_orders(shop_id: int, orders: Sequence[IncomingOrder], currency: str) -> Added:
    """Record orders of different numbers; part of the caller's transaction."""
    hashes = {order.order_id: goods_hash(order.customer_id, order.lines) for order in orders}
    with connection.cursor() as cursor, connection.cursor() as counting:
        cursor.execute(_ADD_ORDERS, _asked(shop_id, orders, hashes, currency))
        counting.execute(_NUMBERS, {"shop_id": shop_id, "order_ids": list(hashes)})
        added = dict(cursor.fetchall())
        numbers = dict(counting.fetchall())
        taken = dict.fromkeys(added, Taken.NEW)
        others = [order for order in orders if order.order_id not in taken]
        if others:
            taken.update(_complete(cursor, shop_id, others, hashes, currency))
    return Added(taken, frozenset(order_id for order_id, is_refunded in added.items() if is_refunded), numbers)


def _complete(
    cursor: Any, shop_id: int, orders: Sequence[IncomingOrder], hashes: Mapping[str, UUID], currency: str
) -> dict[str, Taken]:
    asked_for = {"shop_id": shop_id, "order_ids": [order.order_id for order in orders]}
    cursor.execute(_LOCK_KNOWN, asked_for)
    cursor.execute(_FIND_KNOWN, asked_for)
    rows = cursor.fetchall()
    known = {row[0]: _Known(*row[1:]) for row in rows}
    archived = load_archived(shop_id, {row[0]: row[1] for row in rows if row[4] is None})
    known |= {name: _Known(order.paid_at, None, "", order.goods_hash, False) for name, order in archived.items()}
    taken = {order.order_id: known[order.order_id].compare(order, hashes[order.order_id]) for order in orders}
    completed = [order for order in orders if taken[order.order_id] is Taken.COMPLETED]
    paid = [order for order in completed if order.paid_at is not None and known[order.order_id].paid_at is None]
    filled = [order for order in completed if order not in paid]
    if paid:
        asked = _asked(shop_id, paid, hashes, currency)
        for statement in _PAY:
            cursor.execute(statement, asked)
    if filled:
        cursor.execute(_FILL_IN, _asked(shop_id, filled, hashes, currency))
    return taken


def _asked(
    shop_id: int, orders: Iterable[IncomingOrder], hashes: Mapping[str, UUID], currency: str
) -> dict[str, object]:
    """The orders with their lines as one text; a line's position is its place in its order."""
    rows = [
        {
            "order_id": order.order_id,
            "customer_id": order.customer_id,
            "placed_at": _moment(order.placed_at),
            "paid_at": _moment(order.paid_at),
            "received_at": _moment(order.received_at),
            "status": order.status,
            "channel": order.channel,
            "region": order.region,
            "shipping_minor": order.shipping_minor,
            "spend_minor": spend_minor(order.lines, currency),
            "goods_hash": str(hashes[order.order_id]),
            "lines": [_line(place, line, currency) for place, line in enumerate(order.lines, start=1)],
        }
        for order in orders
    ]
    return {"shop_id": shop_id, "orders": json.dumps(rows, ensure_ascii=False)}


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _line(place: int, line: OrderLine, currency: str) -> dict[str, object]:
    return {
        "position": place,
        "sku": line.sku,
        "title": line.title,
        "category": line.category,
        "quantity": line.quantity,
        "unit_price_micros": line.unit_price_micros,
        "discount_micros": line.discount_micros,
        "spend_minor": line.spend_minor(currency),
    }


def add_refunds(shop_id: int, refunds: Sequence[Refund]) -> tuple[Taken, ...]:
    """Record what of the refunds is not known yet; part of the caller's transaction. Says what each was.

    A refund is known by less than its whole key, so those who record refunds of one shop take turns.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('jiacan refunds', %s))", [shop_id])
        cursor.execute(_KNOWN_REFUNDS, [shop_id, list({refund.order_id for refund in refunds})])
        known: dict[tuple[str, str], dict[str, int]] = {}
        since: dict[tuple[str, str], datetime] = {}
        for refund_id, order_id, sku, at, quantity in cursor.fetchall():
            known.setdefault((refund_id, order_id), {})[sku] = quantity
            since[refund_id, order_id] = min(at, since.get((refund_id, order_id), at))
        taken, rows = [], []
        for refund in refunds:
            key = (refund.refund_id, refund.order_id)
            had = known.setdefault(key, {})
            lines = _merged(refund.lines)
            fresh = [line for line in lines if line.sku not in had]
            taken.append(_compare_refund(lines, had))
            at = since.setdefault(key, refund.refunded_at)
            rows += [(*key, line.sku, at, line.quantity, line.amount_minor) for line in fresh]
            had.update((line.sku, line.quantity) for line in fresh)
        if rows:
            cursor.execute(_ADD_REFUNDS, [shop_id, *(list(column) for column in zip(*rows, strict=True))])
    return tuple(taken)


def _compare_refund(lines: Sequence[RefundLine], had: Mapping[str, int]) -> Taken:
    if not had:
        return Taken.NEW
    if any(had.get(line.sku, line.quantity) != line.quantity for line in lines):
        return Taken.CONFLICT
    return Taken.KNOWN if all(line.sku in had for line in lines) else Taken.COMPLETED


def _merged(lines: Iterable[RefundLine]) -> tuple[RefundLine, ...]:
    """One line to a SKU."""
    merged: dict[str, RefundLine] = {}
    for line in lines:
        before = merged.get(line.sku)
        if before is None:
            merged[line.sku] = line
            continue
        said = [each.amount_minor for each in (before, line) if each.amount_minor is not None]
        merged[line.sku] = RefundLine(line.sku, before.quantity + line.quantity, sum(said) if said else None)
    return tuple(merged.values())
