"""Telling other systems what happened: who wants to know, what is on its way, what became of it; and the queue."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, Secret
from jiacan.webhooks.contracts import (
    PING,
    Attempt,
    Backlog,
    Delivery,
    DeliveryUnknown,
    Endpoint,
    EndpointOff,
    EndpointUnknown,
    EventKind,
    Job,
    JobNotFailed,
    JobState,
    NothingWanted,
    QueueFigures,
    TooManyEndpoints,
    UrlRefused,
    WebhookEvent,
)
from jiacan.webhooks.core.letters import NewDelivery, address_events, new_delivery
from jiacan.webhooks.core.targets import parse_target, refuse_address
from jiacan.webhooks.readers.names import Resolver, resolve
from jiacan.webhooks.store import deliveries, endpoints, queue

MOST_ENDPOINTS = 20
KEEP_DELIVERIES_DAYS = 30
KEEP_JOBS_HOURS = 7 * 24
WORKER_IS_GONE_SECONDS = 60

# --- announcing -------------------------------------------------------------------------------------------


def wanted(shop_id: int) -> frozenset[EventKind]:
    """What some active endpoint of the shop asked for; one cheap query, so that nothing else need be built."""
    return endpoints.find_wanted(shop_id)


def announce(shop_id: int, events: Iterable[WebhookEvent]) -> None:
    """Put the events on their way to every active endpoint that asked for them; an event counts once.

    Part of the caller's transaction: nothing is sent unless that is committed.
    """
    new = address_events(shop_id, events, endpoints.find_endpoints(shop_id))
    if new:
        with transaction.atomic():
            _put_on_their_way(shop_id, new)


def ping(shop_id: int, endpoint_id: int, *, actor: Actor) -> Delivery:
    """Send a test delivery to the endpoint, whatever kinds it asked for.

    Raises:
        EndpointUnknown: the shop has no such endpoint.
        EndpointOff: it is switched off.
    """
    now = timezone.now()
    with transaction.atomic():
        endpoint = _lock_active(shop_id, endpoint_id)
        test = new_delivery(shop_id, endpoint_id, kind=PING, subject=f"webhook {endpoint_id}", at=now, data={})
        _put_on_their_way(shop_id, [test])
        _audit(shop_id, endpoint, "webhook tested", actor=actor)
    return _get_delivery(shop_id, test.id)


def replay(shop_id: int, delivery_id: str, *, actor: Actor) -> Delivery:
    """Send a delivery again, with its id and its words, whatever became of it before.

    Raises:
        DeliveryUnknown: the shop has no such delivery, or it was deleted by age.
        EndpointOff: its endpoint is switched off.
    """
    with transaction.atomic():
        endpoint = _lock_active(shop_id, _get_delivery(shop_id, delivery_id).endpoint_id)
        number = deliveries.start_again(shop_id, delivery_id, at=timezone.now())
        if number is None:
            raise DeliveryUnknown(delivery_id=delivery_id)
        queue.defer_deliveries(shop_id, endpoint.id, [number])
        _audit(shop_id, endpoint, "webhook replayed", actor=actor, after={"delivery": delivery_id})
    return _get_delivery(shop_id, delivery_id)


# --- endpoints --------------------------------------------------------------------------------------------


def add_endpoint(
    shop_id: int,
    *,
    url: str,
    kinds: Collection[EventKind],
    actor: Actor,
    at: datetime,
    resolver: Resolver = resolve,
) -> tuple[Endpoint, Secret]:
    """A new endpoint, active, and the secret it is signed with, which is shown this once.

    Raises:
        UrlRefused: webhooks may not go there.
        NothingWanted: no kind was chosen.
        TooManyEndpoints: the shop has as many as it may.
    """
    _check_url(url, resolver)
    _check_kinds(kinds)
    secret = _new_secret()
    with transaction.atomic():
        if endpoints.count_endpoints(shop_id) >= MOST_ENDPOINTS:
            raise TooManyEndpoints(limit=MOST_ENDPOINTS)
        endpoint = endpoints.add_endpoint(shop_id, url=url, kinds=kinds, secret=secret, created_by=actor.name, at=at)
        _audit(shop_id, endpoint, "webhook added", actor=actor, after=_shown(endpoint))
    return endpoint, Secret(secret)


def endpoints_of(shop_id: int) -> tuple[Endpoint, ...]:
    """The shop's endpoints, the oldest first."""
    return endpoints.find_endpoints(shop_id)


def find_endpoint(shop_id: int, endpoint_id: int) -> Endpoint | None:
    """One of the shop's endpoints."""
    return endpoints.find_endpoint(shop_id, endpoint_id)


def update_endpoint(
    shop_id: int,
    endpoint_id: int,
    *,
    actor: Actor,
    url: str | None = None,
    kinds: Collection[EventKind] | None = None,
    active: bool | None = None,
    resolver: Resolver = resolve,
) -> Endpoint:
    """Change what is given and leave the rest. Switched off, what waits for it is given up.

    Raises:
        EndpointUnknown: the shop has no such endpoint.
        UrlRefused: webhooks may not go there.
        NothingWanted: no kind is left.
    """
    if url is not None:
        _check_url(url, resolver)
    if kinds is not None:
        _check_kinds(kinds)
    with transaction.atomic():
        before = _lock(shop_id, endpoint_id)
        after = replace(
            before,
            url=before.url if url is None else url,
            kinds=before.kinds if kinds is None else frozenset(kinds),
            active=before.active if active is None else active,
        )
        if after == before:
            return before
        if after.url != before.url or (after.active and not before.active):
            after = replace(after, failing_since=None)
        endpoints.save_endpoint(shop_id, after)
        if not after.active:
            deliveries.give_up_waiting(shop_id, endpoint_id)
        _audit(shop_id, after, "webhook changed", actor=actor, before=_shown(before), after=_shown(after))
    return after


def rotate_secret(shop_id: int, endpoint_id: int, *, actor: Actor) -> Secret:
    """Sign with a new secret from now on; it is shown this once, and the old one is of no more use.

    Raises:
        EndpointUnknown: the shop has no such endpoint.
    """
    secret = _new_secret()
    with transaction.atomic():
        endpoint = _lock(shop_id, endpoint_id)
        endpoints.save_secret(shop_id, endpoint_id, secret)
        _audit(shop_id, endpoint, "webhook secret changed", actor=actor)
    return Secret(secret)


def remove_endpoint(shop_id: int, endpoint_id: int, *, actor: Actor) -> None:
    """Remove the endpoint with its deliveries, also those on their way.

    Raises:
        EndpointUnknown: the shop has no such endpoint.
    """
    with transaction.atomic():
        endpoint = _lock(shop_id, endpoint_id)
        deliveries.delete_deliveries(shop_id, endpoint_id)
        endpoints.delete_endpoint(shop_id, endpoint_id)
        _audit(shop_id, endpoint, "webhook removed", actor=actor, before=_shown(endpoint))


# --- the log ----------------------------------------------------------------------------------------------


def deliveries_of(
    shop_id: int, endpoint_id: int, *, before: str | None = None, limit: int = 50
) -> tuple[Delivery, ...]:
    """The endpoint's deliveries of the last thirty days, the newest first; `before` is the last id of the page."""
    return deliveries.find_deliveries(shop_id, endpoint_id, before=before, limit=limit)


def find_delivery(shop_id: int, delivery_id: str) -> Delivery | None:
    """One delivery of the shop."""
    return deliveries.find_delivery(shop_id, delivery_id)


def attempts_of(shop_id: int, delivery_id: str) -> tuple[Attempt, ...]:
    """Every try of the delivery, the first one first."""
    return deliveries.find_attempts(shop_id, delivery_id)


# --- jobs -------------------------------------------------------------------------------------------------


def defer(task: str, arguments: Iterable[Mapping[str, Any]], *, queue_name: str, at: datetime | None = None) -> None:
    """Put in one job for each set of arguments, due `at` or at once; part of the caller's transaction.

    A job that works for one shop names it as `shop_id`, its number. Every task must bear being run twice.
    """
    queue.defer(task, [dict(each) for each in arguments], queue=queue_name, at=at)


def jobs_of(
    shop_id: int, *, state: JobState | None = None, before: int | None = None, limit: int = 50
) -> tuple[Job, ...]:
    """The shop's jobs and the server's own of the last week, the newest first; `before` is the page's last number."""
    return queue.find_jobs(shop_id, state=state, before=before, limit=limit)


def queue_of(shop_id: int) -> QueueFigures:
    """How the queue stands for the shop, the server's own jobs included."""
    return queue.load_figures(shop_id)


def backlog_of_all(*, failing_for: timedelta = timedelta(hours=1)) -> Backlog:
    """The deliveries on their way in every shop together, and how many endpoints have failed for that long."""
    now = timezone.now()
    return deliveries.load_backlog(now=now, failing_before=now - failing_for)


def queue_of_all() -> QueueFigures:
    """How the queue stands for every shop together."""
    return queue.load_figures(None)


def retry_job(shop_id: int, job_id: int, *, actor: Actor) -> None:
    """Let a failed job of the shop run again, at once.

    Raises:
        JobNotFailed: the shop has no such job, or it has not failed.
    """
    with transaction.atomic():
        task = queue.find_failed_job(shop_id, job_id)
        if task is None:
            raise JobNotFailed(job_id=job_id)
        queue.retry(job_id, at=timezone.now())
        tenancy.audit(shop_id, actor=actor, action="job retried", subject=f"job {job_id}", after={"task": task})


def note_failure(job_id: int, reason: str) -> None:
    """Remember why a job failed last."""
    queue.save_failure(job_id, at=timezone.now(), reason=reason)


def take_over_stalled() -> int:
    """Let jobs run again whose worker died; says how many."""
    now = timezone.now()
    with transaction.atomic():
        stalled = queue.find_stalled(seconds_without_sign=WORKER_IS_GONE_SECONDS)
        for job_id in stalled:
            queue.retry(job_id, at=now)
    return len(stalled)


def tidy() -> None:
    """Delete deliveries after thirty days and finished jobs after a week, in every shop."""
    deliveries.delete_old_deliveries(days=KEEP_DELIVERIES_DAYS, now=timezone.now())
    queue.delete_finished_jobs(hours=KEEP_JOBS_HOURS)


# --- parts ------------------------------------------------------------------------------------------------


def _put_on_their_way(shop_id: int, new: Sequence[NewDelivery]) -> None:
    for endpoint_id, numbers in deliveries.add_deliveries(shop_id, new).items():
        queue.defer_deliveries(shop_id, endpoint_id, numbers)


def _check_kinds(kinds: Collection[EventKind]) -> None:
    if not kinds:
        raise NothingWanted


def _check_url(url: str, resolver: Resolver) -> None:
    target = parse_target(url)
    # A name without an address yet may get one; each delivery asks again.
    for address in resolver(target.host, target.port):
        reason = refuse_address(address, private_allowed=settings.PRIVATE_WEBHOOKS)
        if reason is not None:
            raise UrlRefused(url=url, reason=reason)


def _new_secret() -> str:
    return f"whsec_{secrets.token_urlsafe(32)}"


def _lock(shop_id: int, endpoint_id: int) -> Endpoint:
    endpoint = endpoints.lock_endpoint(shop_id, endpoint_id)
    if endpoint is None:
        raise EndpointUnknown(endpoint_id=endpoint_id)
    return endpoint


def _lock_active(shop_id: int, endpoint_id: int) -> Endpoint:
    endpoint = _lock(shop_id, endpoint_id)
    if not endpoint.active:
        raise EndpointOff(url=endpoint.url)
    return endpoint


def _get_delivery(shop_id: int, delivery_id: str) -> Delivery:
    delivery = deliveries.find_delivery(shop_id, delivery_id)
    if delivery is None:
        raise DeliveryUnknown(delivery_id=delivery_id)
    return delivery


def _shown(endpoint: Endpoint) -> dict[str, object]:
    return {"url": endpoint.url, "kinds": sorted(endpoint.kinds), "active": endpoint.active}


def _audit(
    shop_id: int,
    endpoint: Endpoint,
    action: str,
    *,
    actor: Actor,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    tenancy.audit(shop_id, actor=actor, action=action, subject=f"webhook {endpoint.id}", before=before, after=after)
