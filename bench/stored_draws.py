"""Tickets drawn through the database: one transaction each by one process and by several, and in batches.

A new embedded server in a temporary folder, durable as it ships. One deck has as many cards as tickets are drawn: at
the end each card was drawn exactly once and every prize is with someone.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection

import jiacan.project.start  # noqa: F401 - readies the models, before the facades are imported
from jiacan.campaigns.facade import online, running
from jiacan.draws.facade import drawing, reading
from jiacan.draws.models import Ticket
from jiacan.orders.contracts import IncomingOrder, OrderLine
from jiacan.plans import facade as plans
from jiacan.project import database
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, Shop

AT = datetime(2026, 11, 16, 2, tzinfo=UTC)
NONCE = "n" * 22
OF_AN_ORDER, BATCH, PROCESSES = 100, 25, 4
PRIZES = {"first": 5, "second": 20}
PLAN = """\
format: jiacan.plan/1
id: spring
name: Spring tea
shop: bench
currency: CNY
timezone: Asia/Shanghai
organiser: {name: Bench, contact: bench@tea.example}
phases: {run: {from: 2026-11-16, to: 2026-11-18}}
budget: {lines: [{id: prizes, amount: 1000}]}
stock:
  - {id: kettle, units: 5, unit_cost: 60, value: 120}
  - {id: cup, units: 20, unit_cost: 4, value: 9}
offers:
  - {id: chance, during: run, give: [{ticket: wheel, quantity: 100}]}
draws:
  - id: wheel
    during: run
    deck: {tickets: CARDS}
    prizes:
      - {id: first, gift: kettle, units: 5}
      - {id: second, gift: cup, units: 20}
    claim_within: 7d
    budget: {gift: prizes}
"""


def measure(tickets: int) -> dict[str, int]:
    """How many tickets a second are drawn in each of three ways, a third of so many in each."""
    orders = max(1, tickets // (3 * OF_AN_ORDER))
    with tempfile.TemporaryDirectory(prefix="jiacan-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        url = database.start_embedded(Path(folder))
        database.connect(url)
        database.migrate()
        shop = open_draw(3 * orders * OF_AN_ORDER)
        for number in range(3 * orders):
            paid = IncomingOrder(f"o-{number}", f"c-{number}", (OrderLine("tea", 1, 100_000_000),), paid_at=AT)
            online.take(shop, [paid], [], at=AT)
        issued = list(Ticket.objects.order_by("id").values_list("issued", flat=True))
        third = orders * OF_AN_ORDER
        figures = {
            "stored_per_second": rate(third, lambda: one_by_one(issued[:third])),
            "stored_in_batches_per_second": rate(third, lambda: in_batches(shop, issued[third : 2 * third])),
            f"stored_by_{PROCESSES}_processes_per_second": by_processes(url, issued[2 * third :]),
        }
        check(shop, len(issued))
        connection.close()
    return {**figures, "stored_tickets": len(issued)}


def open_draw(cards: int) -> Shop:
    """A shop whose plan has a draw with so many cards."""
    checked = plans.check_text(PLAN.replace("CARDS", str(cards)), "plan")
    assert checked.rules is not None, checked.errors
    shop = tenancy.open_shop("bench", zone=checked.rules.zone, currency=checked.rules.currency)
    running.go_live(shop.id, checked, actor=Actor("bench", "bench"))
    return shop


def one_by_one(issued: Sequence[str]) -> None:
    """Draw each ticket in a transaction of its own."""
    shop = tenancy.get_shop("bench")
    for each in issued:
        drawing.draw_ticket(shop.id, each, NONCE, at=AT)


def in_batches(shop: Shop, issued: Sequence[str]) -> None:
    """Draw some tickets to a transaction."""
    for start in range(0, len(issued), BATCH):
        drawing.draw_tickets(shop.id, dict.fromkeys(issued[start : start + BATCH], NONCE), at=AT)


def by_processes(url: str, issued: Sequence[str]) -> int:
    """How many a second several processes draw at once, each ticket in a transaction of its own."""
    fresh = multiprocessing.get_context("spawn")
    with fresh.Pool(PROCESSES, initializer=database.connect, initargs=(url,)) as pool:
        pool.map(one_by_one, [[]] * PROCESSES, chunksize=1)
        shares = [issued[place::PROCESSES] for place in range(PROCESSES)]
        return rate(len(issued), lambda: pool.map(one_by_one, shares, chunksize=1))


def check(shop: Shop, tickets: int) -> None:
    """Each card was drawn once, and every prize was."""
    cards = sorted(Ticket.objects.values_list("card", flat=True))
    assert cards == list(range(tickets)), "a card was drawn twice, or not at all"
    drawn = reading.left_of(shop.id, reading.get_draw(shop.id, "spring", "wheel")).prizes_drawn
    assert Counter({prize: units for (_, prize), units in drawn.items()}) == PRIZES, "more or fewer prizes"


def rate(count: int, work: Callable[[], object]) -> int:
    """How many a second."""
    began = time.perf_counter()
    work()
    return round(count / (time.perf_counter() - began))
