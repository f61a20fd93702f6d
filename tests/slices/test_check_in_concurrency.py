"""Several processes at one challenge: a day counts once, and the last piece is given once.

A child process imports this file by its name, so everything it runs stands at the top level.
"""

from __future__ import annotations

from threading import Barrier

from django.db import connection

import jiacan.project.start  # noqa: F401 - readies the models in a child process, before the facades are imported
from jiacan.members.facade import reading as points
from jiacan.members.facade import spending
from jiacan.members.models.check_in import CheckInCard, CheckInDay, CheckInTask
from jiacan.offers.facade import reading
from jiacan.project import database
from jiacan.tenancy import facade as tenancy
from tests.slices.check_in_shop import CheckInShop, check_in_shop, moment
from tests.slices.online_shop import WHO, assert_books_add_up, assert_counters_agree, granted, rules
from tests.slices.processes import at_once

PROCESSES, CUSTOMERS = 4, 8
PATIENCE_SECONDS = 120
TABLETS = ("{day: 3, give: [{points: 10}]}", "{day: 3, give: [{gift: tablet}]}")


def begin(url: str, barrier: Barrier) -> CheckInShop:
    """The shop, in a child process that begins with the others."""
    database.connect(url)
    shop = CheckInShop(tenancy.get_shop("gifts"))
    barrier.wait(PATIENCE_SECONDS)
    return shop


def do_the_third_day(url: str, barrier: Barrier, number: int) -> None:
    """Every customer's last day, each process beginning with another of them."""
    shop = begin(url, barrier)
    for step in range(CUSTOMERS):
        shop.do(3, customer=f"c-{(number * 2 + step) % CUSTOMERS}")
    connection.close()


def test_processes_that_race_for_the_last_pieces_give_each_out_once(processes, test_database_url):
    shop = check_in_shop(TABLETS)
    for day in (1, 2):
        for number in range(CUSTOMERS):
            shop.do(day, customer=f"c-{number}")
    at_once(processes, do_the_third_day, test_database_url)
    balance = reading.stock_balances(shop.shop.id, rules(shop.shop))["tablet"]
    assert (granted(shop.shop, "tablet"), balance.available, balance.held) == (4, 0, 0)
    outcomes = [shop.seen(3, customer=f"c-{number}").rewarded[0].outcome for number in range(CUSTOMERS)]
    assert sorted(outcomes) == [*["granted"] * 4, *["refused"] * 4]
    assert (CheckInTask.objects.count(), CheckInDay.objects.count(), CheckInCard.objects.count()) == (
        *(CUSTOMERS * 3 * 2, CUSTOMERS * 3),
        CUSTOMERS,
    )
    assert_books_add_up(shop.shop)
    assert_counters_agree(shop.shop)


def make_up_the_second_day(url: str, barrier: Barrier, number: int) -> None:
    """The same missed day, again and again."""
    shop = begin(url, barrier)
    for _ in range(3):
        shop.make_up(2, day=4)
    connection.close()


def test_a_day_that_every_process_makes_up_is_paid_for_once_and_gives_once(processes, test_database_url):
    shop = check_in_shop()
    for day in (1, 3):
        shop.do(day)
    spending.correct(
        *(shop.shop.id, "anna", 100), reference="start", reason="Start", expires_at=None, actor=WHO, at=moment(1, 0)
    )
    at_once(processes, make_up_the_second_day, test_database_url)
    assert points.points_of(shop.shop.id, "anna", moment(5)).available == 100 - 20 + 10
    assert CheckInDay.objects.filter(made_up=True).count() == 1
    assert_books_add_up(shop.shop)
