"""How many orders a second are taken as values, in one process: `python -m bench.take [ORDERS]` prints one JSON line.

A new embedded server in a temporary folder, with fsync on; the reference plan without its holdout, with more stock
and budget than is asked for. Each figure is of durable work: one order to a transaction, a hundred to one, the same
orders delivered again, and carts reserved and then committed. `rows_per_second` is the database's own rate for a
transaction that inserts one row and updates another, on the same server by the same client. At the end the ledger's
audit must be clean.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection, transaction

import jiacan.project.start  # noqa: F401 - readies the models, before the facades are imported
from bench.measure import print_line
from jiacan.campaigns.facade import online, running
from jiacan.ledger import facade as ledger
from jiacan.orders.contracts import IncomingOrder, OrderLine
from jiacan.plans import facade as plans
from jiacan.project import database
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, Shop

ROOT = Path(__file__).resolve().parent.parent
ORDERS, BATCH = 500, 100
AT = datetime(2011, 11, 15, 10, tzinfo=UTC)
WHO = Actor("bench", "bench")
PLENTY = (
    ("holdout: {share: 10%}\n", ""),
    ("units: 150", "units: 1000000"),
    ("amount: 900}", "amount: 9000000}"),
    ("amount: 1500}", "amount: 9000000}"),
)


def open_campaign() -> Shop:
    """A shop whose plan is live and never runs out."""
    text = (ROOT / "examples" / "order-bonus.yaml").read_text()
    for old, new in PLENTY:
        assert old in text, old
        text = text.replace(old, new)
    plan = plans.check_text(text, "plan")
    assert plan.rules is not None, plan.errors
    shop = tenancy.open_shop(plan.rules.shop, zone=plan.rules.zone, currency=plan.rules.currency)
    running.go_live(shop.id, plan, actor=WHO)
    return shop


def order(name: str, *, paid: bool = True) -> IncomingOrder:
    """One that earns a mug, points and a chance, by a customer of its own."""
    lines = (OrderLine("pot", 1, 160_000_000), OrderLine("cup", 2, 4_500_000))
    return IncomingOrder(f"o-{name}", f"c-{name}", lines, paid_at=AT if paid else None)


def rate(count: int, work: Callable[[int], object], *, each: int = 1) -> float:
    """How many a second: `work` is done `count` times and does `each`."""
    began = time.perf_counter()
    for number in range(count):
        work(number)
    return round(count * each / (time.perf_counter() - began), 1)


def write_one(number: int) -> None:
    """The least that a durable award could be: one row more and one balance less."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO plain_award VALUES (%s)", [number])
        cursor.execute("UPDATE plain_stock SET units = units - 1")


def measure(count: int) -> None:
    """Take orders every way, and print how fast."""
    shop = open_campaign()
    online.take(shop, [order("first")], (), at=AT)

    def reserve_and_commit(number: int) -> None:
        reserved = online.reserve(shop, order(f"r-{number}", paid=False), at=AT, hold_seconds=60, actor=WHO)
        online.commit(shop, reserved.id, paid_at=AT, at=AT)

    def take_batch(number: int) -> None:
        online.take(shop, [order(f"b-{number}-{place}") for place in range(BATCH)], (), at=AT)

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE plain_award (id bigint); CREATE TABLE plain_stock (units bigint)")
        cursor.execute("INSERT INTO plain_stock VALUES (1000000)")
    taken = rate(count, lambda number: online.take(shop, [order(str(number))], (), at=AT))
    figures = {
        "orders_a_second": taken,
        "again_a_second": rate(count, lambda number: online.take(shop, [order(str(number))], (), at=AT)),
        "in_batches_a_second": rate(max(1, count // BATCH), take_batch, each=BATCH),
        "reserved_and_committed_a_second": rate(count // 2, reserve_and_commit),
        "rows_per_second": (least := rate(count, write_one)),
    }
    audited = ledger.audit(shop.id)
    assert audited.clean, audited
    print_line(
        "take",
        size=f"{count:,} orders",
        shown=tuple(figures),
        yardstick="one row in and one changed, a transaction each",
        ratio=round(taken / least, 3),
        orders=count,
        **figures,
    )


def main() -> None:
    """Measure on a new server."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ORDERS
    with tempfile.TemporaryDirectory(prefix="jiacan-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        database.connect(database.start_embedded(Path(folder)))
        database.migrate()
        measure(count)
        connection.close()


if __name__ == "__main__":
    main()
