"""Orders of quarters long over lie in files; who asks for one still finds it, and what comes late is still exact."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import connection

from jiacan.campaigns.facade import online
from jiacan.kernel.messages import ENGLISH
from jiacan.kernel.periods import Period
from jiacan.orders import facade as orders
from jiacan.orders.contracts import Archived, ArchiveUnreadable, OrderLine, QuarterChanged, Taken
from jiacan.orders.store import archiving
from jiacan.project.doctor.findings import Level
from jiacan.project.doctor.work import judge_archives
from jiacan.project.quarters.archiving import Kept, archive_before
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import AuditQuery
from tests.slices.commands import jiacan
from tests.slices.online_shop import PLAN_ID, assert_books_add_up, cart, go_live, mugs_left, order, refund

pytestmark = pytest.mark.django_db(transaction=True)

LATE = datetime(2011, 11, 20, tzinfo=UTC)
NEXT_YEAR, LONG_AFTER = date(2012, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)
YEAR = Period(datetime(2011, 1, 1, tzinfo=UTC), datetime(2012, 1, 1, tzinfo=UTC))


@pytest.fixture
def shop(transactional_db):
    """A shop with three settled orders of one quarter, and one that is not paid."""
    shop = go_live("gifts")
    online.take(shop, [order(n, after=n) for n in (1, 2, 3)], [], at=LATE)
    orders.take(shop.id, [replace(cart(4), placed_at=order(4).paid_at)], [], currency="GBP")
    return shop


def archive(folder, *, before=NEXT_YEAR, at=LONG_AFTER):
    return list(archive_before(before, folder, at=at, on_progress=lambda *_: None))


def numbers_in(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT order_id FROM {table} ORDER BY 1")
        return [number for (number,) in cursor.fetchall()]


def seen(shop):
    """Everything that readers see of the orders."""
    names = [f"o-{n}" for n in (1, 2, 3, 4)]
    return (
        orders.load_orders(shop.id, names),
        [orders.find_order(shop.id, name) for name in names],
        orders.orders_page(shop.id),
        orders.goods_of(shop.id, names),
        orders.count_within(shop.id, YEAR),
        orders.paid_orders_table(shop.id).sort_by("order_id").to_pylist(),
        orders.first_paid_at(shop.id),
        list(orders.walk_events(shop.id, YEAR, 10)),
    )


def tables(shop):
    """The orders of the year with their lines, as settling many of them reads them."""
    with orders.event_tables(shop.id, YEAR, 10, unsettled=lambda _, keys: [True] * keys.num_rows) as found:
        return [
            [getattr(each, name).sort_by("order_id").to_pylist() for name in ("keys", "orders", "lines")]
            for each in found
        ]


def test_archived_orders_are_read_as_before_and_only_those_not_paid_stay(shop, tmp_path):
    before, in_tables = seen(shop), tables(shop)
    (done,) = archive(tmp_path)
    assert isinstance(done, Archived)
    assert (done.orders, done.lines, done.part, done.quarter) == (3, 3, 1, date(2011, 10, 1))
    assert (done.first_at, done.last_at) == (order(1, after=1).paid_at, order(3, after=3).paid_at)
    assert numbers_in("orders_order") == numbers_in("orders_orderline") == ["o-4"]
    assert (seen(shop), tables(shop)) == (before, in_tables)
    assert archive(tmp_path) == []
    (line,) = tenancy.search_audit(shop.id, AuditQuery(), limit=1)
    assert (line.action, line.subject, line.after["orders"]) == ("orders archived", "2011q4", "3")


def test_an_archived_order_that_comes_again_earns_nothing(shop, tmp_path):
    archive(tmp_path)
    left = mugs_left(shop)
    other = replace(order(2, after=2), lines=(OrderLine("pot", 9, 160_000_000),))
    assert orders.take(shop.id, [order(1, after=1), other], [], currency="GBP").orders == (
        Taken.KNOWN,
        Taken.CONFLICT,
    )
    online.take(shop, [order(1, after=1)], [], at=LATE)
    assert mugs_left(shop) == left
    assert numbers_in("orders_order") == ["o-4"]


def test_a_refund_of_an_archived_order_takes_back_what_it_would_have(shop, tmp_path):
    archive(tmp_path)
    (first,) = online.take(shop, [], [refund(of=2)], at=LATE).refunds
    taken = {item.id for back in first.claw_backs[PLAN_ID] for item in back.items}
    assert (first.state, "mug" in taken) == (Taken.NEW, True)
    (again,) = online.take(shop, [], [refund(of=2)], at=LATE).refunds
    assert (again.state, again.claw_backs) == (Taken.KNOWN, first.claw_backs)
    assert_books_add_up(shop)


def test_the_unpaid_order_that_stayed_is_paid_as_ever(shop, tmp_path):
    archive(tmp_path)
    left = mugs_left(shop)
    online.take(shop, [order(4, after=4)], [], at=LATE)
    assert mugs_left(shop) == left - 1
    (done,) = archive(tmp_path)
    assert (done.orders, done.part) == (1, 2)
    assert {each.part for each in orders.archives_of(shop.id)} == {1, 2}
    assert set(orders.load_orders(shop.id, ["o-1", "o-4"])) == {"o-1", "o-4"}


def test_a_quarter_stays_while_a_campaign_runs_or_owes_settling(shop, tmp_path):
    (kept,) = archive(tmp_path, at=datetime(2011, 11, 16, tzinfo=UTC))
    assert isinstance(kept, Kept)
    assert "is not over" in ENGLISH.say(kept.why)
    orders.take(shop.id, [order(5, after=5)], [], currency="GBP")
    (kept,) = archive(tmp_path)
    assert "not settled" in ENGLISH.say(kept.why)
    assert len(numbers_in("orders_order")) == 5
    assert archive(tmp_path, before=date(2011, 12, 31)) == []


def test_an_order_that_comes_while_files_are_written_goes_with_the_next_attempt(shop, tmp_path, monkeypatch):
    write, late = archiving.write_shop, [order(6, after=6)]

    def write_and_be_late(*asked):
        written = write(*asked)
        if late:
            online.take(shop, [late.pop()], [], at=LATE)
        return written

    monkeypatch.setattr(archiving, "write_shop", write_and_be_late)
    (done,) = archive(tmp_path)
    assert done.orders == 4
    assert set(orders.load_orders(shop.id, ["o-1", "o-6"])) == {"o-1", "o-6"}


def test_without_the_look_for_changes_the_late_order_would_be_lost(shop, tmp_path, monkeypatch):
    write, counted = archiving.write_shop, archiving._counted

    def write_and_be_late(*asked):
        written = write(*asked)
        online.take(shop, [order(6, after=6)], [], at=LATE)
        return written

    def unchanged(quarter, horizon):
        return iter([(4, False), (4, False)]) if "o-6" in numbers_in("orders_order") else counted(quarter, horizon)

    monkeypatch.setattr(archiving, "write_shop", write_and_be_late)
    monkeypatch.setattr(archiving, "_counted", unchanged)
    archive(tmp_path)
    with pytest.raises(ArchiveUnreadable):
        orders.find_order(shop.id, "o-6")


def test_what_fails_at_the_last_step_has_changed_nothing_and_ends_the_same_when_repeated(shop, tmp_path):
    before = seen(shop)

    def fail(_):
        raise QuarterChanged(quarter="2011q4")

    (quarter,) = orders.quarters_before(YEAR.ends_at)
    with pytest.raises(QuarterChanged):
        orders.archive_quarter(quarter, tmp_path, told=fail)
    assert (seen(shop), orders.archives_of(shop.id)) == (before, ())
    (done,) = archive(tmp_path)
    assert done.orders == 3
    assert seen(shop) == before


KILLED = """
import os, signal, sys
from datetime import UTC, date, datetime
from pathlib import Path
import jiacan.project.start
from jiacan.orders import facade as orders
from jiacan.orders.store import archiving
from jiacan.project import database
from jiacan.project.quarters import archiving as command
database.connect(os.environ["JIACAN_DATABASE_URL"])
folder, at = Path(sys.argv[1]), sys.argv[2]
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
def then_die(work):
    def both(*asked, **named):
        work(*asked, **named)
        die()
    return both
if at == "files written":
    archiving.write_shop = then_die(archiving.write_shop)
if at == "before the commit":
    command._audit = die
if at == "after the commit":
    orders.archive_quarter = then_die(orders.archive_quarter)
at = datetime(2026, 1, 1, tzinfo=UTC)
list(command.archive_before(date(2012, 1, 1), folder, at=at, on_progress=lambda *_: None))
"""


@pytest.mark.parametrize("at", ["files written", "before the commit", "after the commit"])
def test_killed_at_any_moment_orders_are_found_and_repeated_it_ends_the_same(shop, tmp_path, test_database_url, at):
    before = seen(shop)
    environment = {**os.environ, "JIACAN_DATABASE_URL": test_database_url}
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), at], env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert seen(shop) == before
    assert len(numbers_in("orders_order")) == (1 if at == "after the commit" else 4)
    archive(tmp_path)
    assert numbers_in("orders_order") == ["o-4"]
    assert seen(shop) == before
    (files,) = orders.archives_of(shop.id)
    orders.check_archive(files, whole=True)


def test_a_damaged_file_is_named_and_nothing_is_made_up(shop, tmp_path):
    (done,) = archive(tmp_path)
    path = Path(done.folder) / "lines.parquet"
    orders.check_archive(done, whole=True)
    path.write_bytes(path.read_bytes()[:-8] + b"damaged!")
    with pytest.raises(ArchiveUnreadable) as caught:
        orders.check_archive(done)
    assert caught.value.path == str(path)
    (finding,) = judge_archives([("gifts", done, caught.value)])
    assert (finding.check, finding.level) == ("archive", Level.WRONG)
    path.unlink()
    with pytest.raises(ArchiveUnreadable, match=r"lines\.parquet"):
        orders.load_orders(shop.id, ["o-1"])


def test_the_command_says_what_went_where(shop, tmp_path, test_database_url):
    asked = ("archive", "--before", "2012-01-01", "--to", tmp_path)
    assert jiacan(*asked, database_url=test_database_url).startswith("2011q4 of gifts: 3 orders and 3 lines are in ")
    again = jiacan(*asked, database_url=test_database_url)
    assert again == "No quarter before 2012-01-01 has orders that are not archived.\n"
