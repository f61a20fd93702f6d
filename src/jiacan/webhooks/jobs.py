"""What the worker does: it delivers, tidies, and looks after the queue itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext
from procrastinate.worker import Worker
from prometheus_client import Counter

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.places import at_place, each_server
from jiacan.kernel.stages import Stage, observe
from jiacan.tenancy.contracts import Actor
from jiacan.webhooks import facade
from jiacan.webhooks.contracts import Answer, Outcome, Trouble
from jiacan.webhooks.core.letters import Letter, Parcel, write_letter
from jiacan.webhooks.core.schedule import wait_after
from jiacan.webhooks.readers.answers import post
from jiacan.webhooks.store import deliveries, endpoints, queue
from jiacan.webhooks.store.endpoints import Receiver

Post = Callable[[Letter], Outcome]

TRIES = Counter("jiacan_webhook_tries", "Tries of webhook deliveries, by what came of them.", ("result",))

_THE_RECEIVER = Actor("webhooks", "the receiver's answer")


@app.task(name=queue.DELIVER, queue=queue.WEBHOOKS)
def deliver(shop_id: int, endpoint_id: int, numbers: list[int]) -> None:
    """Try the deliveries of those rows that are due."""
    send_due(shop_id, endpoint_id, numbers, post=_post)


@app.periodic(cron="17 3 * * *")
@app.task(name="webhooks.tidy", queue="upkeep")
def tidy(timestamp: int) -> None:
    """Delete deliveries after thirty days and finished jobs after a week, daily."""
    for here in each_server():
        with here:
            facade.tidy()


@app.periodic(cron="*/5 * * * *")
@app.task(name="webhooks.take_over_stalled", queue="upkeep")
def take_over_stalled(timestamp: int) -> None:
    """Let jobs whose worker died run again, every five minutes."""
    for here in each_server():
        with here:
            facade.take_over_stalled()


async def _keep_reason(call_next: Callable[[], Awaitable[Any]], context: JobContext, worker: Worker) -> Any:
    try:
        return await call_next()
    except Exception as error:
        if context.job.id is not None:
            await sync_to_async(facade.note_failure)(context.job.id, _reason(error))
        raise


def _reason(error: Exception) -> str:
    """The error's first line only: what follows in a database's error quotes the row."""
    if isinstance(error, JiacanError):
        return str(error)
    first_line = next(iter(str(error).splitlines()), "")
    return f"{type(error).__name__}: {first_line}" if first_line else type(error).__name__


# Workers import this module when they begin; from then on they write down why a job fails.
app.worker_defaults["worker_middleware"] = [*app.worker_defaults.get("worker_middleware", []), _keep_reason]


# --- delivering -------------------------------------------------------------------------------------------


def send_due(shop_id: int, endpoint_id: int, numbers: list[int], *, post: Post) -> None:
    """Try those of the deliveries that are due, and put what then waits in again for when it is.

    Safe to run twice: what was delivered is not sent again, and a try is counted once.
    """
    with at_place(shop_id):
        receiver = endpoints.find_receiver(shop_id, endpoint_id)
        if receiver is None:
            return
        if not receiver.endpoint.active:
            deliveries.give_up_waiting(shop_id, endpoint_id)
            return
        due = deliveries.find_due(shop_id, endpoint_id, numbers, now=timezone.now())
    known = Trouble.SECRET_LOST if receiver.secret is None else None
    for parcel in due:
        outcome = _try(shop_id, receiver, parcel, post=post, known=known)
        if isinstance(outcome, Answer) and outcome.is_farewell:
            return
        if isinstance(outcome, Trouble):
            # One address that does not answer must not keep the worker for fifty times its ten seconds.
            known = known or Trouble.HELD_BACK
    with at_place(shop_id):
        for next_try_at, waiting in deliveries.find_next_tries(shop_id, endpoint_id, numbers):
            queue.defer_deliveries(shop_id, endpoint_id, waiting, at=next_try_at)


def _try(shop_id: int, receiver: Receiver, parcel: Parcel, *, post: Post, known: Trouble | None) -> Outcome:
    started = timezone.now()
    outcome = known or post(_write(receiver, parcel, at=started))
    ended = timezone.now()
    is_over = isinstance(outcome, Answer) and (outcome.is_success or outcome.is_farewell)
    wait = None if is_over else wait_after(parcel.tries + 1)
    with at_place(shop_id), transaction.atomic():
        was_first = deliveries.add_attempt(
            shop_id,
            parcel,
            outcome=outcome,
            at=started,
            milliseconds=round((ended - started).total_seconds() * 1000),
            next_try_at=None if wait is None else ended + wait,
        )
        if was_first:
            _note(shop_id, receiver.endpoint.id, outcome, at=started)
    observe(Stage.DELIVER, (ended - started).total_seconds())
    TRIES.labels(outcome.value if isinstance(outcome, Trouble) else str(outcome.status)).inc()
    return outcome


def _write(receiver: Receiver, parcel: Parcel, *, at: datetime) -> Letter:
    return write_letter(parcel, url=receiver.endpoint.url, shop=receiver.shop, secret=receiver.secret or "", at=at)


def _note(shop_id: int, endpoint_id: int, outcome: Outcome, *, at: datetime) -> None:
    if isinstance(outcome, Answer) and outcome.is_success:
        endpoints.mark_well(shop_id, endpoint_id)
        return
    endpoints.mark_failing(shop_id, endpoint_id, since=at)
    if isinstance(outcome, Answer) and outcome.is_farewell:
        facade.update_endpoint(shop_id, endpoint_id, active=False, actor=_THE_RECEIVER)


def _post(letter: Letter) -> Outcome:
    return post(letter, private_allowed=settings.PRIVATE_WEBHOOKS)
