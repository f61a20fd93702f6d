"""What is counted while serving, over every process of the server, and how Prometheus reads it."""

from __future__ import annotations

import os
from collections.abc import Iterator

from django.db import connection
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from jiacan.offers.facade import reading
from jiacan.plans import facade as plans
from jiacan.tenancy import facade as tenancy
from jiacan.webhooks import facade as webhooks

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30)

REQUESTS = Counter(
    "jiacan_requests", "Requests answered, by route, method and status.", ("route", "method", "status")
)
REQUEST_SECONDS = Histogram(
    "jiacan_request_seconds", "Time from request to answer, by route.", ("route",), buckets=_SECONDS
)
OPEN_STREAMS = Gauge("jiacan_open_streams", "Live streams open now.", multiprocess_mode="livesum")
JOBS = Counter("jiacan_jobs", "Jobs that ended, by task and result.", ("task", "result"))
JOB_SECONDS = Histogram("jiacan_job_seconds", "Time a job took.", ("task",), buckets=_SECONDS)


class _FromDatabase(Collector):
    """What the database knows best; asked at each reading."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The queue, the connections, and the orders of each campaign."""
        queue = webhooks.queue_of_all()
        jobs = GaugeMetricFamily("jiacan_queue_jobs", "Jobs in the queue, by state.", labels=("state",))
        for state in ("waiting", "scheduled", "running", "failed"):
            jobs.add_metric((state,), getattr(queue, state))
        yield jobs
        yield GaugeMetricFamily("jiacan_queue_lag_seconds", "Age of the oldest job that is due.", queue.lag_seconds)
        connections = GaugeMetricFamily(
            "jiacan_database_connections", "Connections to the database, by state.", labels=("state",)
        )
        for state, count in _connections():
            connections.add_metric((state,), count)
        yield connections
        orders = GaugeMetricFamily(
            "jiacan_campaign_orders", "Paid orders that a campaign has settled.", labels=("shop", "plan")
        )
        for shop in tenancy.find_shops():
            for version in plans.live_plans(shop.id):
                total = reading.order_totals(shop.id, version.plan_id)
                orders.add_metric((shop.slug, version.plan_id), total.orders)
        yield orders


def exposition() -> bytes:
    """Everything that is counted, in Prometheus' text format."""
    if os.environ.get(FOLDER_VARIABLE):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)
        counted = generate_latest(registry)
    else:
        counted = generate_latest(REGISTRY)
    asked = CollectorRegistry()
    asked.register(_FromDatabase())
    return counted + generate_latest(asked)


def _connections() -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " GROUP BY 1 ORDER BY 1"
        )
        return cursor.fetchall()
