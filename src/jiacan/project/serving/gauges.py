"""What the database knows best, asked at each reading of the metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db import Error, connection
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from jiacan.kernel.places import at_place, each_server
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


@dataclass(frozen=True, slots=True)
class _Reading:
    """One figure of one server; `combine` says what several servers' come to."""

    name: str
    told: str
    value: float
    label: str = ""
    labelled: str = ""
    combine: Callable[[Iterable[float]], float] = sum


class FromDatabase(Collector):
    """The queue, the webhooks under way, the state of the databases, and the orders of each campaign."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One reading; while a database is away, only that it is, so that what was counted is told all the same."""
        try:
            families = [*_of_servers(), _campaigns()]
        except Error:
            families = []
        yield GaugeMetricFamily("jiacan_database_up", "Whether every database answered.", 1 if families else 0)
        yield from families


def _of_servers() -> Iterable[GaugeMetricFamily]:
    readings: dict[tuple[str, str], list[_Reading]] = {}
    for here in each_server():
        with here:
            for each in _of_server():
                readings.setdefault((each.name, each.labelled), []).append(each)
    families: dict[str, GaugeMetricFamily] = {}
    for (name, labelled), of_servers in readings.items():
        first = of_servers[0]
        labels = (first.label,) if first.label else ()
        family = families.setdefault(name, GaugeMetricFamily(name, first.told, labels=labels))
        value = first.combine(each.value for each in of_servers)
        family.add_metric((labelled,) if labels else (), value)
    return families.values()


def _of_server() -> list[_Reading]:
    try:
        return [*_queue(), *_deliveries(), *_database(), *_tables()]
    except Error:
        connection.close()  # so that the next reading finds out whether it is there again
        raise


def _queue() -> Iterator[_Reading]:
    queue = webhooks.queue_of_all()
    for state in ("waiting", "scheduled", "running", "failed"):
        yield _Reading("jiacan_queue_jobs", "Jobs in the queue, by state.", getattr(queue, state), "state", state)
    lag = "Age of the oldest job that is due."
    yield _Reading("jiacan_queue_lag_seconds", lag, queue.lag_seconds, combine=max)
    if queue.worker_seen_at is not None:
        silent = max(0.0, (timezone.now() - queue.worker_seen_at).total_seconds())
        yield _Reading(
            "jiacan_worker_silent_seconds", "Since a worker last gave a sign of life.", silent, combine=max
        )


def _deliveries() -> Iterator[_Reading]:
    backlog = webhooks.backlog_of_all()
    yield _Reading("jiacan_webhooks_waiting", "Webhooks on their way.", backlog.waiting)
    lag = "Since the oldest webhook on its way was announced."
    yield _Reading("jiacan_webhook_lag_seconds", lag, backlog.oldest_seconds, combine=max)


def _database() -> Iterator[_Reading]:
    with connection.cursor() as cursor:
        cursor.execute(_CONNECTIONS)
        states = cursor.fetchall()
        cursor.execute(_LONGEST)
        ((longest, waiting, size),) = cursor.fetchall()
    for state, count in states:
        told = "Connections to the database, by state."
        yield _Reading("jiacan_database_connections", told, count, "state", state)
    yield _Reading("jiacan_database_transaction_seconds", "Age of the oldest transaction.", longest, combine=max)
    yield _Reading("jiacan_database_lock_waits", "Statements that wait for a lock.", waiting)
    yield _Reading("jiacan_database_bytes", "Size of the database.", size)


def _tables() -> Iterator[_Reading]:
    with connection.cursor() as cursor:
        cursor.execute(_TABLES, [TABLES_SHOWN])
        found = cursor.fetchall()
    for table, live, dead, size in found:
        yield _Reading("jiacan_table_rows", "Rows of the largest tables.", live, "table", table)
        yield _Reading("jiacan_table_dead_rows", "Their rows that wait for vacuum.", dead, "table", table)
        yield _Reading("jiacan_table_bytes", "Their size with indexes.", size, "table", table)


def _campaigns() -> GaugeMetricFamily:
    orders = GaugeMetricFamily(
        "jiacan_campaign_orders", "Paid orders that a campaign has settled.", labels=("shop", "plan")
    )
    for shop in tenancy.find_shops():
        with at_place(shop.id):
            for version in plans.live_plans(shop.id):
                total = reading.order_totals(shop.id, version.plan_id)
                orders.add_metric((shop.slug, version.plan_id), total.orders)
    return orders
