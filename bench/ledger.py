"""How many durable transfers a second the ledger takes, beside a plain COPY of the same rows.

`python -m bench.ledger [--batches N] [--batch-groups N]` starts a PostgreSQL of its own in a temporary folder,
durable as it ships (fsync and synchronous_commit on), and prints one line of JSON. The load looks like awards:
groups of two to four entries, a few hot stocks and budgets on one side, many customers on the other, some of them
holds. Each batch of groups is one call of `apply` and one commit; the COPY commits as often. Making the groups is
not timed. `load_before` is the machine's load average before it began: above 0 means that it was not alone.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.db import connection, transaction

import jiacan.project.start  # noqa: F401 - readies the models, so it comes before the facade
from bench.measure import print_line
from jiacan.ledger import facade
from jiacan.ledger.contracts import Account, AccountKey, Applied, Entry, Group, Hold, Move
from jiacan.project import database

SHOP_ID = 1
SEED = 20111114
CUSTOMERS = 20_000
AT = datetime(2011, 11, 14, tzinfo=UTC)
EXPIRES_AT = AT + timedelta(days=30)
PLENTY = 10**12

STOCKS = tuple(AccountKey(f"plan-1/stock/{name}", name) for name in ("mug", "hamper", "sample"))
GIFTS, COUPONS = (AccountKey(f"plan-1/budget/{name}", "GBP") for name in ("gifts", "coupons"))
SPENT = AccountKey("plan-1/spent", "GBP")
ISSUED = AccountKey("plan-1/issued", "points")
UNITS = (*(stock.unit for stock in STOCKS), "GBP", "points")

_COLUMNS = "shop_id, key, kind, debit_id, credit_id, amount, at, expires_at, refers_to"


def main() -> None:
    """Measure, and print one line of JSON."""
    parser = argparse.ArgumentParser(description="Durable transfers a second.")
    parser.add_argument("--batches", type=int, default=150)
    parser.add_argument("--batch-groups", type=int, default=1000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jiacan-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        database.connect(database.start_embedded(Path(folder)))
        database.migrate()
        measure(batches=asked.batches, batch_groups=asked.batch_groups)
        connection.close()


def measure(*, batches: int, batch_groups: int) -> None:
    """Apply the load in batches, copy the same rows into a table like it, and compare."""
    busy, _, _ = os.getloadavg()
    fill()
    chance = random.Random(SEED)
    load = [[award(chance, f"{batch}-{n}") for n in range(batch_groups)] for batch in range(batches)]
    transfers = sum(len(group.entries) for batch in load for group in batch)
    gc.freeze()  # the load is ours, not garbage of what is measured
    with stopwatch() as applied:
        for batch in load:
            assert set(facade.apply(SHOP_ID, batch)) == {Applied()}
    report = facade.audit(SHOP_ID)
    assert report.clean, report
    copied = copy_again(batches)
    print_line(
        "ledger",
        size=f"{transfers:,} transfers",
        shown=("transfers_per_second", "copy_rows_per_second"),
        yardstick="COPY of the same rows",
        ratio=round(copied.seconds / applied.seconds, 3),
        transfers=transfers,
        batches=batches,
        transfers_per_second=round(transfers / applied.seconds),
        copy_rows_per_second=round(transfers / copied.seconds),
        apply_seconds=round(applied.seconds, 2),
        copy_seconds=round(copied.seconds, 2),
        load_before=round(busy, 2),
        **{name: setting(name) for name in ("fsync", "synchronous_commit", "server_version")},
    )


def fill() -> None:
    """Open every account of the load, and put enough into each stock and budget."""
    sources = {unit: AccountKey("outside", unit) for unit in UNITS}
    bounded = (*STOCKS, GIFTS, COUPONS)
    customers = [of_customer(n, unit) for n in range(CUSTOMERS) for unit in UNITS]
    unbounded = (*sources.values(), SPENT, ISSUED, *customers)
    facade.open_accounts(SHOP_ID, [Account(key, 0) for key in bounded] + [Account(key, None) for key in unbounded])
    moves = [Move(f"fill:{key.owner}", sources[key.unit], key, PLENTY, AT) for key in bounded]
    assert set(facade.apply(SHOP_ID, [Group(tuple(moves))])) == {Applied()}


def of_customer(number: int, unit: str) -> AccountKey:
    """What one customer has of one unit."""
    return AccountKey(f"customer/{number}", unit)


def award(chance: random.Random, order: str) -> Group:
    """One order's benefits: a gift and its cost, or a coupon held from its budget, and points."""
    customer = chance.randrange(CUSTOMERS)
    entries: list[Entry]
    if chance.random() < 0.6:
        stock = chance.choice(STOCKS)
        entries = [
            Move(f"plan-1:{order}:gift", stock, of_customer(customer, stock.unit), 1, AT),
            Move(f"plan-1:{order}:cost", GIFTS, SPENT, 320, AT),
        ]
    else:
        coupons = chance.randint(1, 2)
        to = of_customer(customer, "GBP")
        entries = [Hold(f"plan-1:{order}:coupon-{n}", COUPONS, to, 2000, AT, EXPIRES_AT) for n in range(coupons)]
    points = [
        Move(f"plan-1:{order}:points-{n}", ISSUED, of_customer(customer, "points"), 50, AT)
        for n in range(chance.randint(1, 2))
    ]
    return Group((*entries, *points))


@dataclass(slots=True)
class Stopwatch:
    """What passed between the beginning and the end of a `with`."""

    seconds: float = 0.0


@contextmanager
def stopwatch() -> Iterator[Stopwatch]:
    """Time what happens inside."""
    watch = Stopwatch()
    started = time.perf_counter()
    yield watch
    watch.seconds = time.perf_counter() - started


def copy_again(batches: int) -> Stopwatch:
    """Copy every row of the ledger into an empty table with the same columns, indexes and checks."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE plain (LIKE ledger_transfer INCLUDING ALL)")
        cursor.execute(f"SELECT {_COLUMNS} FROM ledger_transfer ORDER BY id")
        rows = cursor.fetchall()
    size = -(-len(rows) // batches)
    with stopwatch() as watch:
        for first in range(0, len(rows), size):
            copy_rows(rows[first : first + size])
    return watch


def copy_rows(rows: Sequence[tuple]) -> None:
    """Copy and commit."""
    with (
        transaction.atomic(),
        connection.cursor() as cursor,
        cursor.copy(f"COPY plain ({_COLUMNS}) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.set_types(["int8", "text", "int2", "int8", "int8", "int8", "timestamptz", "timestamptz", "text"])
        for row in rows:
            copy.write_row(row)


def setting(name: str) -> str:
    """One of the server's settings."""
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return cursor.fetchone()[0]


if __name__ == "__main__":
    main()
