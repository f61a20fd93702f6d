"""What is counted while serving, over every process of the server."""

from __future__ import annotations

import os
from pathlib import Path

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess

from jiacan.kernel.stages import Stage, listen
from jiacan.project.serving.gauges import FromDatabase

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_STAGE_SECONDS = (0.0005, 0.001, 0.002, *_SECONDS)
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)

REQUESTS = Counter(
    "jiacan_requests", "Requests answered, by route, method and status.", ("route", "method", "status")
)
REQUEST_SECONDS = Histogram(
    "jiacan_request_seconds", "Time from request to answer, by route.", ("route",), buckets=_SECONDS
)
OPEN_STREAMS = Gauge("jiacan_open_streams", "Live streams open now.", multiprocess_mode="livesum")
JOBS = Counter("jiacan_jobs", "Jobs that ended, by task and result.", ("task", "result"))
JOB_SECONDS = Histogram("jiacan_job_seconds", "Time a job took.", ("task",), buckets=_SECONDS)
STAGE_SECONDS = Histogram(
    "jiacan_stage_seconds", "Time that one pass of a stage of work took.", ("stage",), buckets=_STAGE_SECONDS
)
STAGE_THINGS = Counter("jiacan_stage_things", "What passed through a stage: events, awards, requests.", ("stage",))
BATCH_SIZE = Histogram("jiacan_batch_requests", "Requests that were settled together.", buckets=_SIZES)
UNSETTLED_ORDERS = Gauge(
    "jiacan_unsettled_orders",
    "Paid orders of a live plan's time, recorded and not settled.",
    ("shop", "plan"),
    multiprocess_mode="livemostrecent",
)
UNSETTLED_SECONDS = Gauge(
    "jiacan_unsettled_seconds", "How long ago the oldest of those was paid.", multiprocess_mode="livemostrecent"
)

_seconds_of = {stage: STAGE_SECONDS.labels(stage.value) for stage in Stage}
_things_of = {stage: STAGE_THINGS.labels(stage.value) for stage in Stage}


def _count(stage: Stage, seconds: float, size: int) -> None:
    _seconds_of[stage].observe(seconds)
    _things_of[stage].inc(size)
    if stage is Stage.BATCH:
        BATCH_SIZE.observe(size)


listen(_count)


def exposition() -> bytes:
    """Everything that is counted, in Prometheus' text format."""
    asked = CollectorRegistry()
    asked.register(FromDatabase())
    folder = os.environ.get(FOLDER_VARIABLE)
    return generate_latest(counted_in(Path(folder)) if folder else REGISTRY) + generate_latest(asked)


def counted_in(folder: Path) -> CollectorRegistry:
    """What the processes that keep their counts in that folder have counted together."""
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry, str(folder))
    return registry
