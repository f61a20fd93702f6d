"""One operation of the API: what it asks of its caller, what it answers, and that a repeated POST works once."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial, wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel

from jiacan.api.contracts import (
    MOST_KEY_CHARACTERS,
    FieldProblem,
    FieldsWrong,
    KeptAnswer,
)
from jiacan.api.facade import calls, together
from jiacan.api.web.auth import AnyToken, Asks, BearerToken, NoToken
from jiacan.api.web.kinds import Kind, learn
from jiacan.api.web.paging import headers
from jiacan.campaigns.contracts.online import Delivery, TakenAnswer
from jiacan.kernel.messages import tell
from jiacan.kernel.places import at_place
from jiacan.tenancy.contracts import Permission

View = Callable[..., Any]
SCOPE = "x-scope"
KEY_HEADER = "Idempotency-Key"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with another status than 200; `body` None is an answer without one.

    `kept` is what a repeated request is told instead, where the body has what may not be kept.
    """

    status: int
    body: BaseModel | None
    kept: BaseModel | None = None


@dataclass(frozen=True, slots=True)
class Together:
    """What an operation leaves to be settled with what arrives together with it, and the shape of its answer.

    Both may go to another process: `shape` is a function of a module, or a `partial` of one.
    """

    delivery: Delivery
    shape: Callable[[TakenAnswer], BaseModel]


def operation(
    router: Router,
    method: str,
    path: str,
    *,
    asks: Asks,
    answers: Mapping[int, Any],
    problems: Sequence[Kind] = (),
    together: bool = False,
) -> Callable[[View], View]:
    """Make the view an operation: `view(request, **what it declares)` gives a shape, or an `Answer`.

    Args:
        router: where it belongs.
        method: how it is called.
        path: where, below /api/v1.
        asks: the scope that its caller's token must have.
        answers: the shape of each success, by status.
        problems: what else it can answer than what any operation can.
        together: the view gives a `Together` and does nothing itself.
    """
    if not isinstance(asks, Permission | AnyToken | NoToken):
        raise TypeError(f"{method} {path} asks for no scope")
    learn(problems)

    def register(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, **values: Any) -> HttpResponse:
            key = _key_of(request) if method == "POST" and isinstance(asks, Permission | AnyToken) else None
            if together:
                return _respond(request, _settled(request, key, view(request, **values)))
            with nullcontext() if isinstance(asks, NoToken) else at_place(request.auth.shop.id):
                if key is None:
                    return _respond(request, _written(view(request, **values)))
                return _respond(request, _once(request, key, lambda: view(request, **values)))

        answer.is_together = together  # type: ignore[attr-defined]
        # Ninja reads a view's parameters where it is defined, which for a wrapper would be here.
        answer.__signature__ = inspect.signature(view, eval_str=True)  # type: ignore[attr-defined]
        summary, _, description = (inspect.getdoc(view) or "").partition("\n")
        router.api_operation(
            [method],
            path,
            auth=None if isinstance(asks, NoToken) else BearerToken(asks),
            response=dict(answers),
            operation_id=view.__name__,
            summary=summary.rstrip("."),
            description=description.strip() or summary,
            openapi_extra={SCOPE: _scope_name(asks), "x-problems": [kind.code for kind in problems]},
        )(answer)
        return view

    return register


def _scope_name(asks: Asks) -> str:
    match asks:
        case Permission():
            return str(asks)
        case AnyToken():
            return "any"
        case NoToken():
            return "none"


def _once(request: HttpRequest, key: str, view: Callable[[], BaseModel | Answer]) -> KeptAnswer:
    fresh: list[KeptAnswer] = []

    def work() -> KeptAnswer:
        answer = view()
        fresh.append(_written(answer))
        instead = answer.kept if isinstance(answer, Answer) else None
        return fresh[0] if instead is None else KeptAnswer(fresh[0].status, instead.model_dump_json())

    token = request.auth
    kept = calls.answer_once(token.shop.id, token.id, key=key, request_hash=_hash(request), work=work)
    return fresh[0] if fresh else _replayed(request, kept)


def _replayed(request: HttpRequest, kept: KeptAnswer) -> KeptAnswer:
    headers(request)["Idempotency-Replayed"] = "true"
    return kept


def _settled(request: HttpRequest, key: str | None, left: Together) -> KeptAnswer:
    token, write = request.auth, partial(_write, left.shape)
    if key is None:
        return together.take(token.shop, left.delivery, write=write)
    answer = together.take_once(token, left.delivery, key=key, request_hash=_hash(request), write=write)
    return _replayed(request, answer.kept) if answer.is_repeated else answer.kept


def _write(shape: Callable[[TakenAnswer], BaseModel], taken: TakenAnswer) -> KeptAnswer:
    return _written(shape(taken))


def _written(answer: BaseModel | Answer) -> KeptAnswer:
    if isinstance(answer, BaseModel):
        return KeptAnswer(HTTPStatus.OK, answer.model_dump_json())
    return KeptAnswer(answer.status, "" if answer.body is None else answer.body.model_dump_json())


def _respond(request: HttpRequest, kept: KeptAnswer) -> HttpResponse:
    response = HttpResponse(kept.body, status=kept.status, content_type="application/json")
    if not kept.body:
        del response.headers["Content-Type"]
    response.headers["Cache-Control"] = "no-store"
    for name, value in headers(request).items():
        response.headers[name] = value
    return response


def _key_of(request: HttpRequest) -> str | None:
    key = request.headers.get(KEY_HEADER)
    if key is None or (0 < len(key) <= MOST_KEY_CHARACTERS and key.isascii() and key.isprintable()):
        return key
    wrong = tell("must be 1 to {most} plain characters; a UUID is good", most=MOST_KEY_CHARACTERS)
    raise FieldsWrong(problems=(FieldProblem("parameter", KEY_HEADER, "format", wrong),))


def _hash(request: HttpRequest) -> str:
    said = f"{request.method} {request.get_full_path()}\n".encode() + request.body
    return hashlib.sha256(said).hexdigest()
