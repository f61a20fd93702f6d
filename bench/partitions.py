"""How looks at orders and awards are planned over partitions: `python -m bench.partitions [ORDERS]`, one JSON line.

A new embedded server in a temporary folder, filled with set-based SQL: orders of two years with two and a half lines
each, an award and an item for each fourth, eight quarters. Then every kind of look is taken as the product takes it;
each of its statements is explained first. `whole_scans` names the looks that would read a partition of more than two
thousand rows from end to end, and must be empty; `milliseconds` is what each look takes, in the median of five.
At the end the first quarter goes to files, and one of its orders is read from there;
`counting_ms` is for how long others have to wait meanwhile.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

import jiacan.project.start  # noqa: F401 - readies the models, before the facades are imported
from bench.measure import print_line
from jiacan.kernel.periods import Period
from jiacan.kernel.quarters import Quarter
from jiacan.offers.contracts.searching import AwardQuery
from jiacan.offers.readers import lately
from jiacan.offers.store import awards, searching
from jiacan.orders import facade as orders
from jiacan.orders.contracts import IncomingOrder, OrderFilter, OrderLine
from jiacan.orders.store import archiving, events
from jiacan.orders.store.copying import to_json
from jiacan.project import database
from jiacan.tenancy import facade as tenancy

BEGAN, ENDED = datetime(2023, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)
LAST_WEEK = Period(ENDED - timedelta(days=7), ENDED)
PLAN = "plan"
LARGE = 2_000
UNPAID_EVERY = 100

_QUARTERS = """
SELECT jiacan_add_quarter(parent, day::date)
FROM unnest(ARRAY['orders_order', 'orders_orderline', 'offers_award', 'offers_awarditem']) AS parent,
     generate_series(%(from)s::timestamptz, %(to)s::timestamptz - interval '1 day', interval '3 months') AS day
"""

_FILL = (
    """
    INSERT INTO orders_knownorder (shop_id, order_id, customer_id, paid_at, counted_at, spend_minor)
    SELECT %(shop)s, 'o-' || n, 'c-' || n %% %(customers)s, CASE WHEN n %% %(unpaid)s <> 0 THEN at END, at, 1000
    FROM generate_series(1, %(orders)s) AS n, LATERAL (
        SELECT %(from)s::timestamptz + (%(to)s::timestamptz - %(from)s::timestamptz) * (n::float / (%(orders)s + 1))
            AS at) AS moment
    """,
    """
    INSERT INTO orders_order (shop_id, order_id, customer_id, counted_at, placed_at, paid_at, status, channel, region,
        shipping_minor, spend_minor, goods_hash)
    SELECT shop_id, order_id, customer_id, counted_at, counted_at, paid_at, '', 'web', '', 0, spend_minor,
        md5(order_id)::uuid
    FROM orders_knownorder WHERE shop_id = %(shop)s
    """,
    """
    INSERT INTO orders_orderline (shop_id, order_id, counted_at, position, sku, title, category, quantity,
        unit_price_micros, discount_micros, spend_minor)
    SELECT shop_id, order_id, counted_at, position, 'sku-' || position, '', '', 1, 5000000, 0, 500
    FROM orders_knownorder, generate_series(1, 2 + ascii(right(order_id, 1)) %% 2) AS position
    WHERE shop_id = %(shop)s
    """,
    """
    INSERT INTO offers_award (shop_id, plan_id, plan_version, order_id, customer_id, offer_id, offer_place, rung,
        settled_for, spend_minor, outcome)
    SELECT shop_id, %(plan)s, 1, order_id, customer_id, 'mug', 0, 0, paid_at, spend_minor, 'granted'
    FROM orders_knownorder WHERE shop_id = %(shop)s AND paid_at IS NOT NULL AND right(order_id, 1) IN ('1', '2', '3')
    """,
    """
    INSERT INTO offers_awarditem (shop_id, plan_id, order_id, offer_id, settled_for, place, kind, item, quantity,
        amount_minor, quantity_left, amount_left_minor, lapsed, hold_keys)
    SELECT shop_id, plan_id, order_id, offer_id, settled_for, 0, 'gift', 'mug', 1, 5, 1, 5, false, '{}'
    FROM offers_award WHERE shop_id = %(shop)s
    """,
    "ANALYZE orders_knownorder, orders_order, orders_orderline, orders_refundrow, offers_award, offers_awarditem",
)

_SIZES = """
SELECT relname, reltuples::bigint FROM pg_class
WHERE relkind = 'r' AND reltuples > 0 AND relname ~ '^(orders_known|orders_order|offers_award)'
"""

Plan = str


def fill(shop_id: int, *, orders: int) -> Mapping[str, int]:
    """Fill the quarters; says how many rows each partition has, the register of orders among them."""
    values = {
        "shop": shop_id,
        "plan": PLAN,
        "orders": orders,
        "customers": max(1, orders // 4),
        "from": BEGAN,
        "to": ENDED,
        "unpaid": UNPAID_EVERY,
    }
    with connection.cursor() as cursor:
        cursor.execute(_QUARTERS, values)
        for statement in _FILL:
            cursor.execute(statement, values if "%(" in statement else None)
        cursor.execute(_SIZES)
        return dict(cursor.fetchall())


def _numbers(count: int) -> list[str]:
    return [f"o-{1 + 37 * n}" for n in range(count)]


def _order(number: int, *, paid_at: datetime | None) -> IncomingOrder:
    line = OrderLine("pot", 1, 5_000_000)
    return IncomingOrder(f"o-{number}", "c-1", (line, line), placed_at=BEGAN, paid_at=paid_at)


PLANS: Mapping[str, Callable[[int], object]] = {
    "orders by number": lambda shop: orders.load_orders(shop, _numbers(200)),
    "the oldest order": lambda shop: orders.load_orders(shop, ["o-1"]),
    "one order": lambda shop: orders.find_order(shop, "o-4711"),
    "lines of some orders": lambda shop: _explain_only(events._LINES, shop, ["o-101"]),
    "orders of a chunk": lambda shop: _explain_only(events._ORDERS, shop, _numbers(1000)),
    "lines of a chunk": lambda shop: _explain_only(events._LINES, shop, _numbers(1000)),
    "a page of orders": orders.orders_page,
    "a page of a customer's orders": lambda shop: orders.orders_page(shop, asked=OrderFilter(customer_id="c-77")),
    "orders of a week": lambda shop: next(orders.walk_events(shop, LAST_WEEK, 100), ()),
    "counted by the hour": lambda shop: orders.count_by_hour(shop, LAST_WEEK, ZoneInfo("UTC")),
    "the first order": orders.first_paid_at,
    "whose how-manieth": lambda shop: orders.next_number(shop, "c-77", "new", ENDED),
    "goods of orders": lambda shop: orders.goods_of(shop, _numbers(5)),
    "a new order": lambda shop: orders.take(shop, [_order(10**9, paid_at=ENDED)], [], currency="GBP"),
    "a known order": lambda shop: orders.take(shop, [_order(101, paid_at=ENDED)], [], currency="GBP"),
    "an order paid now": lambda shop: orders.take(shop, [_order(100, paid_at=ENDED)], [], currency="GBP"),
    "awards of orders": lambda shop: list(awards.find_awards(shop, PLAN, _numbers(5))),
    "what is held of orders": lambda shop: awards.find_held_of(shop, PLAN, _numbers(5)),
    "a page of awards": lambda shop: searching.search_awards(shop, PLAN, AwardQuery(), after=None, limit=50),
    "a customer's awards": lambda shop: awards.find_orders_of(shop, PLAN, "c-77"),
    "awards of a week": lambda shop: lately.load_takings(shop, PLAN, LAST_WEEK),
    "the latest awards": lambda shop: lately.load_latest(shop, PLAN, 20),
}
"""Each kind of look, as the product takes it."""


def _explain_only(query: str, shop_id: int, order_ids: Sequence[str]) -> None:
    """Statements that go over a connection of their own are sent over this one."""
    with connection.cursor() as cursor:
        cursor.execute(query, {"shop_id": shop_id, "order_ids": to_json(order_ids)})


def plan_of(shop_id: int, name: str, *, analyze: bool = False) -> Plan:
    """The plans of all statements of the look; it is taken, and then undone."""
    found: list[str] = []
    with transaction.atomic():
        with _explained(found, "EXPLAIN (ANALYZE)" if analyze else "EXPLAIN"):
            PLANS[name](shop_id)
        transaction.set_rollback(True)
    return "\n".join(found)


@contextmanager
def _explained(found: list[str], how: str) -> Iterator[None]:
    def explain(execute: Any, query: Any, values: Any, many: bool, context: Any) -> Any:
        text = query if isinstance(query, str) else query.as_string(connection.connection)
        if re.match(r"\s*(WITH|SELECT|UPDATE|DELETE|INSERT)", text):
            found.extend(line for (line,) in _rows(f"{how} {text}", values))
        return execute(query, values, many, context)

    with connection.execute_wrapper(explain):
        yield


def _rows(query: str, values: Any) -> list[tuple[str]]:
    connection.catch_up()  # type: ignore[attr-defined]
    with connection.connection.cursor() as cursor:
        return cursor.execute(query, values).fetchall()


def whole_scans(plan: Plan, sizes: Mapping[str, int]) -> list[str]:
    """The large tables and partitions that the plan reads from end to end."""
    return [name for name in re.findall(r"Seq Scan on (\w+)", plan) if sizes.get(name, 0) > LARGE]


def main(count: int) -> None:
    """Fill, explain, and print one line of JSON."""
    with tempfile.TemporaryDirectory(prefix="jiacan-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        database.connect(database.start_embedded(Path(folder)))
        database.migrate()
        shop_id = tenancy.open_shop("partitions", zone=ZoneInfo("UTC"), currency="GBP").id
        began = time.perf_counter()
        sizes = fill(shop_id, orders=count)
        filled_seconds = time.perf_counter() - began
        whole = {name: found for name in PLANS if (found := whole_scans(plan_of(shop_id, name), sizes))}
        milliseconds = {name: _milliseconds(shop_id, name) for name in PLANS}
        archived = _archive(shop_id, Path(folder))
        connection.close()
    print_line(
        "partitions",
        size=f"{count:,} orders",
        shown=("partitions", "looks", "whole_scans", "slowest_ms", "archived_orders_a_second"),
        partitions=len(sizes),
        looks=len(PLANS),
        whole_scans=whole,
        slowest_ms=max(milliseconds.values()),
        fill_seconds=round(filled_seconds, 1),
        milliseconds=milliseconds,
        **archived,
    )
    if whole:
        raise SystemExit(1)


def _archive(shop_id: int, folder: Path) -> dict[str, object]:
    """The first quarter goes to files, and one of its orders is looked for."""
    before = orders.load_orders(shop_id, ["o-1"])
    began = time.perf_counter()
    archiving.look(Quarter.of(BEGAN.date()))
    counting = time.perf_counter() - began
    began = time.perf_counter()
    (done,) = orders.archive_quarter(Quarter.of(BEGAN.date()), folder / "archive", told=lambda _: None)
    seconds = time.perf_counter() - began
    assert orders.load_orders(shop_id, ["o-1"]) == before, "an archived order is read as it was"
    return {
        "archived_orders": done.orders,
        "counting_ms": round(counting * 1000),
        "archived_orders_a_second": round(done.orders / seconds),
        "archived_bytes_an_order": round(
            sum(path.stat().st_size for path in Path(done.folder).iterdir()) / done.orders
        ),
        "archived_order_ms": _milliseconds(shop_id, "the oldest order"),
    }


def _milliseconds(shop_id: int, name: str) -> float:
    taken = []
    for _ in range(5):
        with transaction.atomic():
            began = time.perf_counter()
            PLANS[name](shop_id)
            taken.append((time.perf_counter() - began) * 1000)
            transaction.set_rollback(True)
    return round(sorted(taken)[len(taken) // 2], 2)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
