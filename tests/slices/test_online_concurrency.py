"""Many processes at one shop: every order once, every mug once, and nobody's death keeps anything.

A child process imports this file by its name, so everything it runs stands at the top level.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from threading import Barrier

from django.db import connection

import jiacan.project.start  # noqa: F401 - readies the models in a child process, before the facades are imported
from jiacan.campaigns.facade import online
from jiacan.offers.contracts.reservations import ReservationOver, ReservationState
from jiacan.offers.facade import reading
from jiacan.project import database
from jiacan.tenancy import facade as tenancy
from tests.slices.histories import ROOT
from tests.slices.online_shop import (
    AT,
    PLAN_ID,
    WHO,
    assert_books_add_up,
    assert_counters_agree,
    cart,
    given,
    go_live,
    granted,
    mugs_left,
    order,
)
from tests.slices.processes import at_once

PROCESSES, STOCK, ORDERS_EACH = 8, 500, 65
PATIENCE_SECONDS = 120
HOLD_SECONDS = 900
OVER = AT + timedelta(seconds=HOLD_SECONDS)
MUG = [("granted", "mug")]
CHEAP_MUGS = ("unit_cost: 3.20", "unit_cost: 0.01")


def begin(url: str, barrier: Barrier):
    """The shop, in a child process that begins with the others."""
    database.connect(url)
    shop = tenancy.get_shop("gifts")
    barrier.wait(PATIENCE_SECONDS)
    return shop


# --- every order once -------------------------------------------------------------------------------------


def deliver_the_same(url: str, barrier: Barrier, number: int) -> list[object]:
    shop = begin(url, barrier)
    answers = [online.take(shop, [order()], (), at=AT).orders[0] for _ in range(13)]
    connection.close()
    return answers


def test_a_hundred_deliveries_of_one_order_at_once_are_one_award_and_one_answer(processes, test_database_url):
    shop = go_live("gifts")
    answers = [answer for answers in at_once(processes, deliver_the_same, test_database_url) for answer in answers]
    assert len(answers) >= 100
    assert sorted(answer.state for answer in answers) == ["known"] * (len(answers) - 1) + ["new"]
    assert {given(answer.awards) == MUG for answer in answers} == {True}
    assert (granted(shop), mugs_left(shop)) == (1, 149)
    assert_books_add_up(shop)
    assert_counters_agree(shop)


# --- every mug once ---------------------------------------------------------------------------------------


def take_or_reserve(url: str, barrier: Barrier, number: int) -> int:
    shop = begin(url, barrier)
    mugs = 0
    for n in range(ORDERS_EACH):
        name = f"{number}-{n}"
        if n % 3:
            awards = online.take(shop, [order(name)], (), at=AT).orders[0].awards
        else:
            reserved = online.reserve(shop, cart(name), at=AT, hold_seconds=HOLD_SECONDS, actor=WHO)
            awards = online.commit(shop, reserved.id, paid_at=AT, at=AT).awards
            assert given(awards) == given(reserved.awards)
        mugs += given(awards) == MUG
    connection.close()
    return mugs


def test_eight_processes_that_take_and_reserve_give_out_a_stock_exactly(processes, test_database_url):
    shop = go_live("gifts", ("units: 150", f"units: {STOCK}"), CHEAP_MUGS)
    assert sum(at_once(processes, take_or_reserve, test_database_url)) == STOCK
    assert (granted(shop), mugs_left(shop)) == (STOCK, 0)
    assert granted(shop, "sample") == PROCESSES * ORDERS_EACH - STOCK
    assert_books_add_up(shop)
    assert_counters_agree(shop)


# --- two ends of one reservation --------------------------------------------------------------------------


def commit_or_expire(url: str, barrier: Barrier, number: int) -> int:
    shop = begin(url, barrier)
    committed = 0
    for name in range(40):
        if number % 2:
            online.expire_due(OVER)
            continue
        try:
            reserved = online.reserve(shop, cart(f"{number}-{name}"), at=AT, hold_seconds=HOLD_SECONDS, actor=WHO)
            online.commit(shop, reserved.id, paid_at=AT, at=OVER - timedelta(seconds=1))
            committed += 1
        except ReservationOver:
            continue
    connection.close()
    return committed


def test_a_reservation_ends_one_way_when_it_is_paid_while_its_time_runs_out(processes, test_database_url):
    shop = go_live("gifts", ("units: 150", f"units: {STOCK}"), CHEAP_MUGS)
    committed = sum(at_once(processes, commit_or_expire, test_database_url))
    online.expire_due(OVER)
    assert granted(shop) == committed
    assert mugs_left(shop) == STOCK - committed
    assert reading.stock_balances(shop.id, rules_of(shop))["mug"].held == 0
    assert_books_add_up(shop)
    assert_counters_agree(shop)


def rules_of(shop):
    return online.live_plans(shop.id)[0].rules


# --- a client that dies -----------------------------------------------------------------------------------

RESERVER = """
import os, sys
import jiacan.project.start
from jiacan.project import database
database.connect(os.environ["JIACAN_DATABASE_URL"])
from jiacan.campaigns.facade import online
from jiacan.tenancy import facade as tenancy
from tests.slices.histories import ROOT
from tests.slices.online_shop import AT, WHO, cart
reserved = online.reserve(tenancy.get_shop("gifts"), cart(), at=AT, hold_seconds=900, actor=WHO)
print(reserved.id, flush=True)
sys.stdin.readline()
"""


def test_what_a_killed_client_had_reserved_is_released_at_its_time_and_another_gets_it(test_database_url):
    shop = go_live("gifts", ("units: 150", "units: 1"))
    with subprocess.Popen(
        [sys.executable, "-c", RESERVER],
        env={**os.environ, "JIACAN_DATABASE_URL": test_database_url, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as client:
        reservation_id = client.stdout.readline().strip()
        client.send_signal(signal.SIGKILL)
    assert client.returncode == -signal.SIGKILL
    (early,) = online.take(shop, [order(2)], (), at=OVER - timedelta(seconds=1)).orders
    assert given(early.awards) == [("otherwise", "sample")]
    assert online.expire_due(OVER) == 1
    (late,) = online.take(shop, [order(3, after=20)], (), at=OVER).orders
    assert given(late.awards) == MUG
    assert online.find_reservation(shop.id, reservation_id).state is ReservationState.EXPIRED
    assert reading.awards_for(shop.id, PLAN_ID, ["o-1"]) == ()
    assert_books_add_up(shop)
    assert_counters_agree(shop)
