"""The writer process and the way to it: settled there, answered here, and nothing lost where it dies."""

from __future__ import annotations

import asyncio
import logging
import pickle
import socket
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import transaction

from jiacan.api.contracts import KeptAnswer, KeyBusy
from jiacan.campaigns.contracts.online import Earlier, Once, TakenAnswer
from jiacan.campaigns.facade.gathering import Writers
from jiacan.offers.facade import awarding
from jiacan.orders.contracts import Taken
from jiacan.project.serving.wire import Door, Past
from tests.slices.gathered import PATIENCE_SECONDS, batches, one, until, writing
from tests.slices.online_shop import PLAN_ID, assert_books_add_up, given, go_live, granted, mugs_left, order
from tests.slices.test_group_commit import poisoned

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def address() -> Iterator[str]:
    """Where a writer is reached; short, as a socket's address must be."""
    with tempfile.TemporaryDirectory(prefix="jiacan-test-") as folder:
        yield str(Path(folder) / "writer")


@contextmanager
def door(address: str, writers: Writers) -> Iterator[Door]:
    """The writer's door, open."""
    opened = Door(address, writers)
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def past(here: Writers, *addresses: str) -> Iterator[Past]:
    """A web process's way to its writers, on a loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield Past(here, addresses=[*addresses], loop=loop)
    finally:
        asyncio.run_coroutine_threadsafe(_cancel_all(), loop).result(PATIENCE_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _cancel_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def there(way: Past) -> None:
    """Wait until the way to every writer is open."""
    until(lambda: all(line is not None for line in way._lines))


class Unused(Writers):
    """Writers of a web process that must not be needed."""

    def join(self, shop, delivery):
        raise AssertionError("the writer is there")


def test_what_two_web_processes_send_is_settled_in_one_batch_and_each_gets_its_own_answers(address):
    shop = go_live("gifts")
    with (
        writing(1) as writers,
        door(address, writers),
        past(Unused(), address) as first,
        past(Unused(), address) as second,
        batches() as sizes,
        ThreadPoolExecutor(6) as threads,
    ):
        there(first), there(second)
        with transaction.atomic():
            awarding.lock_plans(shop.id, [PLAN_ID])
            alone = threads.submit(first.settle, shop, one(order(0)))
            until(lambda: shop.id in writers._queues and not writers._queues[shop.id].waiting)
            ways = [first, second] * 2
            asked = [threads.submit(way.settle, shop, one(order(n))) for n, way in enumerate(ways, 1)]
            until(lambda: len(writers._queues[shop.id].waiting) == 4)
        answers = [each.result(PATIENCE_SECONDS) for each in (alone, *asked)]
    assert sizes == [1, 4]
    assert [answer.orders[0].order_id for answer in answers] == [f"o-{n}" for n in range(5)]
    assert granted(shop) == 5


def test_a_shop_has_one_writer_whoever_sends(address):
    shops = [go_live(f"shop-{number}") for number in range(4)]
    with writing() as first, writing() as second, door(address, first), door(f"{address}2", second):
        with past(Unused(), address, f"{address}2") as one_web, past(Unused(), address, f"{address}2") as other_web:
            there(one_web), there(other_web)
            for shop in shops:
                for number, way in enumerate((one_web, other_web)):
                    assert isinstance(way.settle(shop, one(order(number))), TakenAnswer)
        assert sorted([*first._queues, *second._queues]) == sorted(shop.id for shop in shops)
        assert {len(first._queues), len(second._queues)} == {2}


def test_while_there_is_no_writer_a_web_process_settles_by_itself_and_leaves_it_to_one_that_comes(address):
    shop = go_live("gifts")
    with writing() as here, writing() as writers, past(here, address) as way:
        assert isinstance(way.settle(shop, one(order(1))), TakenAnswer)
        assert (list(here._queues), list(writers._queues)) == ([shop.id], [])
        assert way.do(lambda: threading.current_thread().name).startswith("writer-")
        with door(address, writers):
            there(way)
            assert isinstance(way.settle(shop, one(order(2))), TakenAnswer)
            assert list(writers._queues) == [shop.id]
    assert granted(shop) == 2


def test_what_a_writer_had_when_it_died_is_settled_by_the_web_process(address):
    shop = go_live("gifts")
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(address)
    listening.listen()
    with listening, writing() as here, past(here, address) as way, ThreadPoolExecutor(1) as threads:
        dying = listening.accept()[0]
        there(way)
        asked = threads.submit(way.settle, shop, one(order(1)))
        assert dying.recv(1)
        Path(address).unlink()
        dying.close()
        answer = asked.result(PATIENCE_SECONDS)
    assert given(answer.orders[0].awards) == [("granted", "mug")]
    assert granted(shop) == 1


class Mute(Writers):
    """Writers that settle and then die before they say so."""

    def join(self, shop, delivery):
        settled = super().join(shop, delivery)
        assert isinstance(settled.result(PATIENCE_SECONDS), TakenAnswer)
        self.dies.set()
        return Future()


def test_what_a_writer_had_settled_when_it_died_is_answered_and_counts_once(address):
    shop = go_live("gifts")
    mute = Mute(1)
    mute.dies = threading.Event()
    mute.start()
    dying = Door(address, mute)
    with writing() as here, past(here, address) as way, ThreadPoolExecutor(1) as threads:
        there(way)
        asked = threads.submit(way.settle, shop, one(order(1)))
        assert mute.dies.wait(PATIENCE_SECONDS)
        dying.close()
        answer = asked.result(PATIENCE_SECONDS)
    mute.stop()
    assert (answer.orders[0].state, given(answer.orders[0].awards)) == (Taken.KNOWN, [("granted", "mug")])
    assert (granted(shop), mugs_left(shop)) == (1, 149)
    assert_books_add_up(shop)


class Quick(Writers):
    """Writers whose batch is over before whoever asked looks again."""

    def join(self, shop, delivery):
        settled = super().join(shop, delivery)
        settled.result(PATIENCE_SECONDS)
        self.turn(lambda: None).result(PATIENCE_SECONDS)  # by the one thread that had the batch
        return settled


def test_an_outcome_that_is_there_before_anybody_waits_for_it_is_sent_at_once(address):
    shop = go_live("gifts")
    quick = Quick(1)
    quick.start()
    with door(address, quick), past(Unused(), address) as way, ThreadPoolExecutor(1) as threads:
        there(way)
        answer = threads.submit(way.settle, shop, one(order(1))).result(PATIENCE_SECONDS)
    quick.stop()
    assert (answer.orders[0].state, granted(shop)) == (Taken.NEW, 1)


def find_nothing(tickets):
    return [KeyBusy(key=ticket) if ticket == "busy" else Earlier(KeptAnswer(200, ticket)) for ticket in tickets]


def keep_nothing(answered):
    raise AssertionError("nothing is new")


def test_why_a_delivery_fails_comes_back_and_a_fault_is_written_down_where_it_happened(address, caplog):
    shop = go_live("gifts")
    with (
        writing() as writers,
        door(address, writers),
        past(Unused(), address) as way,
        caplog.at_level(logging.ERROR, "jiacan.writer"),
    ):
        there(way)
        busy = way.settle(shop, replace(one(order(1)), once=Once("busy", find_nothing, keep_nothing)))
        kept = way.settle(shop, replace(one(order(2)), once=Once("kept", find_nothing, keep_nothing)))
        fault = way.settle(shop, poisoned(3))
    assert isinstance(busy, KeyBusy)
    assert busy.key == "busy"
    assert kept == Earlier(KeptAnswer(200, "kept"))
    assert isinstance(fault, RuntimeError)
    assert str(fault).startswith("UnicodeEncodeError: ")
    assert "Traceback" in caplog.text
    assert granted(shop) == 0


def test_an_error_is_the_same_after_a_journey():
    error = pickle.loads(pickle.dumps(KeyBusy(key="k")))
    assert (type(error), vars(error), str(error)) == (KeyBusy, {"key": "k"}, str(KeyBusy(key="k")))
