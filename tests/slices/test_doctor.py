"""`jiacan doctor`: each thing that can be wrong is made so, named with what to do, and absent where all is well."""

from __future__ import annotations

import json
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection, transaction

from jiacan.campaigns.facade import online, running
from jiacan.orders import facade as orders
from jiacan.project.doctor.examine import examine_database
from jiacan.project.doctor.findings import Finding, Level, Limits
from jiacan.project.serving.parts import write_parts
from jiacan.webhooks import facade as webhooks
from jiacan.webhooks.contracts import EventKind, WebhookEvent
from tests.conftest import database_address
from tests.slices.commands import jiacan, start
from tests.slices.online_shop import AT, PLAN_ID, WHO, cart, go_live, order, rules
from tests.slices.served import serving, until

pytestmark = pytest.mark.django_db(transaction=True)

NO_PARTS = Path("/nowhere")


def now() -> datetime:
    """This machine's clock."""
    return datetime.now(UTC)


@pytest.fixture(autouse=True)
def a_worker() -> Iterator[None]:
    """A worker that has just given a sign of life, and an empty queue."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


@pytest.fixture(autouse=True, scope="module")
def swept_up(django_db_setup: None, database_url: str) -> None:
    """What earlier tests deleted is nothing that the doctor should find."""
    with psycopg.connect(database_address(database_url), autocommit=True) as other:
        other.execute("VACUUM")


def look(home: Path = NO_PARTS, *, full: bool = False, at=now, **limits: float) -> list[Finding]:
    """What the doctor finds that is not well; the tests' own server may be set up to forget quickly."""
    found = examine_database(home, full=full, limits=Limits(**limits), now=at)
    return [finding for finding in found if finding.level is not Level.OK and finding.check != "settings"]


def only(found: list[Finding], check: str) -> Finding:
    """The one finding of that kind."""
    (finding,) = [each for each in found if each.check == check]
    return finding


@contextmanager
def beside(url: str) -> Iterator[psycopg.Connection]:
    """Somebody else's connection."""
    with psycopg.connect(url, autocommit=True, application_name="somebody") as other:
        yield other


def test_of_a_healthy_database_everything_is_looked_at_and_nothing_is_to_be_done():
    shop = go_live("healthy")
    online.take(shop, [order()], [], at=AT)
    found = list(examine_database(NO_PARTS, full=True, limits=Limits(), now=now))
    found = [each for each in found if each.check != "settings"]
    assert [(each.check, str(each.says)) for each in found if each.level is not Level.OK] == []
    assert [each.check for each in found] == [
        "database",
        "clock",
        "migrations",
        "connections",
        "transactions",
        "tables",
        "indexes",
        "worker",
        "jobs",
        "webhooks",
        "server",
        "orders",
        "reservations",
        "ledger",
    ]
    assert all(each.remedy is None for each in found)


def test_a_transaction_that_is_open_for_long_is_named_with_its_process(test_database_url: str):
    with beside(test_database_url) as other:
        other.execute("BEGIN")
        pid = other.info.backend_pid
        finding = only(look(transaction_seconds_warned=0.0), "transactions")
        assert (finding.level, finding.figures["pid"]) == (Level.WARNING, pid)
        assert str(finding.says).startswith(f"somebody (process {pid}, idle in transaction) has a transaction open")
        assert f"pg_terminate_backend({pid})" in str(finding.remedy)
        assert look() == []
        other.execute("ROLLBACK")
    assert [each for each in look(transaction_seconds_warned=0.0) if each.figures["pid"] == pid] == []


def test_whoever_holds_others_up_is_named_and_whoever_waits_is_not(test_database_url: str):
    go_live("held-up")
    with beside(test_database_url) as holder, beside(test_database_url) as waiter:
        holder.execute("BEGIN")
        holder.execute("UPDATE tenancy_shop SET name = 'x'")
        waiting = threading.Thread(target=waiter.execute, args=("UPDATE tenancy_shop SET name = 'y'",))
        waiting.start()
        until(lambda: bool(look(lock_wait_seconds=0.0)))
        finding = only(look(lock_wait_seconds=0.0), "transactions")
        assert (finding.level, finding.figures["pid"], finding.figures["holds_up"]) == (
            Level.WRONG,
            holder.info.backend_pid,
            1,
        )
        assert "holds others up: 1" in str(finding.says)
        holder.execute("ROLLBACK")
        waiting.join()
    assert look(lock_wait_seconds=0.0) == []


def test_an_index_that_was_not_finished_is_named_with_the_statement_that_makes_it_anew(test_database_url: str):
    with table(test_database_url, "a_tally", "(n int)", "SELECT 1 FROM generate_series(1, 2)") as other:
        with pytest.raises(psycopg.errors.UniqueViolation):
            other.execute("CREATE UNIQUE INDEX CONCURRENTLY a_tally_once ON a_tally (n)")
        finding = only(look(), "indexes")
        assert (finding.level, finding.figures["index"]) == (Level.WRONG, "a_tally_once")
        assert str(finding.remedy) == "REINDEX INDEX CONCURRENTLY a_tally_once."
        other.execute("DROP INDEX a_tally_once")
        assert look() == []


def _of_tally(**limits: float) -> list[Finding]:
    """What is found of the table's indexes; others in the test database have grown with what earlier tests left."""
    found = look(index_bytes=65_536, **limits)
    return [each for each in found if each.figures.get("index") == "a_tally_by_n"]


def test_an_index_that_has_grown_far_beyond_its_rows_is_named(test_database_url: str):
    with table(test_database_url, "a_tally", "(n int)", "SELECT generate_series(1, 50000)") as other:
        other.execute("CREATE INDEX a_tally_by_n ON a_tally (n)")
        other.execute("SELECT count(*) FROM a_tally WHERE n = 7")
        other.execute("VACUUM ANALYZE a_tally")
        assert _of_tally(index_unused_days=1000.0) == []
        other.execute("DELETE FROM a_tally WHERE n % 20 <> 0")
        other.execute("VACUUM ANALYZE a_tally")
        (finding,) = _of_tally(index_unused_days=1000.0)
        assert "takes 1 MB where about 1 would do" in str(finding.says)
        other.execute("REINDEX INDEX CONCURRENTLY a_tally_by_n")
        assert _of_tally(index_unused_days=1000.0) == []


def test_an_index_that_nobody_uses_is_named_after_its_days(test_database_url: str):
    with table(test_database_url, "a_tally", "(n int)", "SELECT generate_series(1, 50000)") as other:
        other.execute("CREATE INDEX a_tally_by_n ON a_tally (n)")
        other.execute("ANALYZE a_tally")
        (finding,) = _of_tally(index_unused_days=0.0)
        assert "Nobody has used index a_tally_by_n on a_tally" in str(finding.says)
        assert _of_tally() == []


def test_a_table_that_vacuum_does_not_keep_up_with_is_named_until_it_does(test_database_url: str):
    columns = "(n int) WITH (autovacuum_enabled = false)"
    with table(test_database_url, "a_tally", columns, "SELECT generate_series(1, 12000)") as other:
        other.execute("SELECT pg_stat_force_next_flush()")
        other.execute("ANALYZE a_tally")
        other.execute("UPDATE a_tally SET n = n + 1")
        other.execute("SELECT pg_stat_force_next_flush()")
        found = [each for each in look() if each.check == "tables"]
        assert [(each.figures["table"], each.level) for each in found] == [("a_tally", Level.WARNING)]
        assert str(found[0].says) == "a_tally has 12,000 dead rows beside 12,000 that live."
        assert str(found[0].remedy).startswith("VACUUM (ANALYZE) a_tally")
        other.execute("VACUUM ANALYZE a_tally")
        other.execute("SELECT pg_stat_force_next_flush()")
        assert look() == []


@pytest.mark.parametrize("value", ["on", "off"])
def test_a_setting_that_risks_answered_orders_is_named_with_the_statement_that_puts_it_right(value: str):
    with connection.cursor() as cursor:
        cursor.execute(f"SET synchronous_commit = {value}")
        found = list(examine_database(NO_PARTS, full=False, limits=Limits(), now=now))
        cursor.execute("RESET synchronous_commit")
    risks = [each for each in found if "synchronous_commit" in each.figures and each.level is Level.WRONG]
    assert [str(each.says) for each in risks] == (
        [] if value == "on" else ["synchronous_commit is off: an order that was answered can be lost in a crash."]
    )
    assert all("ALTER SYSTEM SET synchronous_commit = on" in str(each.remedy) for each in risks)


def test_migrations_that_are_missing_are_counted_and_nothing_that_needs_them_is_asked():
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE app = 'webhooks'")
        found = list(examine_database(NO_PARTS, full=False, limits=Limits(), now=now))
        transaction.set_rollback(True)
    finding = only(found, "migrations")
    assert (finding.level, str(finding.remedy)) == (
        Level.WRONG,
        "Start the server again: jiacan serve brings them up to date.",
    )
    assert "worker" not in [each.check for each in found]
    assert look() == []


def test_a_database_of_a_newer_version_is_told():
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('offers', '9999_next', now())")
        finding = only(look(), "migrations")
        transaction.set_rollback(True)
    assert str(finding.says) == "The database was written by a newer Jiacan: it has offers.9999_next."


def test_clocks_that_differ_are_told_by_how_much():
    slow, wrong = only(look(at=lambda: now() - timedelta(seconds=5)), "clock"), 40
    assert (slow.level, str(slow.says)) == (
        Level.WARNING,
        "The database's clock is +5.0 seconds off this machine's.",
    )
    far = [each for each in look(at=lambda: now() - timedelta(seconds=wrong)) if each.check == "clock"]
    assert [each.level for each in far] == [Level.WRONG]


def test_too_few_connections_for_the_parts_are_told(tmp_path: Path):
    write_parts(tmp_path, {f"web-{number}": os.getpid() for number in range(1, 41)} | {"worker": os.getpid()})
    finding = only(look(tmp_path), "connections")
    assert finding.level is Level.WRONG
    assert "--workers" in str(finding.remedy)
    write_parts(tmp_path, {"web-1": os.getpid(), "writer-1": os.getpid(), "worker": os.getpid()})
    assert look(tmp_path) == []
    assert only(look(tmp_path, connections_share_warned=0.0), "connections").level is Level.WARNING


def test_jobs_without_a_worker_are_told_and_with_one_they_are_not():
    webhooks.defer("webhooks.tidy", [{}], queue_name="upkeep")
    assert look() == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    finding = only(look(), "worker")
    assert (finding.level, str(finding.says)) == (
        Level.WRONG,
        "No worker gives a sign of life; jobs that are due: 1.",
    )
    assert "jiacan serve" in str(finding.remedy)


def test_a_worker_that_is_there_and_does_nothing_is_told_by_its_process(tmp_path: Path):
    write_parts(tmp_path, {"web-1": os.getpid(), "writer-1": os.getpid(), "worker": os.getpid()})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    assert str(only(look(tmp_path), "server").remedy).endswith(f"kill {os.getpid()}")
    write_parts(tmp_path, {"web-1": os.getpid()})
    assert str(only(look(tmp_path), "server").says) == "Not running: writer-1, worker."


def test_a_job_that_waits_for_long_is_told():
    webhooks.defer("webhooks.tidy", [{}], queue_name="upkeep")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = at - interval '5 minutes'")
    finding = only(look(), "worker")
    assert (finding.level, finding.figures["lag_seconds"]) == (Level.WARNING, 300)
    assert look(job_lag_seconds_warned=1000.0) == []


def test_jobs_that_failed_are_counted():
    webhooks.defer("webhooks.tidy", [{}, {}], queue_name="upkeep")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed'")
    assert str(only(look(), "jobs").says) == "Jobs that have failed: 2."


def test_webhooks_that_do_not_arrive_are_told(settings):
    settings.PRIVATE_WEBHOOKS = True
    shop = go_live("told")
    endpoint, _ = webhooks.add_endpoint(
        shop.id, url="http://127.0.0.1:9/hook", kinds=[EventKind.CAMPAIGN_LIVE], actor=WHO, at=now()
    )
    webhooks.announce(shop.id, [WebhookEvent(EventKind.CAMPAIGN_LIVE, PLAN_ID, AT, {})])
    assert look() == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE webhooks_delivery SET created_at = now() - interval '20 minutes'")
    late = only(look(), "webhooks")
    assert (late.level, str(late.says)) == (
        Level.WARNING,
        "The oldest webhook on its way was announced 1,200 seconds ago; on their way: 1.",
    )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE webhooks_endpoint SET failing_since = now() - interval '2 hours'")
    assert str(only(look(), "webhooks").says).startswith("Addresses that have refused webhooks for over an hour: 1;")
    webhooks.update_endpoint(shop.id, endpoint.id, active=False, actor=WHO)
    assert look() == []


def test_orders_that_a_live_plan_did_not_settle_are_told_until_it_has():
    shop = go_live("behind")
    orders.take(shop.id, [order(1), order(2, after=5)], [], currency="GBP")
    finding = only(look(full=True), "orders")
    assert finding.level is Level.WRONG
    assert (
        str(finding.says)
        == f"Plan {PLAN_ID} at behind has orders of its time that it has not settled: 2, the oldest of 11-15 10:00."
    )
    assert "jiacan run" in str(finding.remedy)
    assert look() == []  # they are older than the last hour
    running.settle_recorded(shop.id, rules(shop), on_progress=lambda *_: None)
    assert look(full=True) == []


def test_reservations_that_are_held_beyond_their_time_are_told():
    shop = go_live("holding")
    held = online.reserve(shop, cart(), at=AT, hold_seconds=900, actor=WHO)
    in_time = [each for each in look(at=lambda: held.expires_at) if each.check == "reservations"]
    assert in_time == []
    finding = only(look(), "reservations")
    assert (finding.level, dict(finding.figures)) == (Level.WRONG, {"shop": "holding", "plan": PLAN_ID})
    online.expire_due(now())
    assert look() == []


def test_a_balance_that_was_tampered_with_is_told_quickly_by_its_unit_and_fully_by_its_account():
    go_live("robbed")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_account SET posted = posted + 1 WHERE owner LIKE '%stock/mug'")
        assert cursor.rowcount == 1
    quick = only(look(), "ledger")
    assert (quick.level, quick.figures["shop"]) == (Level.WRONG, "robbed")
    assert str(quick.says).startswith("At robbed, balances do not sum to nothing in ")
    assert any("stock/mug" in str(each.says) for each in look(full=True) if each.check == "ledger")


def test_a_running_server_is_well_and_one_without_its_database_is_not():
    with (
        tempfile.TemporaryDirectory(prefix="jiacan-home-", ignore_cleanup_errors=True) as name,
        pytest.MonkeyPatch.context() as patch,
    ):
        home = Path(name)
        home.chmod(0o755)
        patch.setenv("JIACAN_HOME", str(home))
        assert "There is no database" in jiacan("doctor")
        with serving(home):
            found = {each["check"]: each for each in json.loads(jiacan("doctor", "--json"))}
            assert {check: each["says"] for check, each in found.items() if each["level"] != "ok"} == {}
            assert found["settings"]["says"] == "Its settings are as Jiacan wants them."
            assert found["server"]["figures"].keys() >= {"web-1", "worker"}
            assert "Nothing is to be done." in jiacan("doctor", "--full")
        # A job that the clock asked for as the server stopped may be left, and is then wrong in itself.
        asked = start("doctor", "--json")
        stopped = {each["check"]: each for each in json.loads(asked.communicate(timeout=300)[0])}
        assert (stopped["server"]["says"], stopped["database"]["level"]) == ("No server runs in this home.", "ok")
        nowhere = jiacan("doctor", database_url="postgresql://127.0.0.1:1/jiacan", code=1)
        assert "The database does not answer" in nowhere


@contextmanager
def table(url: str, name: str, columns: str, rows: str) -> Iterator[psycopg.Connection]:
    """A table of somebody else's for the length of the test, and the connection that made it."""
    with beside(url) as other:
        other.execute(f"DROP TABLE IF EXISTS {name}")
        other.execute(f"CREATE TABLE {name} {columns}")
        other.execute(f"INSERT INTO {name} {rows}")
        try:
            yield other
        finally:
            other.execute(f"DROP TABLE {name}")
