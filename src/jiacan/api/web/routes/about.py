"""Whether the server answers, and what the token may do."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

from jiacan.api.web.auth import AnyToken, Call, NoToken, rate
from jiacan.api.web.operation import operation
from jiacan.api.web.shapes.about import Me, Pong, RateShape

router = Router(tags=["about"])


@operation(router, "GET", "/ping", asks=NoToken(why="says nothing"), answers={200: Pong})
def ping(request: HttpRequest) -> Pong:
    """Whether the server answers.

    An empty object, without asking the database.
    """
    return Pong()


@operation(router, "GET", "/me", asks=AnyToken(), answers={200: Me})
def me(request: Call) -> Me:
    """The token that calls.

    Its shop, its scopes, and how many requests it may send.
    """
    token, of_all = request.auth, rate()
    return Me(
        shop=token.shop.slug,
        currency=token.shop.currency,
        zone=token.shop.zone.key,
        token=token.name,
        hint=token.hint,
        scopes=sorted(token.scopes),
        created_at=token.created_at,
        rate=RateShape(requests_per_minute=of_all.per_minute, burst=of_all.burst),
    )
