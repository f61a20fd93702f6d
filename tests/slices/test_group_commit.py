"""Requests that arrive together settle together, each with its own answer, as if it had come alone."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction

from jiacan.api.contracts import KeptAnswer, KeyBusy, KeyReused
from jiacan.api.facade import together
from jiacan.api.models import KeptAnswer as KeptRow
from jiacan.api.web.app import api
from jiacan.campaigns.contracts.online import Delivery, TakenAnswer
from jiacan.campaigns.facade import gathering
from jiacan.ledger import facade as ledger
from jiacan.ledger.contracts import Account, AccountKey, Group, Move
from jiacan.offers.facade import awarding
from jiacan.offers.store import awards as store
from jiacan.orders import facade as orders
from jiacan.orders.contracts import OrderLine, OrderUnusable, Taken
from jiacan.project.serving.web import WAITING
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Permission, Token
from tests.slices.gathered import PATIENCE_SECONDS, batches, behind, gathered, one, until, wait, writing
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
    refund,
)

pytestmark = pytest.mark.django_db(transaction=True)

MUG = [("granted", "mug")]
CHEAP_MUGS = ("unit_cost: 3.20", "unit_cost: 0.01")
UNSAYABLE = "\ud800"
"""Half of a character: the database takes no such text."""


# --- alone and together -----------------------------------------------------------------------------------


def test_alone_a_delivery_is_answered_at_once_and_is_durable_then():
    shop = go_live("gifts")
    with gathered(), batches() as sizes:
        taken = gathering.take(shop, one(order()))
        assert (taken.orders[0].state, given(taken.orders[0].awards)) == (Taken.NEW, MUG)
        assert (mugs_left(shop), granted(shop)) == (149, 1)
    assert sizes == [1]


def test_what_waits_is_settled_in_one_batch_and_each_gets_its_own_answer():
    shop = go_live("gifts", ("units: 150", "units: 5"))
    with batches() as sizes, writing() as writers:
        joined = behind(writers, shop, *(one(order(n, after=n)) for n in range(9)))
        answers = [wait(each) for each in joined]
    assert sizes == [1, 8]
    assert [answer.orders[0].order_id for answer in answers] == [f"o-{n}" for n in range(9)]
    assert [given(answer.orders[0].awards)[0][1] for answer in answers] == ["mug"] * 5 + ["sample"] * 4
    assert (mugs_left(shop), granted(shop)) == (0, 5)
    assert_books_add_up(shop)
    assert_counters_agree(shop)


def test_a_batch_after_one_of_several_waits_a_little_for_as_many_again(monkeypatch):
    monkeypatch.setattr(gathering, "LINGER_SECONDS", PATIENCE_SECONDS)
    shop = go_live("gifts")
    with batches() as sizes, writing() as writers:
        for each in behind(writers, shop, *(one(order(n)) for n in range(3))):
            wait(each)
        lingering = [writers.join(shop, one(order(n))) for n in range(3, 6)]
        assert not any(each.done() for each in lingering)
        enough = writers.join(shop, one(order(6)))
        assert isinstance(wait(enough), TakenAnswer)
    assert sizes == [1, 2, 4]


def test_a_batch_lingers_for_nobody_where_another_shop_waits_or_after_one_that_was_alone(monkeypatch):
    monkeypatch.setattr(gathering, "LINGER_SECONDS", PATIENCE_SECONDS)
    shop, other = go_live("gifts"), go_live("quiet")
    with batches() as sizes, writing(1) as writers:
        wait(writers.join(shop, one(order(1))))
        wait(writers.join(shop, one(order(2))))
        for each in behind(writers, shop, *(one(order(n)) for n in range(3, 6))):
            wait(each)
        lingering = writers.join(shop, one(order(6)))
        until(lambda: not writers._turns)
        wait(writers.join(other, one(order("other"))))
        assert isinstance(wait(lingering), TakenAnswer)
    assert sizes == [1, 1, 1, 2, 1, 1]


def test_a_batch_is_closed_when_it_is_full(monkeypatch):
    monkeypatch.setattr(gathering, "MOST_EVENTS", 3)
    shop = go_live("gifts")
    with batches() as sizes, writing() as writers:
        pairs = [one(order(2 * n), order(2 * n + 1)) for n in range(3)]
        large = one(*(order(n) for n in range(10, 15)))
        for each in behind(writers, shop, one(order(99)), *pairs, one(order(98)), large):
            assert isinstance(wait(each), TakenAnswer)
    assert sizes == [1, 1, 1, 2, 1]
    assert granted(shop) == 13


def test_what_is_said_of_one_order_twice_is_settled_one_after_the_other():
    shop = go_live("gifts")
    with batches() as sizes, writing() as writers:
        joined = behind(
            writers, shop, one(order(9)), one(cart(1)), one(order(2)), one(order(1)), one(refunds=[refund()])
        )
        _, placed, other, paid, back = [wait(each) for each in joined]
    assert sizes == [1, 2, 1, 1]
    assert (placed.orders[0].state, placed.orders[0].awards) == (Taken.NEW, {})
    assert (paid.orders[0].state, given(paid.orders[0].awards)) == (Taken.COMPLETED, MUG)
    assert (given(other.orders[0].awards), bool(back.refunds[0].claw_backs)) == (MUG, True)


def test_what_cannot_be_recorded_is_refused_before_it_joins_anyone():
    shop = go_live("gifts")
    with gathered(), batches() as sizes, pytest.raises(OrderUnusable):
        gathering.take(shop, one(replace(order(), lines=())))
    assert sizes == []


def test_many_threads_of_one_process_use_the_writers_connections():
    shop = go_live("gifts")
    _, secret = tenancy.add_token(shop.id, name="shop", scopes={Permission.SEND_ORDERS}, actor=WHO, at=AT)
    together_at = threading.Barrier(40)

    def request(number: int) -> bool:
        together_at.wait(PATIENCE_SECONDS)
        assert tenancy.find_token(secret.value, AT, asking=gathering.elsewhere) is not None
        gathering.take(shop, one(order(number)))
        return connection.connection is None

    with gathered(), ThreadPoolExecutor(40) as threads:
        assert all(threads.map(request, range(40)))
    assert granted(shop) == 40


def test_the_addresses_that_wait_are_those_of_what_is_settled_together():
    operations = [
        (method, f"/api/v1{path}")
        for _, router in api._routers
        for path, view in router.path_operations.items()
        for each in view.operations
        if each.view_func.is_together
        for method in each.methods
    ]
    assert sorted(operations) == sorted(WAITING)


# --- fair -------------------------------------------------------------------------------------------------


def test_a_busy_shop_keeps_another_waiting_for_one_batch_at_the_most(monkeypatch):
    monkeypatch.setattr(gathering, "MOST_EVENTS", 2)
    busy, quiet = go_live("gifts"), go_live("quiet")
    with writing(1) as writers:
        joined = behind(writers, busy, *(one(order(n)) for n in range(7)))
        alone = writers.join(quiet, one(order("quiet")))
        for each in [*joined, alone]:
            assert isinstance(wait(each), TakenAnswer)
    with connection.cursor() as cursor:
        cursor.execute("SELECT order_id FROM offers_settledevent ORDER BY xmin::text::bigint, order_id")
        settled = [order_id for (order_id,) in cursor.fetchall()]
    assert settled == ["o-0", "o-quiet", *(f"o-{n}" for n in range(1, 7))]


# --- one that cannot be settled ---------------------------------------------------------------------------


def poisoned(number: int) -> Delivery:
    return one(replace(order(number), lines=(OrderLine("pot", 1, 160_000_000, title=UNSAYABLE),)))


def test_what_cannot_be_settled_fails_alone_and_leaves_nothing():
    shop = go_live("gifts")
    with writing() as writers:
        mixed = [poisoned(n) if n in (3, 7) else one(order(n)) for n in range(10)]
        outcomes = [wait(each) for each in behind(writers, shop, *mixed)]
    assert [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Exception)] == [3, 7]
    assert {type(outcomes[3]), type(outcomes[7])} == {UnicodeEncodeError}
    assert granted(shop) == 8
    assert orders.find_order(shop.id, "o-3") is None
    assert_books_add_up(shop)
    assert_counters_agree(shop)


def test_what_the_database_refuses_fails_alone():
    shop = go_live("gifts")
    taken = AccountKey("elsewhere/a", "stock:mug"), AccountKey("elsewhere/b", "stock:mug")
    ledger.open_accounts(shop.id, [Account(key, None) for key in taken])
    ledger.apply(shop.id, [Group((Move(f"{PLAN_ID}/o-2/spend-ladder/gift:mug", *taken, 1, AT),))])
    with writing() as writers:
        outcomes = [wait(each) for each in behind(writers, shop, *(one(order(n)) for n in range(5)))]
    assert [type(outcome) for outcome in outcomes] == [
        TakenAnswer, TakenAnswer, IntegrityError, TakenAnswer, TakenAnswer
    ]  # fmt: skip
    assert (granted(shop), mugs_left(shop)) == (4, 146)
    assert_books_add_up(shop)


# --- keys -------------------------------------------------------------------------------------------------


def keyed(token: Token, delivery: Delivery, *, key: str, request: str = "a") -> together.Answered:
    def write(taken: TakenAnswer) -> KeptAnswer:
        return KeptAnswer(200, f"{taken.orders[0].order_id} {taken.orders[0].state}")

    return together.take_once(token, delivery, key=key, request_hash=request, write=write)


def test_a_key_works_once_also_when_requests_are_gathered():
    shop = go_live("gifts")
    token, _ = tenancy.add_token(shop.id, name="shop", scopes={Permission.SEND_ORDERS}, actor=WHO, at=AT)
    with gathered():
        (writers,) = gathering._writers
        with ThreadPoolExecutor(4) as threads:
            with transaction.atomic():
                awarding.lock_plans(shop.id, [PLAN_ID])
                first = writers.join(shop, one(order(9)))
                until(lambda: not writers._queues[shop.id].waiting)
                asked = [threads.submit(keyed, token, one(order(1)), key="k")]
                until(lambda: len(writers._queues[shop.id].waiting) == 1)
                asked.append(threads.submit(keyed, token, one(order(2)), key="k", request="b"))
                asked.append(threads.submit(keyed, token, one(order(3)), key="l"))
                until(lambda: len(writers._queues[shop.id].waiting) == 3)
            wait(first)
            assert wait(asked[0]) == together.Answered(KeptAnswer(200, "o-1 new"), is_repeated=False)
            assert isinstance(asked[1].exception(PATIENCE_SECONDS), KeyBusy)
            assert wait(asked[2]).kept.body == "o-3 new"
            with pytest.raises(UnicodeEncodeError):
                keyed(token, poisoned(4), key="m")
        assert keyed(token, one(order(1)), key="k") == together.Answered(KeptAnswer(200, "o-1 new"), is_repeated=True)
        with pytest.raises(KeyReused):
            keyed(token, one(order(2)), key="k", request="b")
        assert keyed(token, one(order(4)), key="m").kept.body == "o-4 new"
    assert sorted(KeptRow.objects.values_list("key", flat=True)) == ["k", "l", "m"]
    assert orders.find_order(shop.id, "o-2") is None


# --- a writer that dies -----------------------------------------------------------------------------------

WRITER = """
import os, signal, sys
import jiacan.project.start
from concurrent.futures import ThreadPoolExecutor
from jiacan.project import database
database.connect(os.environ["JIACAN_DATABASE_URL"])
from jiacan.campaigns.facade import gathering
from jiacan.kernel.stages import Stage, listen
from jiacan.project.serving.web import WAITING
from jiacan.tenancy import facade as tenancy
from tests.slices.online_shop import order
from tests.slices.gathered import one
dies_at, batches_left, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
def hear(stage, seconds, size):
    global batches_left
    if stage == dies_at:
        batches_left -= 1
        if batches_left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
listen(hear)
gathering.begin()
shop = tenancy.get_shop("gifts")
def send(number):
    gathering.take(shop, one(order(number)))
    os.write(1, f"{number}\\n".encode())
with ThreadPoolExecutor(8) as threads:
    list(threads.map(send, range(first, last)))
gathering.end()
"""


def writer(url: str, dies_at: str, batches_left: int, numbers: range) -> subprocess.Popen[str]:
    """A process that gathers these orders, says which were answered, and kills itself at a batch's stage."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, dies_at, *map(str, (batches_left, numbers.start, numbers.stop))],
        env={**os.environ, "JIACAN_DATABASE_URL": url, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("dies_at", ["record", "commit"], ids=["before the commit", "before the answer"])
def test_a_killed_writer_loses_nothing_that_was_answered_and_what_was_not_counts_once(test_database_url, dies_at):
    shop = go_live("gifts", ("units: 150", "units: 1000"), CHEAP_MUGS)
    numbers = range(60)
    killed = writer(test_database_url, dies_at, 4, numbers)
    answered = {int(line) for line in killed.communicate(timeout=PATIENCE_SECONDS)[0].split()}
    assert killed.returncode < 0
    assert 0 < len(answered) < len(numbers)
    assert all(orders.find_order(shop.id, f"o-{n}") is not None for n in answered)
    assert granted(shop) == 1000 - mugs_left(shop)
    if dies_at == "commit":
        assert granted(shop) > len(answered)
    again = writer(test_database_url, "never", 0, numbers)
    assert len(again.communicate(timeout=PATIENCE_SECONDS)[0].split()) == len(numbers)
    assert (granted(shop), mugs_left(shop)) == (len(numbers), 1000 - len(numbers))
    assert_books_add_up(shop)
    assert_counters_agree(shop)


def test_the_writers_of_several_processes_give_out_a_stock_exactly(test_database_url):
    shop = go_live("gifts", ("units: 150", "units: 100"), CHEAP_MUGS)
    children = [writer(test_database_url, "never", 0, range(50 * n, 50 * (n + 1))) for n in range(3)]
    for child in children:
        assert len(child.communicate(timeout=PATIENCE_SECONDS)[0].split()) == 50
    assert (granted(shop), mugs_left(shop), granted(shop, "sample")) == (100, 0, 50)
    assert_books_add_up(shop)
    assert_counters_agree(shop)


# --- the guard --------------------------------------------------------------------------------------------


def two_writers_at_one_mug() -> tuple[int, int]:
    """How many mugs were given, and how many are left, of one."""
    shop = go_live("gifts", ("units: 150", "units: 1"))
    with writing(1) as first, writing(1) as second:
        for outcome in (first.join(shop, one(order(1))), second.join(shop, one(order(2)))):
            assert isinstance(wait(outcome), TakenAnswer)
    return granted(shop), mugs_left(shop)


def test_the_plans_lock_makes_two_writers_take_turns():
    assert two_writers_at_one_mug() == (1, 0)


def test_without_the_plans_lock_and_the_check_two_writers_give_out_too_much(monkeypatch):
    both = threading.Barrier(2)
    load = awarding.load_book

    def load_together(*arguments):
        book = load(*arguments)
        both.wait(PATIENCE_SECONDS)
        return book

    monkeypatch.setattr(store, "lock_plans", lambda *_: None)
    monkeypatch.setattr(awarding, "load_book", load_together)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_floor")
        try:
            assert two_writers_at_one_mug() == (2, -1)
        finally:
            cursor.execute("UPDATE ledger_account SET floor = NULL")
            cursor.execute(
                "ALTER TABLE ledger_account ADD CONSTRAINT ledger_account_floor"
                " CHECK (floor IS NULL OR posted >= held + floor)"
            )
