"""Pages for machines that keep watch: is the server alive, is it ready to work, and what has it counted?"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from datetime import timedelta
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST

from jiacan.console.facade import address_of, open_page
from jiacan.kernel.places import each_server
from jiacan.project.serving.metrics import exposition
from jiacan.project.serving.static import HASHED_STORAGE, MANIFEST
from jiacan.webhooks import facade as webhooks

WORKER_SEEN_WITHIN = timedelta(seconds=30)
TOKEN_VARIABLE = "JIACAN_METRICS_TOKEN"  # noqa: S105 - the variable's name


@open_page(why="whatever keeps watch over the server has no account, and nothing is told but that it lives")
def health(request: HttpRequest) -> HttpResponse:
    """Whether the process answers at all; asks nobody else."""
    return JsonResponse({"alive": True})


@open_page(why="whatever sends requests here must know when to, and nothing is told but which parts are there")
def ready(request: HttpRequest) -> HttpResponse:
    """Whether every part that a request or a job needs is there: 200, or 503 with what is missing."""
    parts = {"database": False, "migrations": False, "worker": False, "static": _static_is_there()}
    try:
        parts["worker"] = _worker_was_seen()
        parts["database"] = True
        parts["migrations"] = _migrations_are_applied()
    except DatabaseError:
        connection.close()
    is_ready = all(parts.values())
    return JsonResponse({"ready": is_ready, **parts}, status=200 if is_ready else 503)


@open_page(why="guarded by itself: only from this machine, or with the token of JIACAN_METRICS_TOKEN")
def metrics(request: HttpRequest) -> HttpResponse:
    """What was counted, in Prometheus' text format."""
    if not (_has_token(request) or _is_from_here(request)):
        return HttpResponse(status=403)
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


urlpatterns: list[URLPattern] = [
    path("health", health, name="health"),
    path("ready", ready, name="ready"),
    path("metrics", metrics, name="metrics"),
]


def _worker_was_seen() -> bool:
    """On every server: each has a queue and a worker of its own."""
    for here in each_server():
        with here:
            seen_at = webhooks.queue_of_all().worker_seen_at
        if seen_at is None or seen_at <= timezone.now() - WORKER_SEEN_WITHIN:
            return False
    return True


def _migrations_are_applied() -> bool:
    with suppress(_MigrationsMissing):
        _check_migrations()
        return True
    return False


class _MigrationsMissing(Exception):
    pass


@lru_cache(maxsize=1)
def _check_migrations() -> None:
    """Remembered once it holds: nothing takes a migration back from under a running server."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise _MigrationsMissing


def _static_is_there() -> bool:
    hashed = settings.STORAGES["staticfiles"]["BACKEND"] == HASHED_STORAGE
    return not hashed or (Path(settings.STATIC_ROOT) / MANIFEST).is_file()


def _has_token(request: HttpRequest) -> bool:
    token = os.environ.get(TOKEN_VARIABLE, "")
    said = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and secrets.compare_digest(token.encode(), said.encode())


def _is_from_here(request: HttpRequest) -> bool:
    # A proxy on this machine stands between us and somebody else, whom only trusted proxies may name.
    if not settings.TRUSTED_PROXIES and {"X-Forwarded-For", "Forwarded", "X-Real-Ip"} & set(request.headers):
        return False
    try:
        return ip_address(address_of(request)).is_loopback
    except ValueError:
        return False
