"""How long the room takes to answer with a long history behind it: `python -m bench.room` prints one JSON line.

`[--orders N] [--in-run N] [--requests N]`: a new embedded server in a temporary folder; N orders of the 16 weeks
before now are written by SQL, the last of them in the run of a campaign that has begun five days ago, and settled for
real. Each request is a page by Django's own client with everything a page does: session, access, reading, templates.
Before each the shared reading is forgotten, so that none is cheaper because another came just before; `first_ms` is
the first one, which also works out the day's forecast, `shared_ms` one that comes within the second of another, and
`cpu_ms` what a page takes of this process's time. `load_before` above 0 means that the machine was not alone.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import jiacan.project.start  # noqa: F401 - readies the models, so it comes before any facade
from bench.measure import print_line
from jiacan.campaigns.facade import room, running
from jiacan.plans import facade as plans
from jiacan.project import database
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import COMMAND_LINE, Role
from jiacan.tenancy.models import Member, Person
from tests.slices.rooms import moved_plan

BEFORE = timedelta(weeks=16)
RUN_BEGAN = timedelta(days=5)
WARM_UPS = 3

_ORDERS = """
WITH known AS (
    INSERT INTO orders_knownorder (shop_id, order_id, customer_id, paid_at, counted_at, spend_minor)
    SELECT %(shop_id)s, 'B-' || lpad(n::text, 9, '0'), 'C-' || n %% %(customers)s, paid_at, paid_at,
           (ARRAY[4000, 16000, 31000, 90000])[1 + n %% 4]
    FROM generate_series(%(first)s, %(first)s + %(orders)s - 1) AS series (n), LATERAL (
        SELECT %(from)s::timestamptz + (%(to)s::timestamptz - %(from)s::timestamptz) * (n::float / %(orders)s)
            AS paid_at) AS paid
    RETURNING *
)
INSERT INTO orders_order (shop_id, order_id, customer_id, counted_at, paid_at, status, channel, region,
                          shipping_minor, spend_minor, goods_hash)
SELECT shop_id, order_id, customer_id, counted_at, paid_at, 'paid', '', '', 0, spend_minor, md5(order_id)::uuid
FROM known
"""

_LINES = """
INSERT INTO orders_orderline (shop_id, order_id, counted_at, position, sku, title, category, quantity,
                              unit_price_micros, discount_micros, spend_minor)
SELECT shop_id, order_id, counted_at, 1, '22423', '', '', 1, spend_minor * 10000, 0, spend_minor
FROM orders_order WHERE shop_id = %s
"""


def main() -> None:
    """Measure, and print one line of JSON."""
    parser = argparse.ArgumentParser(description="The room's answer with a long history behind it.")
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--in-run", type=int, default=75_000)
    parser.add_argument("--requests", type=int, default=200)
    asked = parser.parse_args()
    measure(orders=asked.orders, in_run=asked.in_run, requests=asked.requests)


def measure(*, orders: int, in_run: int, requests: int) -> None:
    """Fill a new database and look at the room so often."""
    busy, _, _ = os.getloadavg()
    with tempfile.TemporaryDirectory(prefix="jiacan-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        database.connect(database.start_embedded(Path(folder)))
        database.migrate()
        shop_id, plan_id, awards = _fill(orders=orders, in_run=in_run)
        client = _signed_in(shop_id)
        address = f"/s/gifts/campaigns/{plan_id}/room"
        first = _milliseconds(lambda: client.get(address))
        room.forget(shop_id, plan_id)
        with CaptureQueriesContext(connection) as queries:
            room.look(shop_id, plan_id, at=datetime.now(UTC))
        asked_of_database = len(queries)
        for _ in range(WARM_UPS):
            _anew(client, address, shop_id, plan_id)
        busy_seconds = time.process_time()
        taken = sorted(_anew(client, address, shop_id, plan_id) for _ in range(requests))
        busy_seconds = time.process_time() - busy_seconds
        shared = statistics.median(_milliseconds(lambda: client.get(address)) for _ in range(requests))
        connection.close()
    print_line(
        "room",
        size=f"{orders:,} orders, {awards:,} awards",
        shown=("p50_ms", "p95_ms", "first_ms", "shared_ms"),
        yardstick="the same page where the reading is shared",
        ratio=round(statistics.median(taken) / shared, 2),
        orders=orders,
        awards=awards,
        requests=requests,
        p50_ms=round(statistics.median(taken), 1),
        p95_ms=round(taken[int(len(taken) * 0.95)], 1),
        first_ms=round(first, 1),
        shared_ms=round(shared, 1),
        cpu_ms=round(busy_seconds * 1000 / requests, 1),
        queries_of_a_reading=asked_of_database,
        load_before=round(busy, 2),
    )


def _fill(*, orders: int, in_run: int) -> tuple[int, str, int]:
    now = datetime.now(UTC)
    checked = plans.check_text(moved_plan((now - RUN_BEGAN).date()), source="plan")
    assert checked.rules is not None
    shop = tenancy.open_shop("gifts", zone=checked.rules.zone, currency=checked.rules.currency)
    began = now - RUN_BEGAN
    with connection.cursor() as cursor:
        spans = ((1, orders - in_run, now - BEFORE, began), (orders - in_run + 1, in_run, began, now))
        for first, count, since, until in spans:
            asked = {"shop_id": shop.id, "first": first, "orders": count, "from": since, "to": until}
            offset = timedelta(0) if first == 1 else (until - since) * ((first - 1) / count)
            asked |= {"from": since - offset, "to": until - offset, "customers": max(1, orders // 4)}
            cursor.execute(_ORDERS, asked)
        cursor.execute(_LINES, [shop.id])
        cursor.execute("ANALYZE")
    rules = running.go_live(shop.id, checked, actor=COMMAND_LINE)
    running.settle_recorded(shop.id, rules, on_progress=lambda *_: None)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SELECT count(*) FROM offers_award WHERE shop_id = %s", [shop.id])
        return shop.id, rules.plan_id, cursor.fetchone()[0]


def _signed_in(shop_id: int) -> Client:
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.WHITENOISE_USE_FINDERS = True
    person = Person.objects.create(email="owner@example.com", is_active=True)
    Member.objects.create(shop_id=shop_id, person=person, role=Role.OWNER)
    client = Client()
    client.force_login(person)
    return client


def _anew(client: Client, address: str, shop_id: int, plan_id: str) -> float:
    room.forget(shop_id, plan_id)
    return _milliseconds(lambda: client.get(address))


def _milliseconds(request: Callable[[], object]) -> float:
    began = time.perf_counter()
    answer = request()
    taken = (time.perf_counter() - began) * 1000
    assert getattr(answer, "status_code", 0) == 200, answer
    return taken


if __name__ == "__main__":
    main()
