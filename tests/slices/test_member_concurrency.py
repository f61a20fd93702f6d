"""Several processes at one customer's points: nobody spends what is not there, and what expires goes once.

A child process imports this file by its name, so everything it runs stands at the top level.
"""

from __future__ import annotations

from threading import Barrier

import jiacan.project.start  # noqa: F401 - readies the models in a child process, before the facades are imported
from jiacan.members.contracts.points import NotEnoughPoints
from jiacan.members.facade import expiring, spending
from jiacan.project import database
from jiacan.tenancy import facade as tenancy
from tests.slices.members_shop import day, points_shop
from tests.slices.processes import at_once

PROCESSES, SPENDINGS = 4, 8
PATIENCE_SECONDS = 120


def begin(url: str, barrier: Barrier) -> int:
    """The shop, in a child process that begins with the others."""
    database.connect(url)
    shop = tenancy.get_shop("gifts")
    barrier.wait(PATIENCE_SECONDS)
    return shop.id


def spend_much(url: str, barrier: Barrier, number: int) -> int:
    """Spend ten points time after time, under references of its own; says how often it got them."""
    shop_id, got = begin(url, barrier), 0
    for n in range(SPENDINGS):
        try:
            spending.spend_points(shop_id, "anna", 10, reference=f"{number}-{n}", reason="", at=day(2))
        except NotEnoughPoints:
            continue
        got += 1
    return got


def spend_the_same(url: str, barrier: Barrier, number: int) -> int:
    """Spend ten points under references that every process uses."""
    shop_id = begin(url, barrier)
    for n in range(SPENDINGS):
        spending.spend_points(shop_id, "anna", 10, reference=f"same-{n}", reason="", at=day(2))
    return SPENDINGS


def give_the_same_back(url: str, barrier: Barrier, number: int) -> int:
    """Cancel the same spendings as every process; says how many points it was told came back."""
    shop_id, told = begin(url, barrier), 0
    for n in range(SPENDINGS):
        told += spending.cancel_spending(shop_id, "anna", reference=f"same-{n}", reason="", at=day(3)).points
    return told


def expire(url: str, barrier: Barrier, number: int) -> int:
    """Take from everyone what is over."""
    expiring.expire_due(begin(url, barrier), day(100))
    return 1


def test_processes_that_spend_at_once_get_what_there_is_and_no_more(processes, test_database_url):
    shop = points_shop()
    shop.buy(1, 155)
    assert PROCESSES * SPENDINGS > 15
    assert sum(at_once(processes, spend_much, test_database_url)) == 15
    assert shop.has() == (5, 0, 0)
    shop.assert_agreed()


def test_a_reference_that_every_process_sends_counts_once(processes, test_database_url):
    shop = points_shop()
    shop.buy(1, 100)
    assert sum(at_once(processes, spend_the_same, test_database_url)) == PROCESSES * SPENDINGS
    assert shop.has() == (20, 0, 0)
    shop.assert_agreed()


def test_a_spending_that_every_process_cancels_comes_back_once(processes, test_database_url):
    shop = points_shop()
    shop.buy(1, 100)
    for n in range(SPENDINGS):
        shop.spend(10, reference=f"same-{n}")
    assert sum(at_once(processes, give_the_same_back, test_database_url)) == PROCESSES * SPENDINGS * 10
    assert shop.has(days=3) == (100, 0, 0)
    shop.assert_agreed()


def test_processes_that_expire_at_once_take_every_lot_once(processes, test_database_url):
    shop = points_shop()
    for number in range(6):
        shop.buy(number, 20, customer=f"c-{number % 3}")
    at_once(processes, expire, test_database_url)
    assert [shop.has(f"c-{n}", days=100) for n in range(3)] == [(0, 0, 0)] * 3
    shop.assert_agreed("c-0", "c-1", "c-2")
