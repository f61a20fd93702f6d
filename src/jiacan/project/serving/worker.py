"""The worker process: runs the jobs that slices put off, and those that the clock asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any

from procrastinate.app import App
from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext
from procrastinate.worker import Worker

import jiacan.project.start  # noqa: F401 - readies the models, so it comes before any facade
from jiacan.project.serving import part
from jiacan.project.serving.metrics import JOB_SECONDS, JOBS
from jiacan.webhooks import facade as webhooks

CONCURRENT_JOBS = 4
POLL_SECONDS = 2
JOBS_END_SECONDS = 5


def main() -> None:
    """Run jobs until asked to stop; what is under way may end, and what does not is handed back."""
    part.begin("worker")
    webhooks.take_over_stalled()
    asyncio.run(_work())


async def _work() -> None:
    worker_app = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    count_jobs(worker_app)
    async with worker_app.open_async():
        await worker_app.run_worker_async(
            concurrency=CONCURRENT_JOBS,
            fetch_job_polling_interval=POLL_SECONDS,
            shutdown_graceful_timeout=JOBS_END_SECONDS,
        )


def count_jobs(started: App) -> None:
    """Have every worker of the app count its jobs and their time."""
    others = started.worker_defaults.get("worker_middleware") or []
    started.worker_defaults["worker_middleware"] = [*others, _count]


async def _count(call_next: Callable[[], Awaitable[Any]], context: JobContext, worker: Worker) -> Any:
    began, result = perf_counter(), "failed"
    try:
        done = await call_next()
        result = "done"
    finally:
        JOBS.labels(context.job.task_name, result).inc()
        JOB_SECONDS.labels(context.job.task_name).observe(perf_counter() - began)
    return done
