"""What the database knows best, asked at each reading of the metrics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import connection
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from jiacan.offers.facade import reading
from jiacan.plans import facade as plans
from jiacan.tenancy import facade as tenancy
from jiacan.webhooks import facade as webhooks

TABLES_SHOWN = 12
"""The largest tables only: a metric of every small one would be told and looked at by nobody."""

_CONNECTIONS = """
SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity WHERE datname = current_database()
GROUP BY 1 ORDER BY 1
"""
_LONGEST = """
SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0)::float,
       count(*) FILTER (WHERE wait_event_type = 'Lock'),
       pg_database_size(current_database())
FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_TABLES = """
SELECT relname, n_live_tup, n_dead_tup, pg_total_relation_size(relid)
FROM pg_stat_user_tables ORDER BY pg_total_relation_size(relid) DESC LIMIT %s
"""


class FromDatabase(Collector):
    """The queue, the webhooks under way, the state of the database, and the orders of each campaign."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One reading."""
        yield from _queue()
        yield from _deliveries()
        yield from _database()
        yield from _tables()
        yield from _campaigns()


def _queue() -> Iterator[GaugeMetricFamily]:
    queue = webhooks.queue_of_all()
    states = [(state, getattr(queue, state)) for state in ("waiting", "scheduled", "running", "failed")]
    yield _by("jiacan_queue_jobs", "Jobs in the queue, by state.", "state", states)
    yield GaugeMetricFamily("jiacan_queue_lag_seconds", "Age of the oldest job that is due.", queue.lag_seconds)
    if queue.worker_seen_at is not None:
        silent = max(0.0, (timezone.now() - queue.worker_seen_at).total_seconds())
        yield GaugeMetricFamily("jiacan_worker_silent_seconds", "Since a worker last gave a sign of life.", silent)


def _deliveries() -> Iterator[GaugeMetricFamily]:
    backlog = webhooks.backlog_of_all()
    yield GaugeMetricFamily("jiacan_webhooks_waiting", "Webhooks on their way.", backlog.waiting)
    yield GaugeMetricFamily(
        "jiacan_webhook_lag_seconds", "Since the oldest webhook on its way was announced.", backlog.oldest_seconds
    )


def _database() -> Iterator[GaugeMetricFamily]:
    with connection.cursor() as cursor:
        cursor.execute(_CONNECTIONS)
        states = cursor.fetchall()
        cursor.execute(_LONGEST)
        ((longest, waiting, size),) = cursor.fetchall()
    yield _by("jiacan_database_connections", "Connections to the database, by state.", "state", states)
    yield GaugeMetricFamily("jiacan_database_transaction_seconds", "Age of the oldest transaction.", longest)
    yield GaugeMetricFamily("jiacan_database_lock_waits", "Statements that wait for a lock.", waiting)
    yield GaugeMetricFamily("jiacan_database_bytes", "Size of the database.", size)


def _tables() -> Iterator[GaugeMetricFamily]:
    with connection.cursor() as cursor:
        cursor.execute(_TABLES, [TABLES_SHOWN])
        found = cursor.fetchall()
    yield _by("jiacan_table_rows", "Rows of the largest tables.", "table", [(row[0], row[1]) for row in found])
    dead = [(row[0], row[2]) for row in found]
    yield _by("jiacan_table_dead_rows", "Their rows that wait for vacuum.", "table", dead)
    yield _by("jiacan_table_bytes", "Their size with indexes.", "table", [(row[0], row[3]) for row in found])


def _campaigns() -> Iterator[GaugeMetricFamily]:
    orders = GaugeMetricFamily(
        "jiacan_campaign_orders", "Paid orders that a campaign has settled.", labels=("shop", "plan")
    )
    for shop in tenancy.find_shops():
        for version in plans.live_plans(shop.id):
            total = reading.order_totals(shop.id, version.plan_id)
            orders.add_metric((shop.slug, version.plan_id), total.orders)
    yield orders


def _by(name: str, told: str, label: str, values: Iterable[tuple[str, float]]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, told, labels=(label,))
    for value, figure in values:
        family.add_metric((value,), figure)
    return family
