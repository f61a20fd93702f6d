"""How many orders a second the API takes, one in a request: `python -m bench.api [SECONDS [CONNECTIONS ...]]`.

Prints one JSON line. A server as its operators run it (`jiacan serve`), on an embedded PostgreSQL in a temporary
folder with fsync on; the load comes from a process of its own over 1, 4 and 16 connections. Every order is recorded,
settled and answered durably, and each takes a piece of the same stock, so that all of them meet in one row. Beside
it, on the same machine: the same with group commit off, the server's empty JSON answer, taken just before and just
after the orders, and the database's own rate for one transaction that inserts an order, its line and an award and
takes one from one row, over as many connections, sent in one go. `batched_second` counts orders that come a hundred
in a request; `more_ms` is by how much longer the middle request of the fewest connections takes than with group
commit off.

At the end of each server: as many pieces are gone from the stock as there are awards and orders that were answered,
and the ledger's audit is clean; or the bench fails.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
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

CHECK = """
import json, sys
import jiacan.project.start
from jiacan.project import database
from jiacan.ledger import facade as ledger
from jiacan.offers.facade import reading
from jiacan.plans import facade as plans
from jiacan.tenancy import facade as tenancy
database.open_database()
shop = tenancy.get_shop("bench")
rules = plans.load_rules(shop.id, "one-stock", 1)
awards = sum(each.awards for each in reading.award_totals(shop.id, "one-stock") if each.outcome == "granted")
print(json.dumps({
    "awards": awards,
    "stock_taken": rules.stock["mug"].units - reading.stock_left(shop.id, rules)["mug"],
    "orders": reading.order_totals(shop.id, "one-stock").orders,
    "audit_clean": ledger.audit(shop.id).clean,
}))
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
    environment: dict[str, str]


@contextmanager
def served(folder: Path, *, group_commit: bool = True) -> Iterator[Bench]:
    """A server in that folder on a port that is free, once it is ready."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, "JIACAN_HOME": str(folder), "JIACAN_API_RATE": "100000000"}
    environment["JIACAN_GROUP_COMMIT"] = "on" if group_commit else "off"
    environment.pop("JIACAN_DATABASE_URL", None)
    server = subprocess.Popen(
        [*JIACAN, "serve", "--port", str(port)],
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
        yield Bench(f"http://127.0.0.1:{port}/api/v1", secret, dsn, environment)
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


@dataclass
class Taken:
    """How many orders the server answered."""

    orders: int = 0

    def load(self, load: Load, *, each: int = 1) -> dict[str, float]:
        """Put the load on the server; every request must be answered well, and brings so many orders."""
        answered = run_beside(load)
        if set(answered["statuses"]) != {"200"}:
            raise RuntimeError(f"orders were refused: {answered}")
        self.orders += int(answered["requests"]) * each
        return answered


def measure(bench: Bench, folder: Path, connections: int, seconds: float, taken: Taken) -> dict[str, float]:
    """Orders one in a request, and empty answers before and after them, over so many connections."""
    headers = (f"Authorization: Bearer {bench.secret}",)
    taken.load(Load(f"{bench.url}/orders", connections, seconds, headers, orders(folder, f"warm{connections}", 100)))
    empty = [run_beside(Load(f"{bench.url}/ping", connections, seconds / 2))]
    bodies = orders(folder, f"b{connections}", int(MOST_ORDERS_A_SECOND * seconds))
    found = taken.load(Load(f"{bench.url}/orders", connections, seconds, headers, bodies))
    empty.append(run_beside(Load(f"{bench.url}/ping", connections, seconds / 2)))
    empty_second = sum(each["requests_second"] for each in empty) / 2
    return {
        "orders_second": found["requests_second"],
        "p50_ms": found["p50_ms"],
        "p99_ms": found["p99_ms"],
        "empty_second": round(empty_second, 1),
        "empty_p99_ms": max(each["p99_ms"] for each in empty),
        "to_empty": round(found["requests_second"] / empty_second, 3),
    }


def measure_more(bench: Bench, folder: Path, connections: int, seconds: float, taken: Taken) -> dict[str, float]:
    """Orders a hundred in a request, and the database's own transactions."""
    headers = (f"Authorization: Bearer {bench.secret}",)
    many = batches(folder, f"m{connections}", int(MOST_BATCHES_A_SECOND * seconds))
    batched = taken.load(Load(f"{bench.url}/orders", connections, seconds, headers, many), each=BATCH)
    own = own_rate(bench.dsn, connections, seconds)
    return {
        "batched_second": round(batched["requests_second"] * BATCH),
        "database_second": own["requests_second"],
        "database_p99_ms": own["p99_ms"],
    }


def check(bench: Bench, taken: Taken) -> dict[str, object]:
    """What the books say, which must be what was answered."""
    said = subprocess.run(
        [sys.executable, "-c", CHECK], env=bench.environment, capture_output=True, text=True, check=True
    )
    books: dict[str, object] = json.loads(said.stdout)
    if books != {**dict.fromkeys(("awards", "stock_taken", "orders"), taken.orders), "audit_clean": True}:
        raise RuntimeError(f"{taken.orders} orders were answered, and the books say {books}")
    return books


def measure_server(
    folder: Path, seconds: float, by: Sequence[int], *, group_commit: bool
) -> tuple[dict[str, dict[str, float]], dict[str, object]]:
    """Every load on a new server, one after the other, and what its books say at the end."""
    taken = Taken()
    by_connections: dict[str, dict[str, float]] = {}
    with served(folder, group_commit=group_commit) as bench:
        with psycopg.connect(bench.dsn, autocommit=True) as connection:
            connection.execute(OWN_TABLES)
        for connections in by:
            by_connections[str(connections)] = measure(bench, folder, connections, seconds, taken)
            if group_commit:
                by_connections[str(connections)] |= measure_more(bench, folder, connections, seconds, taken)
        return by_connections, check(bench, taken)


def main(seconds: float = 5.0, connections: Sequence[int] = CONNECTIONS) -> None:
    """Measure with group commit and without, and print the line."""
    found, books = {}, {}
    for name, group_commit in (("gathered", True), ("alone", False)):
        with tempfile.TemporaryDirectory(prefix="jiacan-bench-", ignore_cleanup_errors=True) as made:
            folder = Path(made)
            folder.chmod(0o755)
            found[name], books[name] = measure_server(folder, seconds, connections, group_commit=group_commit)
    fewest, most = str(min(connections)), str(max(connections))
    gathered, alone = found["gathered"], found["alone"]
    print_line(
        "api",
        size=f"{most} connections",
        shown=("orders_second", "p99_ms", "empty_second", "gathered_to_alone", "more_ms"),
        yardstick="the server's empty JSON answer",
        ratio=gathered[most]["to_empty"],
        seconds=seconds,
        **{name: gathered[most][name] for name in ("orders_second", "p99_ms", "empty_second")},
        gathered_to_alone=round(gathered[most]["orders_second"] / alone[most]["orders_second"], 2),
        more_ms=round(gathered[fewest]["p50_ms"] - alone[fewest]["p50_ms"], 3),
        **found,
        books=books,
    )


if __name__ == "__main__":
    asked = sys.argv[1:]
    main(*map(float, asked[:1]), *([[int(each) for each in asked[1:]]] if asked[1:] else []))
