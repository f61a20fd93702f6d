"""Events with all that they are about, as tables, in the order in which they settle and so many at a time.

Rows are looked up by index one by one, whatever the planner knows of tables that have just been filled: `OFFSET 0`
keeps it from reading them whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import Connection

from jiacan.kernel.periods import Period
from jiacan.orders.store.archived import load_archived
from jiacan.orders.store.copying import copy_out, fetch_columns, to_json
from jiacan.orders.store.writers import writers

_TEXT, _NUMBER = pa.string(), pa.int64()

_US = "(extract(epoch FROM {}) * 1000000)::bigint"

_REFUND_KEYS = f"""
SELECT DISTINCT {_US.format("greatest(refunded_at, paid_at)")}, refund_id, refund.order_id
FROM orders_refundrow AS refund JOIN orders_knownorder AS paid USING (shop_id, order_id)
WHERE shop_id = %(shop_id)s AND paid_at >= %(starts_at)s AND paid_at < %(ends_at)s
"""  # noqa: S608 - the expression above

_ORDER_KEYS = f"""
SELECT {_US.format("paid_at")}, order_id FROM orders_knownorder
WHERE shop_id = %(shop_id)s AND paid_at >= %(at)s AND paid_at < %(ends_at)s AND (paid_at, order_id) > (%(at)s, %(id)s)
ORDER BY paid_at, order_id LIMIT %(chunk)s
"""  # noqa: S608 - the expression above

_NAMED = """
FROM json_array_elements_text(%(order_ids)s::json) AS asked (order_id)
CROSS JOIN LATERAL (
    SELECT * FROM orders_knownorder WHERE shop_id = %(shop_id)s AND order_id = asked.order_id OFFSET 0) AS named
"""

_ORDERS = f"""
SELECT named.order_id, named.customer_id, {_US.format("named.paid_at")}, number, channel, region, named.spend_minor
{_NAMED}
LEFT JOIN LATERAL (
    SELECT * FROM orders_order AS known WHERE known.shop_id = %(shop_id)s AND known.order_id = named.order_id
        AND known.counted_at = named.counted_at OFFSET 0) AS paid ON true
CROSS JOIN LATERAL (
    SELECT count(*) AS number FROM orders_knownorder AS earlier
    WHERE earlier.shop_id = %(shop_id)s AND earlier.customer_id = named.customer_id
        AND (earlier.paid_at, earlier.order_id) <= (named.paid_at, named.order_id) OFFSET 0) AS counted
"""  # noqa: S608 - the expressions above

_LINES = f"""
SELECT line.order_id, position, sku, category, quantity, unit_price_micros, discount_micros, line.spend_minor
{_NAMED}
CROSS JOIN LATERAL (
    SELECT * FROM orders_orderline AS line WHERE line.shop_id = %(shop_id)s AND line.order_id = named.order_id
        AND line.counted_at = named.counted_at OFFSET 0) AS line
"""  # noqa: S608 - the expression above

_REFUNDS = f"""
SELECT refund.order_id, refund_id, {_US.format("refunded_at")}, sku, quantity
FROM json_array_elements_text(%(order_ids)s::json) AS asked (order_id)
CROSS JOIN LATERAL (
    SELECT * FROM orders_refundrow WHERE shop_id = %(shop_id)s AND order_id = asked.order_id OFFSET 0) AS refund
"""  # noqa: S608 - the expression above

_KEYS = pa.schema({"at_us": _NUMBER, "is_refund": pa.bool_(), "id": _TEXT, "order_id": _TEXT})
_ORDER_TYPES = {
    "order_id": _TEXT,
    "customer_id": _TEXT,
    "paid_us": _NUMBER,
    "number": _NUMBER,
    "channel": _TEXT,
    "region": _TEXT,
    "spend_minor": _NUMBER,
}
_LINE_TYPES = {
    "order_id": _TEXT,
    "position": _NUMBER,
    "sku": _TEXT,
    "category": _TEXT,
    "quantity": _NUMBER,
    "unit_price_micros": _NUMBER,
    "discount_micros": _NUMBER,
    "spend_minor": _NUMBER,
}
_REFUND_TYPES = {"order_id": _TEXT, "refund_id": _TEXT, "refunded_us": _NUMBER, "sku": _TEXT, "quantity": _NUMBER}

Unsettled = Callable[[Connection, pa.Table], np.ndarray]
"""Tells which events of a table of keys are wanted, by a connection to ask with."""


@dataclass(frozen=True, slots=True)
class EventTables:
    """Some events, and all that they are about; moments are microseconds since 1970.

    Shapes:
        keys: `at_us, is_refund, id, order_id`, one row for each event, in the order in which they settle.
        orders: `order_id, customer_id, paid_us, number, channel, region, spend_minor` of every order that they name.
        lines: `order_id, position, sku, category, quantity, unit_price_micros, discount_micros, spend_minor`.
        refunds: `order_id, refund_id, refunded_us, sku, quantity`, all refunds of the orders that are refunded here.

    `passed` orders were reached with these, wanted or not.
    """

    keys: pa.Table
    orders: pa.Table
    lines: pa.Table
    refunds: pa.Table
    passed: int


@contextmanager
def event_tables(
    shop_id: int, period: Period, chunk: int, *, unsettled: Unsettled
) -> Iterator[Iterator[EventTables]]:
    """The unsettled events of the period, those of about `chunk` events at a time; see `facade.event_tables`."""
    with writers(2) as connections:
        yield _walk(connections[-1], shop_id, period, chunk, unsettled)


def _walk(
    connection: Connection, shop_id: int, period: Period, chunk: int, unsettled: Unsettled
) -> Iterator[EventTables]:
    refunds, last = _refund_keys(connection, shop_id, period), (period.starts_at, "")
    done = False
    while not done:
        paid = _order_keys(connection, shop_id, period, last, chunk)
        done = paid.num_rows < chunk
        if not done:
            last = _place_of_last(paid)
        came, refunds = (refunds, refunds.slice(0, 0)) if done else _split(refunds, paid["at_us"][-1].as_py())
        keys = pa.concat_tables([paid, came]).sort_by([(name, "ascending") for name in _KEYS.names])
        for start in range(0, keys.num_rows, 2 * chunk):  # rather a little more than a rest of its own
            reached = keys.slice(start, 2 * chunk)
            passed = pc.sum(pc.invert(reached["is_refund"])).as_py()
            wanted = reached.filter(pa.array(unsettled(connection, reached)))
            yield _load(connection, shop_id, wanted, passed)


def _order_keys(
    connection: Connection, shop_id: int, period: Period, last: tuple[datetime, str], chunk: int
) -> pa.Table:
    values = {"shop_id": shop_id, "at": last[0], "id": last[1], "ends_at": period.ends_at, "chunk": chunk}
    found = fetch_columns(connection, _ORDER_KEYS, values, {"at_us": _NUMBER, "order_id": _TEXT})
    is_refund = pa.repeat(pa.scalar(value=False), found.num_rows)
    columns = [found["at_us"], is_refund, found["order_id"], found["order_id"]]
    return pa.Table.from_arrays(columns, schema=_KEYS)


def _refund_keys(connection: Connection, shop_id: int, period: Period) -> pa.Table:
    values = {"shop_id": shop_id, "starts_at": period.starts_at, "ends_at": period.ends_at}
    found = copy_out(connection, _REFUND_KEYS, values, {"at_us": _NUMBER, "id": _TEXT, "order_id": _TEXT})
    is_refund = pa.repeat(pa.scalar(value=True), found.num_rows)
    return pa.Table.from_arrays([found["at_us"], is_refund, found["id"], found["order_id"]], schema=_KEYS).sort_by(
        "at_us"
    )


def _place_of_last(paid: pa.Table) -> tuple[datetime, str]:
    return _moment_of(paid["at_us"][-1].as_py()), paid["order_id"][-1].as_py()


def _moment_of(at_us: int) -> datetime:
    return datetime.fromtimestamp(at_us // 1_000_000, UTC).replace(microsecond=at_us % 1_000_000)


def _split(refunds: pa.Table, until_us: int) -> tuple[pa.Table, pa.Table]:
    """Those before a moment, and the rest: at one moment orders come first, so refunds wait for more of them."""
    before = int(np.searchsorted(refunds["at_us"].to_numpy(), until_us))
    return refunds.slice(0, before), refunds.slice(before)


def _load(connection: Connection, shop_id: int, keys: pa.Table, passed: int) -> EventTables:
    asked = {"shop_id": shop_id, "order_ids": _unique(keys)}
    refunded = {"shop_id": shop_id, "order_ids": _unique(keys.filter(keys["is_refund"]))}
    orders = fetch_columns(connection, _ORDERS, asked, _ORDER_TYPES)
    lines = fetch_columns(connection, _LINES, asked, _LINE_TYPES)
    if orders["channel"].null_count:
        orders, lines = _with_archived(connection, shop_id, orders, lines)
    return EventTables(
        keys=keys,
        orders=orders,
        lines=lines,
        refunds=fetch_columns(connection, _REFUNDS, refunded, _REFUND_TYPES),
        passed=passed,
    )


def _with_archived(
    connection: Connection, shop_id: int, orders: pa.Table, lines: pa.Table
) -> tuple[pa.Table, pa.Table]:
    """The same with what lies in files."""
    rows = orders.to_pylist()
    lost = {row["order_id"]: _moment_of(row["paid_us"]) for row in rows if row["channel"] is None}
    archived = load_archived(shop_id, lost, connection)
    for row in rows:
        if (order := archived.get(row["order_id"])) is not None:
            row |= {"channel": order.channel, "region": order.region}
    of_archived = [
        {**asdict(each.line), "order_id": order_id, "position": each.position, "spend_minor": each.spend_minor}
        for order_id, order in archived.items()
        for each in order.lines
    ]
    return (
        pa.Table.from_pylist(rows, orders.schema),
        pa.concat_tables([lines, pa.Table.from_pylist(of_archived, lines.schema)]),
    )


def _unique(keys: pa.Table) -> str:
    return to_json(pc.unique(keys["order_id"]).to_pylist())
