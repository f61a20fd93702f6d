"""The queue with a real worker in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, AuditQuery
from jiacan.webhooks import facade
from jiacan.webhooks.contracts import DeliveryState, EventKind, JobNotFailed, JobState, WebhookEvent
from tests.conftest import database_address
from tests.slices.webhook_receiver import Receiver

AT = datetime(2026, 11, 11, 12, tzinfo=UTC)
ANN = Actor("ann@shop.example", "console 203.0.113.9")

WORKER = """
import sys
from jiacan.project import start
from jiacan.project.database import open_database
from procrastinate.contrib.django import app

open_database()


@app.task(name="test.break")
def break_down(shop_id):
    raise ValueError("the mug is broken\\nDETAIL: customer ann")


for _ in sys.stdin:
    with app.replace_connector(app.connector.get_worker_connector()) as working:
        working.run_worker(wait=False, listen_notify=False, install_signal_handlers=False)
    print("nothing is due", flush=True)
"""


@pytest.fixture(scope="module")
def worker(django_db_setup: None, database_url: str) -> Iterator[subprocess.Popen[str]]:
    """A process that works, whenever it gets a line, until nothing is due, and then says so."""
    environment = {
        **os.environ,
        "JIACAN_DATABASE_URL": database_address(database_url),
        "JIACAN_PRIVATE_WEBHOOKS": "1",
    }
    with subprocess.Popen(
        [sys.executable, "-c", WORKER], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.stdin.close()
    assert process.returncode == 0


@pytest.fixture
def work(test_database_url, worker):
    """Run a worker until nothing is due."""

    def run() -> None:
        worker.stdin.write("work\n")
        worker.stdin.flush()
        assert worker.stdout.readline() == "nothing is due\n"

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers, webhooks_jobfailure CASCADE")
    yield run
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers, webhooks_jobfailure CASCADE")


def test_a_worker_delivers_what_was_committed_and_nothing_else(work, settings):
    settings.PRIVATE_WEBHOOKS = True
    shop = tenancy.open_shop("gifts").id
    events = [WebhookEvent(EventKind.CAMPAIGN_LIVE, plan, AT, {"plan": plan}) for plan in ("kept", "undone")]
    with Receiver(answers=[503]) as receiver:
        endpoint, _ = facade.add_endpoint(shop, url=receiver.url, kinds=[EventKind.CAMPAIGN_LIVE], actor=ANN, at=AT)
        with transaction.atomic():
            facade.announce(shop, events[1:])
            transaction.set_rollback(True)
        facade.announce(shop, events[:1])
        work()
        (failed,) = facade.deliveries_of(shop, endpoint.id)
        assert (failed.subject, failed.state, failed.attempts) == ("kept", DeliveryState.WAITING, 1)
        (waiting,) = [job for job in facade.jobs_of(shop, state=JobState.WAITING) if job.of_shop]
        assert waiting.due_at == failed.next_try_at
        facade.replay(shop, failed.id, actor=ANN)
        work()
        (delivered,) = facade.deliveries_of(shop, endpoint.id)
        assert (delivered.state, delivered.attempts) == (DeliveryState.DELIVERED, 2)
        assert len(receiver.received) == 2


def test_a_job_that_fails_says_why_in_one_line_and_can_be_run_again_by_its_shop(work):
    shop, other = tenancy.open_shop("gifts").id, tenancy.open_shop("other").id
    facade.defer("test.break", [{"shop_id": shop}], queue_name="default")
    assert (facade.queue_of(shop).waiting, facade.queue_of(other).waiting) == (1, 0)
    work()
    (failed,) = facade.jobs_of(shop, state=JobState.FAILED)
    assert (failed.task, failed.reason, failed.attempts) == ("test.break", "ValueError: the mug is broken", 1)
    assert [job.id for job in facade.jobs_of(other) if job.of_shop] == []
    with pytest.raises(JobNotFailed):
        facade.retry_job(other, failed.id, actor=ANN)
    facade.retry_job(shop, failed.id, actor=ANN)
    with pytest.raises(JobNotFailed):
        facade.retry_job(shop, failed.id, actor=ANN)
    figures = facade.queue_of(shop)
    assert (figures.waiting, figures.running, figures.failed) == (1, 0, 0)
    (line,) = tenancy.search_audit(shop, AuditQuery(action="job retried"))
    assert line.after == {"task": "test.break"}


def test_a_job_whose_worker_died_is_run_again(work):
    shop = tenancy.open_shop("gifts").id
    facade.defer("test.break", [{"shop_id": shop}], queue_name="default")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '2 minutes') RETURNING id"
        )
        (dead,) = cursor.fetchone()
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", [dead])
    assert facade.queue_of(shop).running == 1
    assert facade.take_over_stalled() == 1
    figures = facade.queue_of(shop)
    assert (figures.waiting, figures.running) == (1, 0)
    assert facade.take_over_stalled() == 0


def test_finished_jobs_go_after_a_week_with_their_reasons(work):
    shop = tenancy.open_shop("gifts").id
    facade.defer("test.break", [{"shop_id": shop}, {"shop_id": shop}], queue_name="default")
    work()
    old, new = (job.id for job in facade.jobs_of(shop, state=JobState.FAILED))
    facade.defer("test.break", [{"shop_id": shop}], queue_name="default")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = at - interval '8 days' WHERE job_id <> %s", [new])
        facade.tidy()
        cursor.execute("SELECT job_id FROM webhooks_jobfailure")
        assert cursor.fetchall() == [(new,)]
    states = {job.id: job.state for job in facade.jobs_of(shop) if job.of_shop}
    assert old not in states
    assert sorted(states.values()) == [JobState.FAILED, JobState.WAITING]


def test_the_queue_says_how_late_it_is(work):
    shop = tenancy.open_shop("gifts").id
    assert facade.queue_of(shop).lag_seconds == 0
    facade.defer("test.break", [{"shop_id": shop}], queue_name="default")
    facade.defer("test.break", [{"shop_id": shop}], queue_name="default", at=datetime(2090, 1, 1, tzinfo=UTC))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = at - interval '90 seconds'")
    figures = facade.queue_of(shop)
    assert (figures.waiting, figures.scheduled, figures.lag_seconds // 10) == (1, 1, 9)
    assert facade.queue_of_all().waiting == 1
