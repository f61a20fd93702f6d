"""Who calls: a token of one shop, with the scope that the operation asks for, within its rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from jiacan.api.contracts import (
    Allowed,
    NotAcceptable,
    ScopeMissing,
    TokenMissing,
    TokenUnknown,
    TooManyRequests,
)
from jiacan.api.facade import calls
from jiacan.campaigns.facade import gathering
from jiacan.console.facade import address_of
from jiacan.kernel.rates import Rate
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, Permission, Token


@dataclass(frozen=True, slots=True)
class AnyToken:
    """Every token of a shop, whatever its scopes."""


@dataclass(frozen=True, slots=True)
class NoToken:
    """Everyone; `why` says why that is right."""

    why: str


Asks = Permission | AnyToken | NoToken
"""What an operation asks of whoever calls it."""


class Call(HttpRequest):
    """A request whose caller is known."""

    auth: Token


def actor_of(request: Call) -> Actor:
    """What the audit writes down of the caller."""
    return Actor(f"token {request.auth.name}", f"api {address_of(request)}")


_TAKES_JSON = frozenset({"*/*", "application/json"})
"""What most programs say, which need not be taken apart."""


class BearerToken:
    """Lets a request pass whose token has the scope and has not used up its rate."""

    openapi_security_schema: ClassVar[dict[str, Any]] = {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "jia_…",
        "description": "A token of one shop, made in its settings and shown once.",
    }

    def __init__(self, asks: Permission | AnyToken) -> None:
        self.asks = asks

    def __call__(self, request: HttpRequest) -> Token:
        token = _token_of(request)
        request.auth = token
        if isinstance(self.asks, Permission) and not token.may(self.asks):
            raise ScopeMissing(scope=self.asks, held=tuple(sorted(token.scopes)))
        _spend(request, token)
        accepted = request.META.get("HTTP_ACCEPT", "*/*")
        if accepted not in _TAKES_JSON and not request.accepts("application/json"):
            raise NotAcceptable(accepts=accepted)
        return token


def _token_of(request: HttpRequest) -> Token:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise TokenMissing
    token = tenancy.find_token(secret.strip(), timezone.now(), asking=gathering.elsewhere)
    if token is None:
        raise TokenUnknown
    return token


def rate() -> Rate:
    """How many requests every token may send."""
    per_minute: int = settings.API_RATE_PER_MINUTE
    return Rate(per_minute=per_minute, burst=max(1, per_minute // 10))


def _spend(request: HttpRequest, token: Token) -> None:
    of_all = rate()
    try:
        allowed = calls.let_pass(token.shop.id, token.id, of_all)
    except TooManyRequests:
        _say_rate(request, of_all, Allowed(left=0, full_in_seconds=of_all.full_seconds))
        raise
    _say_rate(request, of_all, allowed)


def _say_rate(request: HttpRequest, of_all: Rate, allowed: Allowed) -> None:
    """The headers of the IETF draft "RateLimit header fields for HTTP": the burst, and how fast it comes back."""
    request.api_headers = {
        "RateLimit-Policy": f'"token";q={of_all.burst};w={of_all.full_seconds}',
        "RateLimit": f'"token";r={allowed.left};t={allowed.full_in_seconds}',
    }
