"""How many orders a second the API takes, one in a request: `python -m bench.api [SECONDS]` prints one JSON line.

A server as its operators run it (`jiacan serve`), on an embedded PostgreSQL in a temporary folder with fsync on; the
load comes from a process of its own over 1, 4 and 16 connections. Every order is recorded, settled and answered
durably, and each takes a piece of the same stock, so that all of them meet in one row. Beside it, on the same
machine: the server's empty JSON answer, and the database's own rate for one transaction that inserts an order, its
line and an award and takes one from one row, over as many connections, sent in one go. `batched_second` counts orders
that come a hundred in a request.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import psycopg

from bench.load import Load, at_share, run_beside
from bench.measure import print_line

ROOT = Path(__file__).resolve().parent.parent
JIACAN = (sys.executable, "-c", "from jiacan.project.cli import main; main()")
CONNECTIONS = (1, 4, 16)
MOST_ORDERS_A_SECOND = 2_000
MOST_BATCHES_A_SECOND = 100
BATCH = 100
PORT = 8937

PLAN = """\
format: jiacan.plan/1
id: one-stock
name: {en: One stock}
shop: bench
currency: CNY
timezone: UTC
phases: {run: {from: 2026-01-01, to: 2026-12-31}}
budget: {lines: [{id: gifts, name: {en: Gifts}, amount: 100000000}]}
stock: [{id: mug, name: {en: Mug}, units: 10000000, unit_cost: 1.00, value: 2.00}]
offers:
  - id: mug-for-all
    name: {en: A mug for all}
    trigger: order_paid
    during: run
    when: {spend: 1}
    give: [{gift: mug}]
    budget: {gift: gifts}
"""

PREPARE = """
import sys
from zoneinfo import ZoneInfo
import jiacan.project.start
from django.db import connection
from django.utils import timezone
from jiacan.project import database
from jiacan.campaigns.facade import running
from jiacan.plans import facade as plans
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import COMMAND_LINE, Permission
database.open_database()
shop = tenancy.open_shop("bench", zone=ZoneInfo("UTC"), currency="CNY")
running.go_live(shop.id, plans.check_text(sys.stdin.read(), "plan"), actor=COMMAND_LINE)
token, secret = tenancy.add_token(
    shop.id, name="bench", scopes=[Permission.SEND_ORDERS], actor=COMMAND_LINE, at=timezone.now()
)
print(secret.value)
print(connection.connection.info.dsn)
"""

OWN_TABLES = """
CREATE TABLE bench_order (id text PRIMARY KEY, customer text, paid_at timestamptz, spend bigint);
CREATE TABLE bench_line (order_id text, position int, sku text, quantity int, price bigint);
CREATE TABLE bench_award (order_id text, offer text, item text, quantity int, PRIMARY KEY (order_id, offer));
CREATE TABLE bench_balance (id int PRIMARY KEY, amount bigint CHECK (amount >= 0)) WITH (fillfactor = 50);
INSERT INTO bench_balance VALUES (1, 1000000000);
"""


@dataclass(frozen=True)
class Bench:
    """A running server, a token of its shop, and its database."""

    url: str
    secret: str
    dsn: str


@contextmanager
def served(folder: Path) -> Iterator[Bench]:
    """A server in that folder, once it is ready."""
    environment = {**os.environ, "JIACAN_HOME": str(folder), "JIACAN_API_RATE": "100000000"}
    environment.pop("JIACAN_DATABASE_URL", None)
    server = subprocess.Popen(
        [*JIACAN, "serve", "--port", str(PORT)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert server.stdout is not None
        while "Ctrl-C" not in (line := server.stdout.readline()):
            if not line:
                raise RuntimeError("the server did not start")
        made = subprocess.run(
            [sys.executable, "-c", PREPARE], env=environment, input=PLAN, capture_output=True, text=True, check=True
        )
        secret, dsn = made.stdout.split("\n")[:2]
        yield Bench(f"http://127.0.0.1:{PORT}/api/v1", secret, dsn)
    finally:
        server.terminate()
        server.wait(30)


def order(name: str, number: int) -> dict[str, object]:
    """One paid order of two teas."""
    return {
        "order_id": f"{name}-{number}",
        "customer_id": f"{name}-{number % 10_007}",
        "currency": "CNY",
        "paid_at": "2026-06-01T10:00:00+08:00",
        "lines": [{"sku": "tea", "quantity": 2, "unit_price": "12.50"}],
    }


def orders(folder: Path, name: str, count: int) -> Path:
    """Bodies of so many orders, one a line, whose numbers begin with the name."""
    path = folder / f"{name}.ndjson"
    path.write_text("".join(json.dumps(order(name, number)) + "\n" for number in range(count)))
    return path


def batches(folder: Path, name: str, count: int) -> Path:
    """Bodies of so many batches, one a line."""
    path = folder / f"{name}.ndjson"
    with path.open("w") as file:
        for start in range(0, count * BATCH, BATCH):
            file.write(json.dumps({"orders": [order(name, start + each) for each in range(BATCH)]}) + "\n")
    return path


def own_rate(dsn: str, connections: int, seconds: float) -> dict[str, float]:
    """What the database does by itself: so many such transactions a second, and how long each takes."""
    milliseconds: list[float] = []
    ends_at = time.perf_counter() + seconds

    def work(name: int) -> None:
        with psycopg.connect(dsn, autocommit=True) as connection:
            number = 0
            while (began := time.perf_counter()) < ends_at:
                number += 1
                order_id = f"{connections}-{name}-{number}"
                with connection.pipeline(), connection.transaction():
                    connection.execute("INSERT INTO bench_order VALUES (%s, %s, now(), 2500)", [order_id, order_id])
                    connection.execute("INSERT INTO bench_line VALUES (%s, 1, 'tea', 2, 1250)", [order_id])
                    connection.execute("INSERT INTO bench_award VALUES (%s, 'mug-for-all', 'mug', 1)", [order_id])
                    connection.execute("UPDATE bench_balance SET amount = amount - 1 WHERE id = 1")
                milliseconds.append((time.perf_counter() - began) * 1000)

    threads = [Thread(target=work, args=(name,)) for name in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ordered = sorted(milliseconds)
    return {
        "requests_second": round(len(ordered) / seconds, 1),
        "p50_ms": round(at_share(ordered, 0.50), 3),
        "p99_ms": round(at_share(ordered, 0.99), 3),
    }


def measure(bench: Bench, folder: Path, connections: int, seconds: float) -> dict[str, object]:
    """Orders, empty answers and the database's own transactions over so many connections."""
    headers = (f"Authorization: Bearer {bench.secret}",)
    run_beside(Load(f"{bench.url}/orders", connections, seconds, headers, orders(folder, f"warm{connections}", 50)))
    bodies = orders(folder, f"b{connections}", int(MOST_ORDERS_A_SECOND * seconds))
    taken = run_beside(Load(f"{bench.url}/orders", connections, seconds, headers, bodies))
    many = batches(folder, f"m{connections}", int(MOST_BATCHES_A_SECOND * seconds))
    batched = run_beside(Load(f"{bench.url}/orders", connections, seconds, headers, many))
    for answered in (taken, batched):
        if set(answered["statuses"]) != {"200"}:
            raise RuntimeError(f"orders were refused: {answered}")
    empty = run_beside(Load(f"{bench.url}/ping", connections, seconds))
    own = own_rate(bench.dsn, connections, seconds)
    return {
        "connections": connections,
        "orders_second": taken["requests_second"],
        "p50_ms": taken["p50_ms"],
        "p99_ms": taken["p99_ms"],
        "batched_second": round(batched["requests_second"] * BATCH),
        "empty_second": empty["requests_second"],
        "empty_p99_ms": empty["p99_ms"],
        "database_second": own["requests_second"],
        "database_p99_ms": own["p99_ms"],
        "to_empty": round(taken["requests_second"] / empty["requests_second"], 3),
        "to_database": round(taken["requests_second"] / own["requests_second"], 3),
    }


def main(seconds: float | None = None) -> None:
    """Start a server, put the loads on it one after the other, and print the line."""
    lasting = seconds or (float(sys.argv[1]) if len(sys.argv) > 1 else 5.0)
    with tempfile.TemporaryDirectory(prefix="jiacan-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        with served(folder) as bench:
            with psycopg.connect(bench.dsn, autocommit=True) as connection:
                connection.execute(OWN_TABLES)
            found = [measure(bench, folder, connections, lasting) for connections in CONNECTIONS]
    print_line(bench="api", seconds=lasting, by_connections=found)


if __name__ == "__main__":
    main()
