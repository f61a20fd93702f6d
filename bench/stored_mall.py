"""Redemptions of the points mall through the database: one hot item, by one process and by several.

Each redemption is a transaction of its own: points spent, stock and money held, once for its key. At the end exactly
as many pieces are held as there were redemptions, and each was paid for once.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from datetime import UTC, datetime
from time import perf_counter

import jiacan.project.start  # noqa: F401 - readies the models, before the facades are imported
from jiacan.campaigns.facade import mall, running
from jiacan.ledger import facade as ledger
from jiacan.members.contracts.mall import NotToBeHad
from jiacan.members.facade import reading, spending
from jiacan.offers.facade import reading as offers
from jiacan.plans import facade as plans
from jiacan.project import database
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, Shop

AT = datetime(2026, 11, 16, 2, tzinfo=UTC)
WHO = Actor("bench", "bench")
PRICE, PROCESSES = 100, 4
PLAN = """\
format: jiacan.plan/1
id: spring
name: Spring tea
shop: bench
currency: CNY
timezone: Asia/Shanghai
organiser: {name: Bench, contact: bench@tea.example}
phases: {run: {from: 2026-11-16, to: 2026-11-18}}
budget: {lines: [{id: gifts, amount: 100000000}]}
stock: [{id: mug, units: PIECES, unit_cost: 4, value: 9}]
offers: [{id: welcome, during: run, when: {spend: 1000000}, give: [{points: 1}]}]
mall:
  - {id: mall-mug, during: run, give: {gift: mug}, price: {points: 100}, budget: {gift: gifts}}
"""


def measure(url: str, redemptions: int) -> dict[str, int]:
    """How many a second, half of them by one process; a tenth more are asked for than there are pieces."""
    half = redemptions // 2
    shop = open_mall(2 * half)
    customers = [f"m-{n}" for n in range(max(1, half // 10))]
    for each in customers:
        spending.correct(
            *(shop.id, each, 100 * PRICE),
            reference=each,
            reason="For the bench",
            expires_at=None,
            actor=WHO,
            at=AT,
        )
    asked = [(customers[n % len(customers)], f"k-{n}") for n in range(2 * half + half // 10)]
    alone = timed_redeem(asked[:half])
    shared = by_processes(url, asked[half:])
    check(shop, customers, 2 * half)
    return {
        "redeemed_per_second": round(half / alone),
        f"redeemed_by_{PROCESSES}_processes_per_second": round(half / shared),
        "redemptions": 2 * half,
    }


def open_mall(pieces: int) -> Shop:
    """A shop whose mall has so many pieces of one item."""
    checked = plans.check_text(PLAN.replace("PIECES", str(pieces)), "plan")
    assert checked.rules is not None, checked.errors
    shop = tenancy.open_shop("bench", zone=checked.rules.zone, currency=checked.rules.currency)
    running.go_live(shop.id, checked, actor=WHO)
    return shop


def redeem(asked: Sequence[tuple[str, str]]) -> int:
    """Redeem once for each customer and key; says how many had the item."""
    shop = tenancy.get_shop("bench")
    had = 0
    for customer, key in asked:
        try:
            mall.redeem(shop.id, customer, "spring/mall-mug", key=key, at=AT)
        except NotToBeHad:
            continue
        had += 1
    return had


def timed_redeem(asked: Sequence[tuple[str, str]]) -> float:
    """The seconds that one process needs."""
    began = perf_counter()
    assert redeem(asked) == len(asked)
    return perf_counter() - began


def by_processes(url: str, asked: Sequence[tuple[str, str]]) -> float:
    """The seconds that several processes need together."""
    fresh = multiprocessing.get_context("spawn")
    with fresh.Pool(PROCESSES, initializer=database.connect, initargs=(url,)) as pool:
        pool.map(redeem, [[]] * PROCESSES, chunksize=1)
        began = perf_counter()
        pool.map(redeem, [asked[place::PROCESSES] for place in range(PROCESSES)], chunksize=1)
        return perf_counter() - began


def check(shop: Shop, customers: Sequence[str], pieces: int) -> None:
    """Every piece is held, none twice, and each was paid for."""
    live = plans.find_versions(shop.id, "spring")
    balance = offers.stock_balances(shop.id, plans.rules_of(shop.id, live[-1]))["mug"]
    assert (balance.available, balance.held) == (0, pieces), "a piece was had twice, or not at all"
    left = sum(reading.points_of(shop.id, each, AT).available for each in customers)
    assert left == len(customers) * 100 * PRICE - pieces * PRICE, "points were taken for nothing, or too few"
    assert reading.disagreements(shop.id) == ()
    assert ledger.audit(shop.id).clean
