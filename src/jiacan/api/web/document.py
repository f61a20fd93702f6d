"""The OpenAPI document, completed: the problems, headers and examples that every operation shares."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter

from jiacan.api.contracts import MOST_KEY_CHARACTERS
from jiacan.api.web.app import api
from jiacan.api.web.examples import example_of
from jiacan.api.web.kinds import Kind, kinds
from jiacan.api.web.operation import KEY_HEADER, SCOPE
from jiacan.api.web.problems import DOCS, MEDIA_TYPE, Problem
from jiacan.tenancy.contracts import Permission

PREFIX = "api/v1/"
_REF = "#/components/schemas/{model}"
_METHODS = ("get", "post", "put", "patch", "delete")

_HEADERS = {
    "RateLimit": {
        "description": "How many requests the token may send now (`r`), and in how many seconds all are back (`t`).",
        "schema": {"type": "string"},
        "example": '"token";r=599;t=1',
    },
    "RateLimit-Policy": {
        "description": "How many requests at once (`q`), and in how many seconds they come back (`w`).",
        "schema": {"type": "string"},
        "example": '"token";q=600;w=6',
    },
    "Retry-After": {"description": "How many seconds to wait.", "schema": {"type": "integer"}},
    "WWW-Authenticate": {
        "description": "How to authenticate, and which scope is missing.",
        "schema": {"type": "string"},
    },
    "Link": {
        "description": 'The address of the next page, `rel="next"`; left out on the last.',
        "schema": {"type": "string"},
    },
    "Idempotency-Replayed": {
        "description": "`true` where the answer is that of an earlier request with the same Idempotency-Key.",
        "schema": {"type": "string", "enum": ["true"]},
    },
}

_KEY = {
    "name": KEY_HEADER,
    "in": "header",
    "required": False,
    "description": "Any text that is new for each request, such as a UUID. Sent again within a day with the same "
    "body, the request does nothing and has the same answer; with another body it is refused. Only successes are "
    "kept.",
    "schema": {"type": "string", "minLength": 1, "maxLength": MOST_KEY_CHARACTERS, "pattern": "^[ -~]+$"},
    "example": "5f0c6c1b-2f7e-4a5b-9d3e-8a7c6b5d4e3f",
}
_LANGUAGE = {
    "name": "Accept-Language",
    "in": "header",
    "required": False,
    "description": "zh or en: the language of everything that people read.",
    "schema": {"type": "string"},
    "example": "zh",
}

_MEANINGS = {
    400: "The body is no JSON, or the request is malformed.",
    401: "There is no token, or it is not known.",
    403: "The token lacks the scope.",
    404: "There is no such thing at this shop.",
    406: "The caller takes no JSON.",
    409: "It does not fit how things stand, or the first request with this Idempotency-Key is at work.",
    413: "The body is too large.",
    415: "The body is not said to be JSON.",
    422: "Something in the request is wrong.",
    429: "The token has used up its rate.",
    500: "A fault of the server; nothing of the request was kept.",
}


@cache
def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document of the API."""
    made: dict[str, Any] = api.get_openapi_schema(path_prefix=PREFIX)
    by_code = {kind.code: kind for kind in kinds()}
    made["components"]["schemas"] |= _problem_schemas()
    for path, operations in made["paths"].items():
        for method in _METHODS:
            if method in operations:
                _exemplify(operations[method], made["components"]["schemas"])
                _complete(path, method, operations[method], by_code)
    made["components"]["headers"] = _HEADERS
    made["servers"] = [{"url": "/", "description": "This server"}]
    made["tags"] = _TAGS
    return made


_TAGS = [
    {"name": "about", "description": "Whether the server answers, and what the token may do."},
    {"name": "orders", "description": "Orders and refunds come in."},
    {"name": "carts", "description": "What a cart would get, and holding it."},
    {"name": "awards", "description": "What was given, why, and taking it back."},
    {"name": "draws", "description": "Customers' tickets, drawn and claimed by the shop's own page."},
    {"name": "points", "description": "What customers have of points, how it came about, and changing it."},
    {"name": "mall", "description": "What customers can have for points: redeemed, paid, sent and cancelled."},
    {"name": "members", "description": "Links by which customers are let in to their own page."},
    {"name": "tiers", "description": "Where customers stand, and what is missing to the next tier."},
    {"name": "birthdays", "description": "Customers' birthdays, told and deleted, and what came of each."},
    {"name": "coupons", "description": "Customers' coupons, used on orders and given back, and codes in bulk."},
    {"name": "check-ins", "description": "Days of check-in challenges: tasks done, days made up, and rewards."},
    {"name": "referrals", "description": "Links for customers, whose the clicks were, and who brought whom."},
    {"name": "campaigns", "description": "What is live, and what is left."},
    {"name": "plans", "description": "Plans, checked and published."},
    {"name": "webhooks", "description": "Being told what happens."},
]


def _exemplify(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    for holder in (operation.get("requestBody", {}), *operation["responses"].values()):
        for content in holder.get("content", {}).values():
            content["example"] = example_of(content["schema"], schemas)


def _complete(path: str, method: str, operation: dict[str, Any], by_code: dict[str, Kind]) -> None:
    scope = operation[SCOPE]
    known = scope != "none"
    own = [by_code[code] for code in operation.pop("x-problems")]
    operation["parameters"] = [*(_parameter(each) for each in operation.get("parameters", [])), _LANGUAGE]
    if known and method == "post":
        operation["parameters"].append(_KEY)
    if scope in set(Permission):
        operation["description"] += f"\n\nScope: `{scope}`."
    for response in operation["responses"].values():
        response["headers"] = _headers_of_success(method, operation, known=known)
    statuses = _statuses(path, method, operation, own, known=known)
    operation["responses"] = {str(status): each for status, each in operation["responses"].items()} | {
        str(status): _problem(status, [kind for kind in own if kind.status == status]) for status in sorted(statuses)
    }


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    """An address cannot say null; a parameter is left out instead."""
    schema = parameter["schema"]
    choices = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if len(choices) == 1:
        schema = {**choices[0], **{key: each for key, each in schema.items() if key not in ("anyOf", "description")}}
    return parameter | {"schema": schema}


def _statuses(path: str, method: str, operation: dict[str, Any], own: list[Kind], *, known: bool) -> set[int]:
    statuses = {kind.status for kind in own} | {400, 500}
    if known:
        statuses |= {401, 403, 406, 429} if operation[SCOPE] != "any" else {401, 406, 429}
    if "requestBody" in operation:
        statuses |= {413, 415, 422}
    if method == "post" and known:
        statuses |= {409, 422}
    if any(each["in"] in ("path", "query") for each in operation["parameters"]):
        statuses.add(422)
    if "{" in path:
        statuses.add(404)
    return statuses


def _headers_of_success(method: str, operation: dict[str, Any], *, known: bool) -> dict[str, Any]:
    names = ["RateLimit", "RateLimit-Policy"] if known else []
    if any(each["name"] == "cursor" for each in operation["parameters"]):
        names.append("Link")
    if known and method == "post":
        names.append("Idempotency-Replayed")
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _problem(status: int, own: list[Kind]) -> dict[str, Any]:
    said = " ".join([_MEANINGS[status], *(f"`{kind.code}`: {kind.says}" for kind in own)])
    headers = {401: ["WWW-Authenticate"], 403: ["WWW-Authenticate"], 429: ["Retry-After", "RateLimit"]}.get(
        status, []
    )
    code = own[0].code if own else _USUAL[status]
    example = {
        "type": f"{DOCS}#{code}",
        "title": _MEANINGS[status].rstrip("."),
        "status": status,
        "detail": said,
        "code": code,
        "request_id": "5f0c6c1b2f7e4a5b9d3e8a7c6b5d4e3f",
    }
    return {
        "description": said,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}},
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in headers},
    }


_USUAL = {
    400: "body_unreadable",
    401: "token_unknown",
    403: "scope_missing",
    404: "no_such_page",
    406: "not_acceptable",
    409: "key_busy",
    413: "body_too_large",
    415: "not_in_json",
    422: "fields_wrong",
    429: "too_many_requests",
    500: "fault",
}


def _problem_schemas() -> dict[str, Any]:
    schema = TypeAdapter(Problem).json_schema(ref_template=_REF)
    definitions: dict[str, Any] = schema.pop("$defs", {})
    return {"Problem": schema, **definitions}
