"""What the worker does for the server itself: it counts jobs, makes partitions, and forgets sessions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

from django.core.management import call_command
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext
from procrastinate.worker import Worker

from jiacan.campaigns.facade.waiting import unsettled_orders
from jiacan.kernel.periods import Period
from jiacan.kernel.places import at_place, each_server
from jiacan.kernel.stages import Stage, observe
from jiacan.project.quarters.keeping import add_quarters
from jiacan.project.serving.metrics import JOB_SECONDS, JOBS, UNSETTLED_ORDERS, UNSETTLED_SECONDS
from jiacan.tenancy import facade as tenancy

SETTLED_WITHIN = timedelta(seconds=10)
"""An order that was paid this lately may still be on its way."""
LOOK_BACK = timedelta(hours=1)

_looked_until: dict[int, datetime] = {}


@app.periodic(cron="* * * * *")
@app.task(name="serving.look_for_unsettled", queue="clock", queueing_lock="serving.look_for_unsettled")
def look_for_unsettled(timestamp: int) -> None:
    """Count the orders of the last hour that a live plan should have settled, every minute."""
    count_unsettled(timezone.now())


def count_unsettled(now: datetime) -> None:
    """Count orders paid in the hour before `now` that a live plan should have settled and has not.

    What was found settled is not looked at again, so a minute's look costs what came in that minute.
    """
    oldest_at = now
    for shop in tenancy.find_shops():
        since = max(_looked_until.get(shop.id, now - LOOK_BACK), now - LOOK_BACK)
        until = now - SETTLED_WITHIN
        with at_place(shop.id):
            waiting = unsettled_orders(shop.id, Period(since, until))
        for each in waiting:
            UNSETTLED_ORDERS.labels(shop.slug, each.plan_id).set(each.orders)
        oldest_at = min([oldest_at, *(each.oldest_at for each in waiting if each.oldest_at is not None)])
        _looked_until[shop.id] = min([until, *(each.oldest_at for each in waiting if each.oldest_at is not None)])
    UNSETTLED_SECONDS.set((now - oldest_at).total_seconds())


@app.periodic(cron="47 3 * * *")
@app.task(name="serving.forget_sessions", queue="upkeep")
def forget_sessions(timestamp: int) -> None:
    """Delete sessions that have run out, daily."""
    call_command("clearsessions")


@app.periodic(cron="23 2 * * *")
@app.task(name="serving.keep_quarters", queue="upkeep", queueing_lock="serving.keep_quarters")
def keep_quarters(timestamp: int) -> None:
    """Make the partitions that the coming quarters need on every server, daily, and look their tables over."""
    for here in each_server():
        with here:
            add_quarters(timezone.now().date())


async def _count(call_next: Callable[[], Awaitable[Any]], context: JobContext, worker: Worker) -> Any:
    due_at = _due_at(context)
    if due_at is not None:
        observe(Stage.LAG, max(0.0, (timezone.now() - due_at).total_seconds()))
    began, result = perf_counter(), "failed"
    try:
        done = await call_next()
        result = "done"
    finally:
        JOBS.labels(context.job.task_name, result).inc()
        JOB_SECONDS.labels(context.job.task_name).observe(perf_counter() - began)
    return done


def _due_at(context: JobContext) -> datetime | None:
    """When the job was to begin, where the queue says so: for what was put off, and for what the clock asks for."""
    if context.job.scheduled_at is not None:
        return context.job.scheduled_at
    clock = context.job.task_kwargs.get("timestamp")
    return datetime.fromtimestamp(clock, UTC) if isinstance(clock, int) else None


# Workers import this module when they begin; from then on they count.
app.worker_defaults["worker_middleware"] = [*app.worker_defaults.get("worker_middleware", []), _count]
