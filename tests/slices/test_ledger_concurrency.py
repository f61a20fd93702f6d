"""Eight real processes at one stock; and the same with the guards taken away, to see that they are what holds.

A child process imports this file by its name, so everything it runs stands at the top level.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import connection, transaction

import jiacan.project.start  # noqa: F401 - readies the models in a child process, before the facade is imported
from jiacan.ledger import facade
from jiacan.ledger.contracts import (
    Account,
    AccountKey,
    Applied,
    Balance,
    BelowFloor,
    Duplicate,
    Entry,
    Fate,
    Group,
    Hold,
    HoldClosed,
    KeyReused,
    Move,
    Outcome,
    Post,
    Refused,
    Void,
)
from jiacan.ledger.models import Account as AccountRow
from jiacan.ledger.models import Transfer as TransferRow
from jiacan.ledger.store import balances as store
from jiacan.project import database
from tests.slices.processes import Processes

SHOP = 1
UNITS, PROCESSES, ATTEMPTS, BATCH = 500, 8, 500, 5
PATIENCE_SECONDS = 60
AT = datetime(2011, 11, 14, tzinfo=UTC)

SOURCE = AccountKey("outside", "mug")
STOCK = AccountKey("plan-1/stock/mug", "mug")
OTHER_STOCK = AccountKey("plan-2/stock/mug", "mug")
CUSTOMERS = AccountKey("customers", "mug")
OTHER_CUSTOMERS = AccountKey("other-customers", "mug")
LOCK = store.lock_balances


# --- many processes, one stock ----------------------------------------------------------------------------


def award(url: str, barrier: Barrier, number: int, guarded: bool) -> int:
    """One process: 500 attempts, each with a key of its own; how many were applied."""
    database.connect(url)
    store.lock_balances = LOCK if guarded else store.load_balances
    barrier.wait(PATIENCE_SECONDS)
    outcomes: list[Outcome] = []
    for first in range(0, ATTEMPTS, BATCH):
        keys = [f"{number}-{n}" for n in range(first, first + BATCH)]
        outcomes += facade.apply(SHOP, [Group((Move(key, STOCK, CUSTOMERS, 1, AT),)) for key in keys])
    connection.close()
    assert all(outcome == Applied() or isinstance(outcome.fact, BelowFloor) for outcome in outcomes)
    return outcomes.count(Applied())


def applied_by_all(processes: Processes, url: str, *, guarded: bool) -> int:
    """How many attempts of eight processes were applied, as they were told."""
    fill()
    pool, barrier = processes
    work = [(url, barrier, number, guarded) for number in range(PROCESSES)]
    return sum(pool.starmap(award, work, chunksize=1))


def fill() -> None:
    """500 mugs in stock, and room for as many elsewhere."""
    floors = {SOURCE: None, STOCK: 0, OTHER_STOCK: None, CUSTOMERS: None, OTHER_CUSTOMERS: None}
    facade.open_accounts(SHOP, [Account(key, floor) for key, floor in floors.items()])
    assert facade.apply(SHOP, [Group((Move("fill", SOURCE, STOCK, UNITS, AT),))]) == (Applied(),)


@contextmanager
def without_floor() -> Iterator[None]:
    """Take the database's own check away, and put it back on emptied tables."""
    floor = next(c for c in AccountRow._meta.constraints if c.name == "ledger_account_floor")
    with connection.schema_editor() as editor:
        editor.remove_constraint(AccountRow, floor)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE ledger_account, ledger_transfer")
        with connection.schema_editor() as editor:
            editor.add_constraint(AccountRow, floor)


def stock_left() -> int:
    return facade.load_balances(SHOP, [STOCK])[STOCK].posted


def test_eight_processes_give_out_a_stock_exactly(processes, test_database_url):
    assert applied_by_all(processes, test_database_url, guarded=True) == UNITS
    assert stock_left() == 0
    assert TransferRow.objects.count() == UNITS + 1
    assert facade.audit(SHOP).clean


def test_without_lock_and_check_they_give_out_too_much(processes, test_database_url):
    with without_floor():
        applied = applied_by_all(processes, test_database_url, guarded=False)
        assert applied > UNITS
        assert stock_left() == UNITS - applied


def test_without_lock_the_check_alone_gives_out_a_stock_exactly(processes, test_database_url):
    assert applied_by_all(processes, test_database_url, guarded=False) == UNITS
    assert stock_left() == 0
    assert facade.audit(SHOP).clean


# --- two writers, one key ---------------------------------------------------------------------------------


def close_connection() -> None:
    """Close the calling thread's own connection."""
    connection.close()


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    """Another writer, with a connection of its own."""
    with ThreadPoolExecutor(1) as executor:
        yield executor
        executor.submit(close_connection).result(PATIENCE_SECONDS)


def apply(*entries: Entry) -> tuple[Outcome, ...]:
    """The outcomes of the entries, each a group of its own."""
    return facade.apply(SHOP, [Group((entry,)) for entry in entries])


def give(key: str, *, stock: AccountKey = STOCK, amount: int = 1) -> Move:
    """From a stock to its customers; the two stocks have no account in common."""
    return Move(key, stock, {STOCK: CUSTOMERS, OTHER_STOCK: OTHER_CUSTOMERS}[stock], amount, AT)


def wait_until_blocked(other: Future) -> None:
    """Return once the other writer waits for what this transaction holds."""
    given_up_at = time.monotonic() + PATIENCE_SECONDS
    with connection.cursor() as cursor:
        waiting = 0
        while not waiting and not other.done() and time.monotonic() < given_up_at:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
            )
            (waiting,) = cursor.fetchone()
    assert waiting, "the other writer did not have to wait"


@pytest.mark.parametrize(
    ("theirs", "answer"),
    [
        (give("k"), Duplicate()),
        (give("k", amount=2), Refused(KeyReused("k"))),
        (give("k", stock=OTHER_STOCK), Refused(KeyReused("k"))),
    ],
)
def test_whoever_comes_second_with_a_key_is_told_so(transactional_db, thread, theirs, answer):
    fill()
    with transaction.atomic():
        assert apply(give("k")) == (Applied(),)
        other = thread.submit(apply, theirs)
        wait_until_blocked(other)
    assert other.result(PATIENCE_SECONDS) == (answer,)
    assert (stock_left(), facade.audit(SHOP).clean) == (UNITS - 1, True)


@pytest.mark.parametrize("stock", [STOCK, OTHER_STOCK])
def test_whoever_comes_second_is_first_if_the_first_gives_up(transactional_db, thread, stock):
    fill()
    with transaction.atomic():
        assert apply(give("k")) == (Applied(),)
        other = thread.submit(apply, give("k", stock=stock))
        wait_until_blocked(other)
        transaction.set_rollback(True)
    assert other.result(PATIENCE_SECONDS) == (Applied(),)
    assert facade.load_balances(SHOP, [stock])[stock].posted == (UNITS if stock == STOCK else 0) - 1


def test_two_writers_with_the_same_keys_crosswise_both_get_an_answer(transactional_db, thread):
    fill()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL deadlock_timeout = '1min'")  # so that the other one notices and tries again
        assert apply(give("k")) == (Applied(),)
        other = thread.submit(apply, give("l", stock=OTHER_STOCK), give("k", stock=OTHER_STOCK))
        wait_until_blocked(other)
        assert apply(give("l")) == (Applied(),)
    assert other.result(PATIENCE_SECONDS) == (Refused(KeyReused("l")), Refused(KeyReused("k")))
    assert (stock_left(), facade.audit(SHOP).clean) == (UNITS - 2, True)


def test_a_hold_closed_by_another_meanwhile_is_closed(transactional_db, thread):
    fill()
    apply(Hold("h", STOCK, CUSTOMERS, 5, AT))
    with transaction.atomic():
        assert apply(Post("p", "h", AT, amount=2)) == (Applied(),)
        other = thread.submit(apply, Void("v", "h", AT))
        wait_until_blocked(other)
    assert other.result(PATIENCE_SECONDS) == (Refused(HoldClosed("h", Fate.POSTED)),)
    assert stock_left() == UNITS - 2


def test_a_hold_made_between_the_look_and_the_lock_is_seen(transactional_db, thread, monkeypatch):
    fill()
    waiting = [Hold("h", STOCK, CUSTOMERS, 5, AT)]

    def lock_after_another_writer(shop_id, keys):
        if waiting:
            assert thread.submit(apply, waiting.pop()).result(PATIENCE_SECONDS) == (Applied(),)
        return LOCK(shop_id, keys)

    monkeypatch.setattr(store, "lock_balances", lock_after_another_writer)
    assert apply(Post("p", "h", AT)) == (Applied(),)
    assert facade.load_balances(SHOP, [STOCK]) == {STOCK: Balance(UNITS - 5, 0, 0)}


def test_a_refusal_that_does_not_go_away_is_raised(transactional_db, monkeypatch):
    fill()
    opened = store.load_balances(SHOP, [STOCK, CUSTOMERS])
    rich = {key: store.Opened(row.id, Balance(2 * UNITS, 0, 0)) for key, row in opened.items()}
    monkeypatch.setattr(store, "lock_balances", lambda *_: rich)
    with pytest.raises(store.Overtaken, match="ledger_account_floor"):
        apply(give("k", amount=UNITS + 1))
    assert (stock_left(), TransferRow.objects.count()) == (UNITS, 1)
