"""The settings page of the queue: what waits, runs and failed, and how late it is."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiacan.console.contracts import Visit
from jiacan.console.facade import page, words
from jiacan.kernel.messages import Message, tell
from jiacan.tenancy.contracts import Permission
from jiacan.webhooks import facade
from jiacan.webhooks.contracts import Job, JobNotFailed, JobState, QueueFigures
from jiacan.webhooks.core.naming import JOB_STATES

PAGE_JOBS = 50
WORKER_IS_LATE_SECONDS = 60
_LOOKS = {JobState.DONE: "good", JobState.FAILED: "act", JobState.CANCELLED: "over", JobState.RUNNING: "watch"}


class JobsForm(forms.Form):
    """Which jobs are asked for; it stands in the address."""

    state = forms.TypedChoiceField(
        required=False, coerce=JobState, empty_value=None, choices=[(state.value, "") for state in JobState]
    )
    before = forms.IntegerField(required=False, min_value=1, max_value=2**62)


@dataclass(frozen=True, slots=True)
class JobLine:
    """One job in the list."""

    job: Job
    state: Message
    look: str
    can_be_retried: bool


@page(needs=Permission.SEE_JOBS)
def jobs(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The queue: figures, and the jobs that are asked for, the newest first."""
    asked = JobsForm(request.GET)
    found: tuple[Job, ...] = ()
    if asked.is_valid():
        found = facade.jobs_of(visit.shop.id, **asked.cleaned_data, limit=PAGE_JOBS + 1)
    shown, figures = found[:PAGE_JOBS], facade.queue_of(visit.shop.id)
    facts = {
        "visit": visit,
        "figures": figures,
        "worker": _worker_trouble(figures),
        "state": asked.data.get("state", ""),
        "states": JOB_STATES,
        "lines": [_line(visit, job) for job in shown],
        "is_first_page": not asked.data.get("before"),
        "older_than": shown[-1].id if len(found) > PAGE_JOBS else None,
    }
    return render(request, "webhooks/jobs.html", facts, status=200 if asked.is_valid() else 400)


@page(needs=Permission.MANAGE_WEBHOOKS)
@require_POST
def retry(request: HttpRequest, visit: Visit, job_id: int) -> HttpResponse:
    """Let a failed job run again."""
    try:
        facade.retry_job(visit.shop.id, job_id, actor=visit.actor)
    except JobNotFailed as error:
        messages.error(request, words().say(error.message()))
    else:
        messages.success(request, words().say(tell("Job {id} waits to run again.", id=str(job_id))))
    return redirect("settings-jobs", shop=visit.shop.slug)


def _worker_trouble(figures: QueueFigures) -> Message | None:
    """What is wrong with the workers, where something is."""
    if figures.worker_seen_at is None:
        return tell("No worker has run on this database yet, so nothing is done. `jiacan serve` starts one.")
    if (timezone.now() - figures.worker_seen_at).total_seconds() < WORKER_IS_LATE_SECONDS:
        return None
    return tell(
        "No worker has given a sign of life since {seen}; nothing is done until one runs. `jiacan serve` starts one.",
        seen=figures.worker_seen_at,
    )


def _line(visit: Visit, job: Job) -> JobLine:
    can_be_retried = job.state is JobState.FAILED and job.of_shop and visit.may(Permission.MANAGE_WEBHOOKS)
    return JobLine(job, JOB_STATES[job.state], _LOOKS.get(job.state, ""), can_be_retried)
