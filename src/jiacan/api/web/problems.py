"""Problem documents (RFC 9457): every answer that is no success, in the caller's language."""

from __future__ import annotations

import json
import logging
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError
from django.utils.deprecation import MiddlewareMixin
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.errors import ValidationError as NinjaInvalid
from pydantic import BaseModel, ConfigDict, Field

from jiacan.api.contracts import (
    BodyTooLarge,
    BodyUnreadable,
    Fault,
    FieldsWrong,
    MethodUnknown,
    NoSuchPage,
    RequestRefused,
    ScopeMissing,
    TokenMissing,
    TokenUnknown,
    TooManyRequests,
)
from jiacan.api.web.fields import to_field_problem
from jiacan.api.web.kinds import kind_of
from jiacan.console.facade import words
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Phrasebook

DOCS = "/api/v1/docs"
MEDIA_TYPE = "application/problem+json"

logger = logging.getLogger("jiacan.api")


class FieldError(BaseModel):
    """One field that is wrong."""

    pointer: str | None = Field(None, description="Where it stands in the body, as a JSON pointer.")
    parameter: str | None = Field(None, description="The parameter or header that is wrong.")
    code: str = Field(description="What is wrong, for programs.")
    detail: str = Field(description="What is wrong, in words.")


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": f"{DOCS}#order_unknown",
                    "title": "No such order",
                    "status": 404,
                    "detail": "There is no order 1001 here. Check the number, or send the order first.",
                    "code": "order_unknown",
                    "request_id": "5f0c6c1b2f7e4a5b9d3e8a7c6b5d4e3f",
                }
            ]
        }
    )

    type: str = Field(description="The address of what is written about this kind of problem.")
    title: str = Field(description="The kind of problem, in the language asked for by Accept-Language.")
    status: int
    detail: str = Field(description="What is wrong, where, and what to do, in the language asked for.")
    code: str = Field(description="The kind of problem, for programs; it never changes.")
    request_id: str = Field(description="What finds this request in the server's logs.")
    errors: list[FieldError] | None = Field(None, description="Each field that is wrong, where fields are.")


def request_id_of(request: HttpRequest) -> str:
    """The id by which the logs know the request."""
    known = getattr(request, "request_id", None)
    return str(known) if known else uuid4().hex


def problem_response(request: HttpRequest, error: JiacanError) -> HttpResponse:
    """The error as a problem document."""
    kind, say = kind_of(error), _words_for(request)
    document: dict[str, Any] = {
        "type": f"{DOCS}#{kind.code}",
        "title": say.say(kind.title),
        "status": kind.status,
        "detail": say.say(error.message()),
        "code": kind.code,
        "request_id": error.request_id if isinstance(error, Fault) else request_id_of(request),
    }
    if isinstance(error, FieldsWrong):
        document["errors"] = [
            {each.where: each.name, "code": each.code, "detail": say.say(each.message)} for each in error.problems
        ]
    response = HttpResponse(
        json.dumps(document, ensure_ascii=False), status=kind.status, content_type=MEDIA_TYPE, headers=_headers(error)
    )
    for name, value in getattr(request, "api_headers", {}).items():
        response.setdefault(name, value)
    return response


def _words_for(request: HttpRequest) -> Phrasebook:
    token = getattr(request, "auth", None)
    return words(None if token is None else token.shop.zone)


def _headers(error: JiacanError) -> dict[str, str]:
    match error:
        case TokenMissing():
            return {"WWW-Authenticate": 'Bearer realm="jiacan"'}
        case TokenUnknown():
            return {"WWW-Authenticate": 'Bearer realm="jiacan", error="invalid_token"'}
        case ScopeMissing(scope=scope):
            return {"WWW-Authenticate": f'Bearer realm="jiacan", error="insufficient_scope", scope="{scope}"'}
        case MethodUnknown(allowed=allowed):
            return {"Allow": allowed}
        case TooManyRequests(wait_seconds=wait):
            return {"Retry-After": str(wait)}
        case _:
            return {}


def answer_problems(api: NinjaAPI) -> None:
    """Have the API answer every error with a problem document."""
    handlers: dict[Any, Any] = {
        JiacanError: problem_response,
        NinjaInvalid: _invalid,
        RequestDataTooBig: _too_big,
        UnreadablePostError: _cut_short,
        HttpError: _http_error,
        Http404: _nothing_there,
        Exception: _fault,
    }
    for error, handler in handlers.items():
        api.add_exception_handler(error, handler)


def _invalid(request: HttpRequest, error: NinjaInvalid) -> HttpResponse:
    return problem_response(request, FieldsWrong(problems=tuple(to_field_problem(each) for each in error.errors)))


def _too_big(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem_response(request, BodyTooLarge(most_bytes=settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0))


def _cut_short(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem_response(request, BodyUnreadable(reason=str(error)))


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Ninja wraps what its parser raises."""
    cause = error.__cause__
    return problem_response(request, cause if isinstance(cause, JiacanError) else RequestRefused())


def _nothing_there(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem_response(request, NoSuchPage(path=request.path))


def _fault(request: HttpRequest, error: Exception) -> HttpResponse:
    fault = Fault(request_id=request_id_of(request))
    logger.error("api fault %s", fault.request_id, exc_info=error)
    return problem_response(request, fault)


class ProblemDocuments(MiddlewareMixin):
    """Under /api/ what Django itself refuses is a problem document too."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The response, or a problem document in its place."""
        said = response.headers.get("Content-Type", "")
        if response.status_code < 400 or not request.path_info.startswith("/api/") or said.startswith(MEDIA_TYPE):
            return response
        return problem_response(request, _reason(request, response))


def _reason(request: HttpRequest, response: HttpResponseBase) -> JiacanError:
    match response.status_code:
        case 404:
            return NoSuchPage(path=request.path)
        case 405:
            methods = sorted(each.strip() for each in response.headers.get("Allow", "").split(","))
            return MethodUnknown(method=request.method or "", allowed=", ".join(methods))
        case 413:
            return BodyTooLarge(most_bytes=settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)
        case status if status >= 500:
            return Fault(request_id=request_id_of(request))
        case _:
            return RequestRefused()
