"""Every query on the queue of jobs.

Jobs are put in through Django's own connection, also inside a worker, so that they stand or fall with the
transaction around them; procrastinate's app would use a connection of its own there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import Job as QueuedJob
from procrastinate.manager import JobManager
from procrastinate.sql import queries
from procrastinate.types import JSONDict

from jiacan.webhooks.contracts import Job, JobState, QueueFigures
from jiacan.webhooks.models import JobFailure

DELIVER = "webhooks.deliver"
WEBHOOKS = "webhooks"
DELIVERIES_PER_JOB = 50

_MANAGER = JobManager(DjangoConnector())
_FINISHED = ["succeeded", "failed", "cancelled", "aborted"]
_STATES = {
    JobState.WAITING: "todo",
    JobState.RUNNING: "doing",
    JobState.DONE: "succeeded",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "cancelled",
}
_STATE_OF = {name: state for state, name in _STATES.items()} | {"aborted": JobState.CANCELLED}

# A job belongs to the shop that its arguments name; one that names none is the server's own.
_JOBS = """
SELECT job.id, job.queue_name, job.task_name, job.status, job.attempts, job.scheduled_at,
       (SELECT max(event.at) FROM procrastinate_events event WHERE event.job_id = job.id) AS at,
       coalesce(failure.reason, ''), job.args ? 'shop_id'
FROM procrastinate_jobs job
LEFT JOIN webhooks_jobfailure failure ON failure.job_id = job.id AND job.status = 'failed'
WHERE coalesce((job.args ->> 'shop_id')::bigint, %(shop_id)s) = %(shop_id)s
  AND (%(status)s::text IS NULL OR job.status::text = %(status)s)
  AND (%(before)s::bigint IS NULL OR job.id < %(before)s)
ORDER BY job.id DESC
LIMIT %(limit)s
"""

_FIGURES = """
WITH open AS (
    SELECT job.id, job.status, job.scheduled_at,
           job.status = 'todo' AND coalesce(job.scheduled_at, now()) <= now() AS is_due
    FROM procrastinate_jobs job
    WHERE job.status IN ('todo', 'doing', 'failed')
      AND (%(shop_id)s::bigint IS NULL OR coalesce((job.args ->> 'shop_id')::bigint, %(shop_id)s) = %(shop_id)s)
), oldest AS (
    SELECT min(greatest(open.scheduled_at, event.at)) AS due_at
    FROM open
    JOIN LATERAL (SELECT max(at) AS at FROM procrastinate_events WHERE job_id = open.id) event ON true
    WHERE open.is_due
)
SELECT count(*) FILTER (WHERE is_due),
       count(*) FILTER (WHERE status = 'todo' AND NOT is_due),
       count(*) FILTER (WHERE status = 'doing'),
       count(*) FILTER (WHERE status = 'failed'),
       (SELECT greatest(0, extract(epoch FROM now() - due_at))::bigint FROM oldest),
       (SELECT max(last_heartbeat) FROM procrastinate_workers)
FROM open
"""


def defer(task: str, arguments: Iterable[JSONDict], *, queue: str, at: datetime | None = None) -> None:
    """Put in one job for each set of arguments, due `at`, or at once."""
    waiting = [
        QueuedJob(queue=queue, task_name=task, task_kwargs=each, scheduled_at=at, lock=None, queueing_lock=None)
        for each in arguments
    ]
    if waiting:
        _MANAGER.batch_defer_jobs(waiting)


def defer_deliveries(shop_id: int, endpoint_id: int, numbers: Sequence[int], *, at: datetime | None = None) -> None:
    """Put in the jobs that try these deliveries to one endpoint."""
    batches = [numbers[start : start + DELIVERIES_PER_JOB] for start in range(0, len(numbers), DELIVERIES_PER_JOB)]
    arguments: list[JSONDict] = [
        {"shop_id": shop_id, "endpoint_id": endpoint_id, "numbers": list(batch)} for batch in batches
    ]
    defer(DELIVER, arguments, queue=WEBHOOKS, at=at)


def find_jobs(shop_id: int, *, state: JobState | None, before: int | None, limit: int) -> tuple[Job, ...]:
    """The shop's jobs and the server's own, the newest first."""
    asked = {"shop_id": shop_id, "status": state and _STATES[state], "before": before, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(_JOBS, asked)
        return tuple(
            Job(job_id, queue, task, _STATE_OF[status], attempts, due_at, at, reason, of_shop)
            for job_id, queue, task, status, attempts, due_at, at, reason, of_shop in cursor.fetchall()
        )


def load_figures(shop_id: int | None) -> QueueFigures:
    """How the queue stands for one shop, or for all."""
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, {"shop_id": shop_id})
        waiting, scheduled, running, failed, lag_seconds, seen_at = cursor.fetchone()
    return QueueFigures(waiting, scheduled, running, failed, lag_seconds or 0, seen_at)


def find_failed_job(shop_id: int, job_id: int) -> str | None:
    """The task of the shop's own failed job, locked; the server's own are nobody's to retry."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_name FROM procrastinate_jobs "
            "WHERE id = %s AND status = 'failed' AND (args ->> 'shop_id')::bigint = %s FOR UPDATE",
            [job_id, shop_id],
        )
        row = cursor.fetchone()
    return None if row is None else row[0]


def retry(job_id: int, *, at: datetime) -> None:
    """Let a failed or stalled job run again."""
    _MANAGER.retry_job_by_id(job_id, retry_at=at)


def find_stalled(*, seconds_without_sign: int) -> tuple[int, ...]:
    """Jobs whose worker has given no sign of life for so long."""
    asked = {"queue": None, "task_name": None, "seconds_since_heartbeat": seconds_without_sign}
    with connection.cursor() as cursor:
        cursor.execute(queries["select_stalled_jobs_by_heartbeat"], asked)
        return tuple(row[0] for row in cursor.fetchall())


def delete_finished_jobs(*, hours: int) -> None:
    """Delete jobs that ended longer ago, and why they failed."""
    asked = {"statuses": _FINISHED, "queue": None, "nb_hours": hours}
    with connection.cursor() as cursor:
        cursor.execute(queries["delete_old_jobs"], asked)
        cursor.execute(
            "DELETE FROM webhooks_jobfailure failure "
            "WHERE NOT EXISTS (SELECT FROM procrastinate_jobs job WHERE job.id = failure.job_id)"
        )


def save_failure(job_id: int, *, at: datetime, reason: str) -> None:
    """Remember why a job failed last."""
    JobFailure.objects.update_or_create(job_id=job_id, defaults={"at": at, "reason": reason[:300]})
