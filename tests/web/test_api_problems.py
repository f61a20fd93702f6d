"""Whatever is wrong with a call, its answer is a problem document that says so."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.utils import timezone

from jiacan.api.web.problems import MEDIA_TYPE
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Permission
from tests.web.api_caller import OWNER, Caller, caller, gifts_shop, order, problem

pytestmark = pytest.mark.django_db

CHECK = {"text": "format: jiacan.plan/1"}


def test_a_call_without_a_token_is_told_how_to_authenticate():
    refused = Caller("").get("me")
    problem(refused, 401, "token_missing")
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="jiacan"'


@pytest.mark.parametrize("said", ["Basic abc", "Bearer", "Bearer  ", "jia_abc"])
def test_what_is_no_bearer_token_is_none(said: str):
    problem(Caller("").get("me", Authorization=said), 401, "token_missing")


def test_an_unknown_token_is_refused():
    refused = Caller("jia_unknown").get("me")
    problem(refused, 401, "token_unknown")
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]


def test_a_revoked_token_is_refused_at_once():
    shop = gifts_shop()
    program = caller(shop)
    assert program.get("me").status_code == 200
    (token,) = tenancy.tokens_of(shop.id)
    tenancy.revoke_token(shop.id, token.id, actor=OWNER, at=timezone.now())
    problem(program.get("me"), 401, "token_unknown")


def test_a_token_without_the_scope_is_told_which_one_it_lacks():
    refused = caller(gifts_shop(), Permission.SEE_ORDERS).post("plans/check", CHECK)
    document = problem(refused, 403, "scope_missing")
    assert "plans.edit" in document["detail"]
    assert "orders.see" in document["detail"]
    assert 'scope="plans.edit"' in refused.headers["WWW-Authenticate"]


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/me/", "/api/v2/orders", "/api/"])
def test_an_unknown_address_is_a_problem(path: str):
    problem(Client().get(path), 404, "no_such_page")


def test_a_method_that_the_address_does_not_take_is_named_with_those_it_does():
    refused = caller(gifts_shop()).send("DELETE", "webhooks", None)
    document = problem(refused, 405, "method_unknown")
    assert refused.headers["Allow"] == "GET, POST"
    assert "GET, POST" in document["detail"]


def test_a_caller_that_takes_no_json_is_told_so():
    problem(caller(gifts_shop()).get("me", Accept="text/html"), 406, "not_acceptable")


def test_a_body_that_is_not_said_to_be_json_is_refused():
    program = caller(gifts_shop())
    document = problem(program.post("plans/check", CHECK, **{"Content-Type": "text/plain"}), 415, "not_in_json")
    assert "text/plain" in document["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nothing",
        b'{"text": NaN}',
        b'{"text": "\\ud800"}',
        b'{"text": "\xff"}',
        b"[" * 100_000,
        b'{"text":' * 5_000 + b"1" + b"}" * 5_000,
    ],
)
def test_a_body_that_is_no_json_is_refused(body: bytes):
    problem(caller(gifts_shop()).post("plans/check", body), 400, "body_unreadable")


@pytest.mark.parametrize("number", [b"9" * 5_000, b"1e999", b"-0", b"1" + b"0" * 400, b"0.1e-999999999"])
def test_an_absurd_number_is_the_callers_problem(number: bytes):
    program = caller(gifts_shop())
    body = json.dumps(order()).encode().replace(b'"quantity": 2', b'"quantity": ' + number)
    answer = program.post("orders", body)
    assert answer.status_code in (400, 422)
    assert answer.headers["Content-Type"] == MEDIA_TYPE


def test_a_body_that_is_too_large_is_refused(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
    problem(caller(gifts_shop()).post("plans/check", {"text": "x" * 1_100_000}), 413, "body_too_large")


@pytest.mark.parametrize("path", ["orders/%00", "receipts/a%00b", "customers/%07", "campaigns/A", "webhooks/0"])
def test_an_address_with_what_no_id_can_hold_is_refused(path: str):
    document = problem(caller(gifts_shop()).get(path), 422, "fields_wrong")
    assert [each["parameter"] for each in document["errors"]]


def test_each_field_that_is_wrong_is_pointed_at():
    broken = order(paid_at="2011-11-15T10:00:00", currency="pounds", surprise=1)
    broken["lines"].append({"sku": "", "quantity": 0, "unit_price": 12.5})
    document = problem(caller(gifts_shop()).post("orders", {"orders": [order(), broken]}), 422, "fields_wrong")
    found = {each["pointer"]: each["code"] for each in document["errors"]}
    assert found == {
        "#/orders/1/currency": "format",
        "#/orders/1/paid_at": "datetime_offset",
        "#/orders/1/surprise": "extra_forbidden",
        "#/orders/1/lines/1/sku": "string_too_short",
        "#/orders/1/lines/1/quantity": "greater_than_equal",
        "#/orders/1/lines/1/unit_price": "string_type",
    }
    (offset,) = (each for each in document["errors"] if each["code"] == "datetime_offset")
    assert "+08:00" in offset["detail"]


def test_a_nul_in_a_text_is_pointed_at():
    document = problem(caller(gifts_shop()).post("orders", order("10\0", customer_id="c")), 422, "fields_wrong")
    assert [each["pointer"] for each in document["errors"]] == ["#/order_id"]


def test_problems_are_in_the_language_asked_for():
    program = caller(gifts_shop())
    english = problem(program.get("nothing", Accept_Language="en"), 404, "no_such_page")
    chinese = problem(program.get("nothing", Accept_Language="zh-CN"), 404, "no_such_page")
    assert english["code"] == chinese["code"]


@pytest.mark.parametrize("key", ["", "é", "a" * 201])
def test_an_idempotency_key_that_cannot_be_one_is_refused(key: str):
    document = problem(caller(gifts_shop()).post("plans/check", CHECK, Idempotency_Key=key), 422, "fields_wrong")
    assert [each["parameter"] for each in document["errors"]] == ["Idempotency-Key"]


def test_a_repeated_key_has_the_same_answer_and_says_so():
    program = caller(gifts_shop())
    first = program.post("plans/check", CHECK, Idempotency_Key="k1")
    again = program.post("plans/check", CHECK, Idempotency_Key="k1")
    assert first.content == again.content
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    problem(program.post("plans/check", {"text": "other"}, Idempotency_Key="k1"), 422, "key_reused")


def test_every_answer_says_what_is_left_of_the_rate(settings):
    settings.API_RATE_PER_MINUTE = 30
    program = caller(gifts_shop())
    answers = [program.get("me") for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert [each.headers["RateLimit-Policy"] for each in answers] == ['"token";q=3;w=6'] * 4
    assert [each.headers["RateLimit"].split(";")[1] for each in answers] == ["r=2", "r=1", "r=0", "r=0"]
    problem(answers[3], 429, "too_many_requests")
    assert answers[3].headers["Retry-After"] == "2"


def test_a_fault_is_a_problem_that_carries_the_request_id(monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a fault")

    program = caller(gifts_shop())
    monkeypatch.setattr("jiacan.plans.facade.check_text", broken)
    document = problem(program.post("plans/check", CHECK), 500, "fault")
    assert document["request_id"] in document["detail"]
    assert "a fault" not in document["detail"]


def test_an_unknown_host_is_a_problem():
    problem(Client().get("/api/v1/ping", headers={"Host": "elsewhere.example"}), 400, "request_refused")


def test_ping_needs_no_token_and_asks_the_database_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = Client().get("/api/v1/ping")
    assert (answer.status_code, answer.json()) == (200, {})


def test_me_says_what_the_token_may():
    answer = caller(gifts_shop(), Permission.SEE_ORDERS, Permission.QUOTE).get("me").json()
    assert answer["shop"] == "gifts"
    assert answer["scopes"] == ["offers.quote", "orders.see"]
    assert answer["rate"] == {"requests_per_minute": 6000, "burst": 600}
