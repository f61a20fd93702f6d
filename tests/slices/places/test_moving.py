"""Shops on several servers: each one's rows are on its server and nowhere else, and it moves while it works."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest
from django.db import connection, connections

from jiacan.campaigns.facade import online
from jiacan.kernel.places import at_place
from jiacan.project.places import opening
from jiacan.project.places.moving import move_shop
from tests.slices.histories import ROOT
from tests.slices.online_shop import (
    AT,
    assert_books_add_up,
    assert_counters_agree,
    go_live,
    granted,
    mugs_left,
    order,
)
from tests.slices.places.looking import rows_of
from tests.slices.served import until

pytestmark = pytest.mark.django_db


CHEAP_MUGS = ("unit_cost: 3.20", "unit_cost: 0.01")
"""So that their money does not run out before they do."""


def quietly(*_):
    """Progress that nobody watches."""


def test_a_shop_moves_with_all_its_rows(servers):
    shop = go_live("gifts")
    for number in range(20):
        online.take(shop, [order(number)], [], at=AT)
    before = rows_of(servers["main"], shop.id)
    moved = move_shop(shop, servers["east"], tuple(servers.values()), on_progress=quietly)
    assert moved.rows == sum(before.values()) - before["tenancy_shop"] - before.get("tenancy_member", 0)
    assert rows_of(servers["east"], shop.id) == before
    assert rows_of(servers["main"], shop.id) == {"tenancy_shop": 1, "project_place": 1}
    with at_place(shop.id):
        assert_books_add_up(shop)
        assert_counters_agree(shop)
        left = mugs_left(shop)
    online.take(shop, [order(100)], [], at=AT)
    with at_place(shop.id):
        assert mugs_left(shop) == left - 1
        assert_books_add_up(shop)
    assert rows_of(servers["main"], shop.id) == {"tenancy_shop": 1, "project_place": 1}


def test_a_shop_under_orders_of_several_processes_moves_twice(servers, test_database_url):
    shop = go_live("gifts", ("units: 150", "units: 100000"), CHEAP_MUGS)
    before = mugs_left(shop)
    with senders(3, test_database_url) as answered:
        until(lambda: all(len(each) > 20 for each in answered))
        first = move_shop(shop, servers["east"], tuple(servers.values()), on_progress=quietly)
        reached = [len(each) for each in answered]
        until(lambda: all(len(each) > old + 20 for each, old in zip(answered, reached, strict=True)))
        second = move_shop(shop, servers["west"], tuple(servers.values()), on_progress=quietly)
        reached = [len(each) for each in answered]
        until(lambda: all(len(each) > old + 20 for each, old in zip(answered, reached, strict=True)))
    everything = [order_id for each in answered for order_id in each]
    assert first.rows_again > 0
    assert second.rows_again > 0
    with at_place(shop.id):
        assert connection.settings_dict["PORT"] == connections["server-2"].settings_dict["PORT"]
        recorded = orders_recorded(shop)
        assert sorted(recorded) == sorted(everything)
        assert granted(shop) == before - mugs_left(shop) == len(everything)
        assert_books_add_up(shop)
        assert_counters_agree(shop)
    assert rows_of(servers["main"], shop.id) == {"tenancy_shop": 1, "project_place": 1}
    assert rows_of(servers["east"], shop.id) == {}


@contextmanager
def senders(count, url):
    environment = {**os.environ, "JIACAN_DATABASE_URL": url, **opening.tell_children()}
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.slices.places.sending", "gifts", str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=ROOT,
        )
        for number in range(count)
    ]
    answered = [[] for _ in processes]
    readers = [
        threading.Thread(target=collect, args=(process.stdout, each))
        for process, each in zip(processes, answered, strict=True)
    ]
    for reader in readers:
        reader.start()
    try:
        yield answered
    finally:
        for process in processes:
            process.stdin.close()
        failed = [process.stderr.read() for process in processes]
        for process in processes:
            process.wait(60)
            process.stderr.close()
        for reader in readers:
            reader.join()
    assert [process.returncode for process in processes] == [0] * count, failed


def collect(stream, lines):
    with stream:
        for line in stream:
            lines.append(line.strip())


def orders_recorded(shop):
    with connection.cursor() as cursor:
        cursor.execute("SELECT order_id FROM orders_order WHERE shop_id = %s", [shop.id])
        return [row[0] for row in cursor.fetchall()]
