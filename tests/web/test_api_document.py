"""The document is complete, the page made from it stands on its own, and the server keeps to both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from jiacan.api.web.document import document
from jiacan.api.web.kinds import kinds
from tests.web.api_caller import live_shop, token_of

OPERATIONS = [
    (f"{method.upper()} {path}", operation)
    for path, methods in document()["paths"].items()
    for method, operation in methods.items()
]
ids = [name for name, _ in OPERATIONS]
each_operation = pytest.mark.parametrize("operation", [operation for _, operation in OPERATIONS], ids=ids)


@each_operation
def test_every_operation_says_what_it_does_and_answers(operation: dict[str, Any]):
    assert operation["summary"]
    assert operation["description"].split("\n\n")[0] != operation["summary"]
    assert operation["tags"]
    assert any(status.startswith("2") for status in operation["responses"])
    for status, response in operation["responses"].items():
        assert response["description"]
        for content in response.get("content", {}).values():
            assert "schema" in content
            assert "example" in content
        problem = "application/problem+json" in response.get("content", {})
        assert problem == (not status.startswith("2"))
    for content in operation.get("requestBody", {}).get("content", {}).values():
        assert "example" in content


@pytest.mark.django_db
def test_the_document_is_served_and_says_openapi_3_1():
    served = Client().get("/api/v1/openapi.json")
    assert served.headers["Content-Type"] == "application/json"
    assert served.json()["openapi"] == "3.1.0"
    assert served.json()["paths"].keys() == document()["paths"].keys()


@pytest.mark.django_db
def test_the_page_has_every_operation_problem_and_shape():
    page = Client().get("/api/v1/docs").content.decode()
    for _, operation in OPERATIONS:
        assert f'id="{operation["operationId"]}"' in page
    for kind in kinds():
        assert f'id="{kind.code}"' in page
    for shape in document()["components"]["schemas"]:
        assert f'id="shape-{shape}"' in page


SCHEMA = schemathesis.openapi.from_dict(document())
SCHEMA.app = WSGIHandler()
SCHEMA.config.phases.update(phases=["examples", "fuzzing"])

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
    checks.negative_data_rejection,
    checks.missing_required_header,
    checks.unsupported_method,
    checks.ignored_auth,
]
"""All but the acceptance of whatever fits the schema: an order can be refused for what no schema says."""


@pytest.fixture
def token() -> Iterator[str]:
    """A token with every scope; the connection stays open between requests, as under Django's own client."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield token_of(live_shop())
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.django_db
@SCHEMA.parametrize()
@settings(
    max_examples=15,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_server_keeps_to_the_document(case: schemathesis.Case, token: str):
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)
