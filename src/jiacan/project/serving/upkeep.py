"""What the worker does for the server itself: it counts jobs, and forgets sessions that are over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any

from django.core.management import call_command
from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext
from procrastinate.worker import Worker

from jiacan.project.serving.metrics import JOB_SECONDS, JOBS


@app.periodic(cron="47 3 * * *")
@app.task(name="serving.forget_sessions", queue="upkeep")
def forget_sessions(timestamp: int) -> None:
    """Delete sessions that have run out, daily."""
    call_command("clearsessions")


async def _count(call_next: Callable[[], Awaitable[Any]], context: JobContext, worker: Worker) -> Any:
    began, result = perf_counter(), "failed"
    try:
        done = await call_next()
        result = "done"
    finally:
        JOBS.labels(context.job.task_name, result).inc()
        JOB_SECONDS.labels(context.job.task_name).observe(perf_counter() - began)
    return done


# Workers import this module when they begin; from then on they count.
app.worker_defaults["worker_middleware"] = [*app.worker_defaults.get("worker_middleware", []), _count]
