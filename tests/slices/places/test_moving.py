"""Shops on several servers: each one's rows are on its server and nowhere else, and it moves while it works."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection, connections, transaction

from jiacan.campaigns.facade import online
from jiacan.kernel.places import at_place, each_server, long_at_place
from jiacan.kernel.places import directory as kernel_directory
from jiacan.project import database
from jiacan.project.places import directory, opening, presence
from jiacan.project.places.contracts import (
    IDS_PER_SERVER,
    ServerMistaken,
    ServersFileWrong,
    ServerTaken,
    ServerUnknown,
)
from jiacan.project.places.moving import move_shop
from jiacan.project.places.servers import named_servers
from jiacan.tenancy import facade as tenancy
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
        assert kernel_directory() == "directory"
        recorded = orders_recorded(shop)
        assert sorted(recorded) == sorted(everything)
        assert granted(shop) == before - mugs_left(shop) == len(everything)
        assert_books_add_up(shop)
        assert_counters_agree(shop)
    assert rows_of(servers["main"], shop.id) == {"tenancy_shop": 1, "project_place": 1}
    assert rows_of(servers["east"], shop.id) == {}


# --- the lock, and what there would be without it ---------------------------------------------------------


def move_in_the_midst_of_an_order(servers):
    """Move a shop while an order of it is written, which is committed once the move waits or has switched."""
    shop, write, written = go_live("gifts"), threading.Event(), threading.Event()
    writer = threading.Thread(target=write_slowly, args=(shop, write, written))
    writer.start()

    def on_progress(doing, _):
        if "long work" in doing.text:
            write.set()
            assert written.wait(60)

    move_shop(shop, servers["east"], tuple(servers.values()), on_progress=on_progress)
    writer.join()
    with at_place(shop.id):
        return orders_recorded(shop)


def write_slowly(shop, write, written):
    try:
        with at_place(shop.id):
            assert write.wait(60)
            with transaction.atomic():
                online.take(shop, [order(1)], (), at=AT)
                written.set()
                until(lambda: someone_waits_for_a_lock() or directory.find_place(shop.id).server != 0, 60)
    finally:
        written.set()
        connection.close()


def someone_waits_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return cursor.fetchone()[0] > 0


def test_a_move_waits_for_an_order_that_is_being_written(servers):
    assert move_in_the_midst_of_an_order(servers) == ["o-1"]


def test_without_the_lock_an_order_that_was_answered_would_be_lost(servers, monkeypatch):
    monkeypatch.setattr(presence, "_LOCK", "SELECT %s, %s")
    monkeypatch.setattr(presence, "_UNLOCK", "SELECT %s, %s")
    assert move_in_the_midst_of_an_order(servers) == []


# --- one server -------------------------------------------------------------------------------------------


def test_with_one_server_nothing_is_asked_of_it_and_no_other_connection_is_made(django_assert_num_queries):
    shop = tenancy.open_shop("gifts")
    with django_assert_num_queries(0), at_place(shop.id), long_at_place(shop.id):
        assert kernel_directory() == "default"
    assert [here.__enter__() for here in each_server()] == [None]
    assert [each.alias for each in connections.all()] == ["default"]


# --- servers that are named -------------------------------------------------------------------------------


def test_each_server_gives_out_ids_of_its_own(servers):
    for server in servers.values():
        with psycopg.connect(server.url) as session:
            for table in ("ledger_transfer", "webhooks_delivery", "procrastinate_jobs"):
                name = f"SELECT pg_get_serial_sequence('{table}', 'id')"
                (next_id,) = session.execute(f"SELECT nextval(({name})::regclass)").fetchone()
                assert server.number * IDS_PER_SERVER <= next_id < (server.number + 1) * IDS_PER_SERVER


def test_servers_that_changed_their_addresses_are_refused(servers):
    name_servers({"east": servers["west"].url, "west": servers["east"].url})
    with pytest.raises(ServerMistaken) as refused:
        opening.open_servers(database.migrate)
    assert (refused.value.name, refused.value.found) == ("east", "west")


def test_a_server_with_shops_of_its_own_is_refused(servers):
    with psycopg.connect(servers["east"].url) as session:
        session.execute("DELETE FROM project_server")
        session.execute("INSERT INTO tenancy_shop (slug, name, zone, currency) VALUES ('theirs', '', '', '')")
    with pytest.raises(ServerTaken):
        opening.open_servers(database.migrate)


def test_a_server_that_has_shops_must_be_named(servers):
    shop = go_live("gifts")
    move_shop(shop, servers["east"], tuple(servers.values()), on_progress=quietly)
    name_servers({"west": servers["west"].url})
    with pytest.raises(ServerUnknown) as refused:
        opening.open_servers(database.migrate)
    assert refused.value.name == "east"


@pytest.mark.parametrize(
    "text",
    ["east", "[servers]\nEast = 'dbname=x'", "[servers]\nmain = 'dbname=x'", "[servers]\neast = 5", "servers = 5"],
)
def test_a_file_that_names_no_servers_is_refused_in_words(tmp_path, monkeypatch, text):
    (tmp_path / "servers.toml").write_text(text)
    monkeypatch.setenv("JIACAN_SERVERS", str(tmp_path / "servers.toml"))
    with pytest.raises(ServersFileWrong) as refused:
        named_servers()
    assert "servers.toml" in str(refused.value)


def name_servers(urls):
    """Let the file name these instead."""
    file = Path(os.environ["JIACAN_SERVERS"])
    file.write_text("[servers]\n" + "".join(f'{name} = "{url}"\n' for name, url in urls.items()))


# --- processes that send orders ---------------------------------------------------------------------------


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
