"""What is counted and what is asked of the database, as whoever watches reads it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from prometheus_client.parser import text_string_to_metric_families

from jiacan.campaigns.facade import online, running
from jiacan.kernel.stages import Stage, observe
from jiacan.orders import facade as orders
from jiacan.project.serving import metrics, upkeep
from jiacan.webhooks import facade as webhooks
from jiacan.webhooks.contracts import EventKind, WebhookEvent
from tests.slices.online_shop import AT, PLAN_ID, WHO, go_live, order, rules

pytestmark = pytest.mark.django_db


def read() -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every figure by its name and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(metrics.exposition().decode())
        for sample in family.samples
    }


def figure(name: str, **labels: str) -> float:
    """One of them; nothing counts as 0."""
    return read().get((name, tuple(sorted(labels.items()))), 0.0)


@pytest.fixture
def forgotten() -> Iterator[None]:
    """Nothing was looked at before, nor is remembered after."""
    upkeep._looked_until.clear()
    yield
    upkeep._looked_until.clear()


def test_every_stage_is_counted_with_its_time_and_what_passed_through_it():
    for stage in Stage:
        before = figure("jiacan_stage_seconds_count", stage=stage), figure("jiacan_stage_things_total", stage=stage)
        observe(stage, 0.003, 7)
        after = figure("jiacan_stage_seconds_count", stage=stage), figure("jiacan_stage_things_total", stage=stage)
        assert (after[0] - before[0], after[1] - before[1]) == (1, 7)


def test_sizes_are_told_of_batches_only():
    before = figure("jiacan_batch_requests_count")
    observe(Stage.MATCH, 0.01, 300)
    observe(Stage.BATCH, 0.01, 30)
    assert figure("jiacan_batch_requests_count") - before == 1


def test_an_order_by_the_api_passes_the_stages():
    shop = go_live("counted")
    stages = (Stage.RECORD, Stage.MATCH, Stage.SETTLE)
    before = {stage: figure("jiacan_stage_things_total", stage=stage) for stage in stages}
    online.take(shop, [order(1), order(2)], [], at=AT)
    assert {
        stage: figure("jiacan_stage_things_total", stage=stage) - before[stage] for stage in stages
    } == dict.fromkeys(stages, 2)


def test_webhooks_that_wait_are_told_with_the_age_of_the_oldest(settings):
    settings.PRIVATE_WEBHOOKS = True
    shop = go_live("waited-for")
    webhooks.add_endpoint(shop.id, url="http://127.0.0.1:9/", kinds=[EventKind.CAMPAIGN_LIVE], actor=WHO, at=AT)
    assert figure("jiacan_webhooks_waiting") == 0
    webhooks.announce(shop.id, [WebhookEvent(EventKind.CAMPAIGN_LIVE, PLAN_ID, AT, {})])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE webhooks_delivery SET created_at = now() - interval '90 seconds'")
    assert figure("jiacan_webhooks_waiting") == 1
    assert figure("jiacan_webhook_lag_seconds") >= 90


def test_orders_that_were_not_settled_are_counted_by_the_minute_until_they_are(forgotten: None):
    shop = go_live("late")
    orders.take(shop.id, [order(1), order(2, after=2)], [], currency="GBP")
    upkeep.count_unsettled(AT + timedelta(minutes=5))
    assert figure("jiacan_unsettled_orders", shop="late", plan=PLAN_ID) == 2
    assert figure("jiacan_unsettled_seconds") == 300
    running.settle_recorded(shop.id, rules(shop), on_progress=lambda *_: None)
    upkeep.count_unsettled(AT + timedelta(minutes=6))
    assert figure("jiacan_unsettled_orders", shop="late", plan=PLAN_ID) == 0
    assert figure("jiacan_unsettled_seconds") == 0


def test_the_databases_own_state_is_told():
    told = {name for name, _ in read()}
    assert told >= {
        "jiacan_database_connections",
        "jiacan_database_transaction_seconds",
        "jiacan_database_lock_waits",
        "jiacan_database_bytes",
        "jiacan_table_rows",
        "jiacan_table_dead_rows",
        "jiacan_table_bytes",
        "jiacan_queue_lag_seconds",
    }
    assert figure("jiacan_database_bytes") > 1_000_000


@pytest.mark.django_db(transaction=True)
def test_what_was_counted_is_told_also_while_the_database_is_away(test_database_url: str):
    observe(Stage.COMMIT, 0.001)
    assert figure("jiacan_database_up") == 1
    with connection.cursor() as cursor, psycopg.connect(test_database_url, autocommit=True) as other:
        cursor.execute("SELECT pg_backend_pid()")
        other.execute("SELECT pg_terminate_backend(%s, 5000)", cursor.fetchone())
    told = read()
    assert told["jiacan_database_up", ()] == 0
    assert told["jiacan_stage_seconds_count", (("stage", "commit"),)] > 0
    assert ("jiacan_database_bytes", ()) not in told
    assert figure("jiacan_database_up") == 1
