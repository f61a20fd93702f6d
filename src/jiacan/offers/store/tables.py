"""Writing what settling many events came to: whole tables by COPY, and counters in one statement each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from io import BytesIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection
from psycopg import Connection
from pyarrow import csv

_BLOCK_BYTES = 1 << 18

_SETTLED = """
SELECT is_refund, event_id, order_id FROM offers_settledevent
WHERE shop_id = %s AND plan_id = %s
    AND order_id = ANY (ARRAY(SELECT json_array_elements_text(%s::json)))
"""

_HAS_OPEN_PARTS = """
SELECT EXISTS (SELECT FROM offers_reservationpart WHERE shop_id = %s AND plan_id = %s AND state = 'open')
"""

_STAGE_PACE = """
CREATE TEMPORARY TABLE staged_awards (minute timestamptz, offer_id text, outcome text, reason text, awards bigint,
    at_risk_minor bigint) ON COMMIT DROP;
CREATE TEMPORARY TABLE staged_orders (minute timestamptz, orders bigint, spend_minor bigint, new_customers bigint,
    refunds bigint) ON COMMIT DROP
"""

_ADD_PACE = (
    """
    INSERT INTO offers_awardpace AS kept (shop_id, plan_id, minute, offer_id, outcome, reason, awards, at_risk_minor)
    SELECT %(shop_id)s, %(plan_id)s, staged_awards.* FROM staged_awards ORDER BY minute, offer_id, outcome, reason
    ON CONFLICT (shop_id, plan_id, minute, offer_id, outcome, reason) DO UPDATE
    SET awards = kept.awards + excluded.awards, at_risk_minor = kept.at_risk_minor + excluded.at_risk_minor
    """,
    """
    INSERT INTO offers_awardsum AS kept (shop_id, plan_id, offer_id, outcome, reason, awards, at_risk_minor)
    SELECT %(shop_id)s, %(plan_id)s, offer_id, outcome, reason, sum(awards), sum(at_risk_minor)
    FROM staged_awards GROUP BY offer_id, outcome, reason
    ON CONFLICT (shop_id, plan_id, offer_id, outcome, reason) DO UPDATE
    SET awards = kept.awards + excluded.awards, at_risk_minor = kept.at_risk_minor + excluded.at_risk_minor
    """,
    """
    INSERT INTO offers_orderpace AS kept (shop_id, plan_id, minute, orders, spend_minor, new_customers, refunds)
    SELECT %(shop_id)s, %(plan_id)s, staged_orders.* FROM staged_orders ORDER BY minute
    ON CONFLICT (shop_id, plan_id, minute) DO UPDATE
    SET orders = kept.orders + excluded.orders, spend_minor = kept.spend_minor + excluded.spend_minor,
        new_customers = kept.new_customers + excluded.new_customers, refunds = kept.refunds + excluded.refunds
    """,
    """
    INSERT INTO offers_ordersum AS kept (shop_id, plan_id, orders, spend_minor, new_customers, refunds)
    SELECT %(shop_id)s, %(plan_id)s, sum(orders), sum(spend_minor), sum(new_customers), sum(refunds)
    FROM staged_orders HAVING count(*) > 0
    ON CONFLICT (shop_id, plan_id) DO UPDATE
    SET orders = kept.orders + excluded.orders, spend_minor = kept.spend_minor + excluded.spend_minor,
        new_customers = kept.new_customers + excluded.new_customers, refunds = kept.refunds + excluded.refunds
    """,
    "DROP TABLE staged_awards, staged_orders",
)


_LOOKED_FOR = """
ANALYZE offers_award (shop_id, plan_id, order_id, offer_id, customer_id, settled_for, outcome),
    offers_awarditem (shop_id, plan_id, order_id, offer_id, settled_for, kind, expires_at),
    offers_clawbackitem (shop_id, plan_id, order_id, refund_id), offers_settledevent
"""
"""What queries look for awards by; the rest of the columns take as long and are left to autovacuum."""


def look_over() -> None:
    """Let the planner know how full the tables are; it knows nothing of what was just copied into them."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOKED_FOR)


def unsettled_of(shop_id: int, plan_id: str, asking: Connection, keys: pa.Table) -> np.ndarray:
    """Which events of a table with `is_refund, id, order_id` the plan has not settled."""
    order_ids = json.dumps(pc.unique(keys["order_id"]).to_pylist(), ensure_ascii=False)
    found = asking.execute(_SETTLED, [shop_id, plan_id, order_ids]).fetchall()
    if not found:
        return np.ones(keys.num_rows, np.bool_)
    settled = set(found)
    columns = (keys[name].to_pylist() for name in ("is_refund", "id", "order_id"))
    return np.array([key not in settled for key in zip(*columns, strict=True)], np.bool_)


def has_open_parts(shop_id: int, plan_id: str) -> bool:
    """Whether something of the plan is reserved."""
    with connection.cursor() as cursor:
        cursor.execute(_HAS_OPEN_PARTS, [shop_id, plan_id])
        (found,) = cursor.fetchone()
    return bool(found)


def add_settled(shop_id: int, plan_id: str, *, keys: pa.Table, awards: pa.Table, items: pa.Table) -> None:
    """The plan has settled these events: store that, and the awards with their items.

    Args:
        shop_id: whose.
        plan_id: of which plan.
        keys: `is_refund, id, order_id` of each event.
        awards: in their order, with the columns' own names.
        items: the same.
    """
    settled = keys.select(["is_refund", "id", "order_id"]).rename_columns(["is_refund", "event_id", "order_id"])
    for table, rows in (("offers_settledevent", settled), ("offers_award", awards), ("offers_awarditem", items)):
        _copy(_of_plan(shop_id, plan_id, rows), table)


def add_pace(shop_id: int, plan_id: str, *, awards: pa.Table, orders: pa.Table) -> None:
    """Add to the counters, minute by minute and over all of them.

    Args:
        shop_id: whose.
        plan_id: of which plan.
        awards: `minute, offer_id, outcome, reason, awards, at_risk_minor`, each key once.
        orders: `minute, orders, spend_minor, new_customers, refunds`, each minute once.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STAGE_PACE)
        _copy(awards, "staged_awards")
        _copy(orders, "staged_orders")
        for query in _ADD_PACE:
            cursor.execute(query, {"shop_id": shop_id, "plan_id": plan_id} if "%(" in query else None)


def _of_plan(shop_id: int, plan_id: str, rows: pa.Table) -> pa.Table:
    rows = rows.add_column(0, "plan_id", pa.repeat(plan_id, rows.num_rows))
    return rows.add_column(0, "shop_id", pa.repeat(shop_id, rows.num_rows))


def _copy(rows: pa.Table, table: str) -> None:
    """Copy rows into the table's columns of the same names."""
    file = BytesIO()
    csv.write_csv(_plain(rows), file, csv.WriteOptions(include_header=False))
    written = file.getbuffer()
    query = f"COPY {table} ({', '.join(_quoted(rows.column_names))}) FROM STDIN (FORMAT csv)"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(query) as copy:
        for start in range(0, len(written), _BLOCK_BYTES):
            copy.write(written[start : start + _BLOCK_BYTES])


def _quoted(names: Sequence[str]) -> list[str]:
    return [f'"{name}"' for name in names]


def _plain(table: pa.Table) -> pa.Table:
    """Its moments as texts: written so, they cost a tenth of what Arrow takes to write them with their zone."""
    for place, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            texts = table.column(place).cast(pa.timestamp("us")).cast(pa.string())
            table = table.set_column(place, field.name, pc.binary_join_element_wise(texts, "+00", ""))
    return table
