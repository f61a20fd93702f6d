"""Eight real processes at one stock; and the same with the guards taken away, to see that they are what holds.

A child process imports this file by its name, so everything it runs stands at the top level.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier

from django.db import connection

import jiacan.project.start  # noqa: F401 - readies the models in a child process, before the facade is imported
from jiacan.ledger import facade, store
from jiacan.ledger.contracts import (
    Account,
    AccountKey,
    Applied,
    BelowFloor,
    Group,
    Move,
    Outcome,
)
from jiacan.ledger.models import Account as AccountRow
from jiacan.ledger.models import Transfer as TransferRow
from jiacan.project import database

SHOP = 1
UNITS, PROCESSES, ATTEMPTS, BATCH = 500, 8, 500, 5
PATIENCE_SECONDS = 60
AT = datetime(2011, 11, 14, tzinfo=UTC)

SOURCE = AccountKey("outside", "mug")
STOCK = AccountKey("plan-1/stock/mug", "mug")
OTHER_STOCK = AccountKey("plan-2/stock/mug", "mug")
CUSTOMERS = AccountKey("customers", "mug")


# --- many processes, one stock ----------------------------------------------------------------------------


def award(url: str, barrier: Barrier, number: int, guarded: bool) -> int:
    """One process: 500 attempts, each with a key of its own; how many were applied."""
    database.connect(url)
    if not guarded:
        store.lock_balances = store.load_balances
    barrier.wait(PATIENCE_SECONDS)
    outcomes: list[Outcome] = []
    for first in range(0, ATTEMPTS, BATCH):
        keys = [f"{number}-{n}" for n in range(first, first + BATCH)]
        outcomes += facade.apply(SHOP, [Group((Move(key, STOCK, CUSTOMERS, 1, AT),)) for key in keys])
    connection.close()
    assert all(outcome == Applied() or isinstance(outcome.fact, BelowFloor) for outcome in outcomes)
    return outcomes.count(Applied())


def applied_by_all(url: str, *, guarded: bool) -> int:
    """How many attempts of eight processes were applied, as they were told."""
    facade.open_accounts(SHOP, [Account(SOURCE, None), Account(STOCK, 0), Account(CUSTOMERS, None)])
    assert facade.apply(SHOP, [Group((Move("fill", SOURCE, STOCK, UNITS, AT),))]) == (Applied(),)
    spawn = multiprocessing.get_context("spawn")
    with spawn.Manager() as manager, spawn.Pool(PROCESSES) as pool:
        barrier = manager.Barrier(PROCESSES)
        work = [(url, barrier, number, guarded) for number in range(PROCESSES)]
        return sum(pool.starmap(award, work, chunksize=1))


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


def test_eight_processes_give_out_a_stock_exactly(test_database_url):
    assert applied_by_all(test_database_url, guarded=True) == UNITS
    assert stock_left() == 0
    assert TransferRow.objects.count() == UNITS + 1
    assert facade.audit(SHOP).clean


def test_without_lock_and_check_they_give_out_too_much(test_database_url):
    with without_floor():
        applied = applied_by_all(test_database_url, guarded=False)
        assert applied > UNITS
        assert stock_left() == UNITS - applied


def test_without_lock_the_check_alone_gives_out_a_stock_exactly(test_database_url):
    assert applied_by_all(test_database_url, guarded=False) == UNITS
    assert stock_left() == 0
    assert facade.audit(SHOP).clean
