"""The first middleware: names each request, writes its line in the log, counts it, and refuses what is too large."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.decorators import sync_and_async_middleware
from structlog.contextvars import bound_contextvars

from jiacan.console.web.frame import too_large
from jiacan.project.serving.metrics import REQUEST_SECONDS, REQUESTS

REQUEST_ID_HEADER = "X-Request-ID"
API_PREFIX = "/api/"
QUIET_ROUTES = frozenset({"health", "ready", "metrics", "static"})
"""Asked every few seconds, or twenty times a page: written down only where something is wrong."""

_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")
_log = logging.getLogger("jiacan.requests")

Answering = Callable[[HttpRequest], Any]


class _Answer:
    response: HttpResponseBase


@sync_and_async_middleware
def watched(get_response: Answering) -> Answering:
    """Django's middleware, for synchronous pages and for streams alike."""
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            with _watch(request) as answer:
                answer.response = _refusal(request) or await get_response(request)
            return answer.response

        return answer_async

    def answer_sync(request: HttpRequest) -> HttpResponseBase:
        with _watch(request) as answer:
            answer.response = _refusal(request) or get_response(request)
        return answer.response

    return answer_sync


def route_of(request: HttpRequest) -> str:
    """The pattern of the address: paths themselves may hold secrets and are never written down."""
    if request.resolver_match is not None:
        return request.resolver_match.route or "/"
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "unmatched"


@contextmanager
def _watch(request: HttpRequest) -> Iterator[_Answer]:
    asked = request.headers.get(REQUEST_ID_HEADER, "")
    request.request_id = asked if _WELL_FORMED.fullmatch(asked) else secrets.token_hex(8)
    answer, began = _Answer(), perf_counter()
    with bound_contextvars(request_id=request.request_id):
        yield answer
        _write_down(request, answer.response, perf_counter() - began)


def _write_down(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    response.headers[REQUEST_ID_HEADER] = request.request_id
    route, status = route_of(request), response.status_code
    REQUESTS.labels(route, request.method or "", str(status)).inc()
    REQUEST_SECONDS.labels(route).observe(seconds)
    quiet = route in QUIET_ROUTES and status < 500
    match = request.resolver_match
    facts = {
        "method": request.method,
        "route": route,
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
        "shop": match.kwargs.get("shop") if match is not None else None,
        "person": _person(request),
    }
    _log.log(
        logging.DEBUG if quiet else logging.INFO,
        "request",
        extra={name: fact for name, fact in facts.items() if fact is not None},
    )


def _person(request: HttpRequest) -> int | None:
    # Only where the page has asked already: the log must not cost a query.
    person = getattr(request, "_cached_user", None) or getattr(request, "_acached_user", None)
    return getattr(person, "pk", None)


def _refusal(request: HttpRequest) -> HttpResponseBase | None:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) <= settings.MAX_UPLOAD_BYTES:
        return None
    if request.path_info.startswith(API_PREFIX):
        facts = {"type": "about:blank", "title": "Content Too Large", "status": 413, "code": "too_large"}
        return JsonResponse(facts, status=413, content_type="application/problem+json")
    return too_large(request)
