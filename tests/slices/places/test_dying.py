"""A move that dies anywhere leaves the shop at one place, working; and the next move ends what it began."""

from __future__ import annotations

import threading

import psycopg
import pytest
from django.db import connection

from jiacan.campaigns.facade import online
from jiacan.kernel.places import at_place, long_at_place
from jiacan.project.places import copying, directory, moving, notes
from jiacan.project.places.contracts import MoveLost, MoveUnderWay, NeverQuiet, Stage
from jiacan.project.places.moving import move_shop
from jiacan.tenancy.contracts import Shop
from tests.slices.online_shop import AT, assert_books_add_up, go_live, granted, order
from tests.slices.places.looking import rows_of

pytestmark = pytest.mark.django_db

ELSEWHERE = {"tenancy_shop": 1, "project_place": 1}


class Died(BaseException):
    """The move ends here, as if its process had been killed: nothing of it is tidied up."""


def quietly(*_):
    """Progress that nobody watches."""


def dies(monkeypatch, module, name, *, after=False):
    """Let the move die before that step of it, or after; from then on the directory hears no more of it, either."""
    step = getattr(module, name)

    def last_step(*arguments):
        if after:
            step(*arguments)
        raise Died

    monkeypatch.setattr(module, name, last_step)
    monkeypatch.setattr(moving, "_STAY", "SELECT %(shop)s, %(move)s")


STEPS = {
    "before rows are noted": (notes, "start_noting", False),
    "when rows are noted": (notes, "start_noting", True),
    "when rows are copied": (copying, "copy_all", True),
    "before the shop is held": (moving, "_hold", False),
    "when the shop is held": (moving, "_hold", True),
    "before jobs are moved": (copying, "move_jobs", False),
    "before old rows are deleted": (copying, "delete_shop", True),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_move_that_died_leaves_one_place_and_can_be_repeated(servers, monkeypatch, step):
    shop, everyone = go_live("gifts"), tuple(servers.values())
    online.take(shop, [order(1)], (), at=AT)
    move_shop(shop, servers["east"], everyone, on_progress=quietly)
    with monkeypatch.context() as patch:
        dies(patch, *STEPS[step][:2], after=STEPS[step][2])
        with pytest.raises(Died):
            move_shop(shop, servers["west"], everyone, on_progress=quietly)
    online.take(shop, [order(2)], (), at=AT)
    with at_place(shop.id):
        assert granted(shop) == 2
        assert_books_add_up(shop)
    moved = move_shop(shop, servers["west"], everyone, on_progress=quietly)
    assert moved.was_moved == (directory_said(step) == "east")
    online.take(shop, [order(3)], (), at=AT)
    with at_place(shop.id):
        assert granted(shop) == 3
        assert_books_add_up(shop)
    assert rows_of(servers["main"], shop.id) == ELSEWHERE
    assert rows_of(servers["east"], shop.id) == {}
    assert leftovers(servers) == []


def directory_said(step):
    """Where the shop was when the move died: at its new place once it was switched."""
    return "west" if step in {"before jobs are moved", "before old rows are deleted"} else "east"


def leftovers(servers):
    """Triggers, functions and tables of moves on any server."""
    found = []
    for server in servers.values():
        with psycopg.connect(server.url) as session:
            found += session.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'moved%'").fetchall()
            found += session.execute("SELECT relname FROM pg_class WHERE relname LIKE 'moved%'").fetchall()
            found += session.execute("SELECT proname FROM pg_proc WHERE proname LIKE 'moved%'").fetchall()
    return found


def test_a_shop_whose_mover_died_while_it_was_held_goes_on_and_the_mover_cannot_switch_it_any_more(servers):
    shop, everyone = go_live("gifts"), tuple(servers.values())
    copy = copying.copy_noted
    came = []

    def lose_the_hold(old, new, shop_id, tables):
        if directory.find_place(shop_id).stage is not Stage.HELD:
            return copy(old, new, shop_id, tables)
        copied = copy(old, new, shop_id, tables)
        # The server was restarted: the locks of all its sessions are gone, and the next order comes in.
        old.execute("SELECT pg_advisory_unlock_all()")
        came.append(online.take(shop, [order(1)], (), at=AT))
        return copied

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(copying, "copy_noted", lose_the_hold)
        with pytest.raises(MoveLost):
            move_shop(shop, servers["east"], everyone, on_progress=quietly)
    assert len(came) == 1
    assert granted(shop) == 1
    move_shop(shop, servers["east"], everyone, on_progress=quietly)
    with at_place(shop.id):
        assert granted(shop) == 1
        assert_books_add_up(shop)


def test_long_work_is_waited_for_while_orders_go_on(servers, monkeypatch):
    shop, everyone = go_live("gifts"), tuple(servers.values())
    monkeypatch.setattr(moving, "PATIENCE_SECONDS", 2)
    stay, there = threading.Event(), threading.Event()
    worker = threading.Thread(target=work_for_long, args=(shop, stay, there))
    worker.start()
    there.wait(20)
    try:
        with pytest.raises(NeverQuiet):
            move_shop(shop, servers["east"], everyone, on_progress=lambda *_: take_one(shop))
    finally:
        stay.set()
        worker.join()
    assert granted(shop) >= 1
    move_shop(shop, servers["east"], everyone, on_progress=quietly)
    with at_place(shop.id):
        assert granted(shop) >= 1


def work_for_long(shop: Shop, stay, there):
    try:
        with long_at_place(shop.id):
            there.set()
            stay.wait(60)
    finally:
        connection.close()


def take_one(shop):
    online.take(shop, [order(1)], (), at=AT)


def test_one_shop_moves_at_a_time(servers):
    shop, everyone = go_live("gifts"), tuple(servers.values())
    other = go_live("other")
    refused = []

    def move_the_other(*_):
        if not refused:
            with pytest.raises(MoveUnderWay) as error:
                move_shop(other, servers["west"], everyone, on_progress=quietly)
            refused.append(error.value)

    move_shop(shop, servers["east"], everyone, on_progress=move_the_other)
    assert len(refused) == 1
