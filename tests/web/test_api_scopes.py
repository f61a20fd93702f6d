"""Who may call what: every operation of the document × every scope × own shop, other shop, no token.

The operations come from the OpenAPI document, so that one without a scope fails here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import URLPattern
from ninja import Router

from jiacan.api.web.document import document
from jiacan.api.web.examples import example_of
from jiacan.api.web.operation import operation
from jiacan.api.web.urls import urlpatterns
from jiacan.console.contracts import Open
from jiacan.tenancy.contracts import Permission
from tests.web.api_caller import Caller, caller, gifts_shop, problem

METHODS = ("get", "post", "put", "patch", "delete")
ANY, NONE = "any", "none"


@dataclass(frozen=True)
class Operation:
    """One operation of the document, with an address and a body to call it by."""

    method: str
    path: str
    scope: str
    secured: bool
    body: Any

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def operations() -> list[Operation]:
    described = document()
    schemas = described["components"]["schemas"]
    found = []
    for path, methods in described["paths"].items():
        for method in METHODS:
            if method not in methods:
                continue
            each = methods[method]
            schema = each.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            address = path
            for parameter in each["parameters"]:
                if parameter["in"] == "path":
                    address = address.replace(f"{{{parameter['name']}}}", filled(parameter["schema"]))
            if any(parameter["name"] == "plan_id" and parameter["in"] == "query" for parameter in each["parameters"]):
                address += "?plan_id=some-plan"
            body = None if schema is None else example_of(schema, schemas)
            found.append(Operation(method.upper(), address, each["x-scope"], bool(each.get("security")), body))
    return found


def filled(schema: dict[str, Any]) -> str:
    if schema.get("type") == "integer":
        return "1"
    if schema.get("format") == "uuid":
        return "00000000-0000-4000-8000-000000000000"
    return "dlv_1" if "dlv_" in schema.get("pattern", "") else "something"


OPERATIONS = operations()
SCOPED = [each for each in OPERATIONS if each.scope not in (ANY, NONE)]


def test_every_operation_says_what_it_asks_for():
    known = {*Permission, ANY, NONE}
    assert [str(each) for each in OPERATIONS if each.scope not in known] == []
    assert [str(each) for each in OPERATIONS if each.secured == (each.scope == NONE)] == []
    assert [str(each) for each in OPERATIONS if each.scope == NONE] == ["GET /api/v1/ping"]
    assert [str(each) for each in OPERATIONS if each.scope == ANY] == ["GET /api/v1/me"]


def test_an_operation_without_a_scope_cannot_be_made():
    with pytest.raises(TypeError, match="asks for no scope"):
        operation(Router(), "GET", "/open", asks=None, answers={200: None})  # type: ignore[arg-type]


def test_every_address_of_the_api_is_in_the_document_or_its_own_page():
    own = {"docs", "openapi.json"}
    described = {path.removeprefix("/api/v1/") for path in document()["paths"]}
    served = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(pattern.pattern)) for pattern in urlpatterns}
    assert served == described | own
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        assert isinstance(pattern.callback.access, Open)
        assert pattern.callback.access.why


@pytest.mark.django_db
@pytest.mark.parametrize("called", [each for each in OPERATIONS if each.scope != NONE], ids=str)
def test_without_a_token_nothing_is_answered(called: Operation):
    problem(Caller("").send(called.method, called.path, called.body), 401, "token_missing")


@pytest.mark.django_db
@pytest.mark.parametrize("called", SCOPED, ids=str)
def test_every_other_scope_together_is_not_enough(called: Operation):
    others = [scope for scope in Permission if scope != called.scope]
    refused = caller(gifts_shop(), *others).send(called.method, called.path, called.body)
    document_ = problem(refused, 403, "scope_missing")
    assert called.scope in document_["detail"]


@pytest.mark.django_db
@pytest.mark.parametrize("called", SCOPED, ids=str)
def test_the_scope_alone_is_enough(called: Operation):
    answer = caller(gifts_shop(), Permission(called.scope)).send(called.method, called.path, called.body)
    assert answer.status_code not in (401, 403, 405, 500), answer.content
