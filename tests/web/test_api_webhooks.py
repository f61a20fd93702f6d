"""Webhooks through the API: the secret is said once, and deliveries can be seen and sent again."""

from __future__ import annotations

import pytest

from jiacan.api.models import KeptAnswer
from jiacan.webhooks import facade as webhooks
from tests.web.api_caller import OWNER, caller, gifts_shop, problem

pytestmark = pytest.mark.django_db

HOOK = {"url": "https://93.184.216.34/hooks", "kinds": ["award.granted", "stock.low"]}


def test_a_webhook_is_added_and_its_secret_is_said_once():
    program = caller(gifts_shop())
    answer = program.post("webhooks", HOOK)
    assert answer.status_code == 201
    endpoint = answer.json()["endpoint"]
    assert answer.json()["secret"].startswith("whsec_")
    assert endpoint["kinds"] == ["award.granted", "stock.low"]
    assert program.get(f"webhooks/{endpoint['id']}").json() == endpoint
    assert program.get("webhooks").json()["items"] == [endpoint]


def test_a_repeated_request_adds_nothing_and_does_not_say_the_secret_again():
    program = caller(gifts_shop())
    first = program.post("webhooks", HOOK, Idempotency_Key="k").json()
    again = program.post("webhooks", HOOK, Idempotency_Key="k").json()
    assert again == {"endpoint": first["endpoint"], "secret": None}
    assert first["secret"] not in KeptAnswer.objects.get().body
    assert len(program.get("webhooks").json()["items"]) == 1


def test_a_webhook_is_changed_and_switched_off():
    program = caller(gifts_shop())
    added = program.post("webhooks", HOOK).json()["endpoint"]
    changed = program.send("PATCH", f"webhooks/{added['id']}", {"kinds": ["stock.low"], "active": False})
    assert changed.json() == added | {"kinds": ["stock.low"], "active": False}


def test_a_new_secret_takes_the_place_of_the_old():
    program = caller(gifts_shop())
    first = program.post("webhooks", HOOK).json()
    second = program.post(f"webhooks/{first['endpoint']['id']}/secret").json()
    assert second["secret"].startswith("whsec_")
    assert second["secret"] != first["secret"]


def test_a_webhook_is_removed():
    program = caller(gifts_shop())
    number = program.post("webhooks", HOOK).json()["endpoint"]["id"]
    removed = program.send("DELETE", f"webhooks/{number}", None)
    assert (removed.status_code, removed.content) == (204, b"")
    problem(program.get(f"webhooks/{number}"), 404, "endpoint_unknown")


def test_a_private_address_is_refused():
    refused = caller(gifts_shop()).post("webhooks", HOOK | {"url": "http://127.0.0.1/hooks"})
    problem(refused, 422, "url_refused")


def test_deliveries_come_in_pages_and_can_be_sent_again():
    shop = gifts_shop()
    program = caller(shop)
    number = program.post("webhooks", HOOK).json()["endpoint"]["id"]
    sent = [webhooks.ping(shop.id, number, actor=OWNER).id for _ in range(3)]
    first = program.get(f"webhooks/{number}/deliveries?limit=2")
    second = program.get(first.json()["next"])
    assert first.headers["Link"] == f'<{first.json()["next"]}>; rel="next"'
    assert [each["id"] for each in first.json()["items"] + second.json()["items"]] == sent[::-1]
    assert second.json()["next"] is None
    assert "Link" not in second.headers
    replayed = program.post(f"webhooks/deliveries/{sent[0]}/replay")
    assert (replayed.status_code, replayed.json()["id"]) == (202, sent[0])


def test_a_cursor_of_another_list_or_shop_is_refused():
    shop = gifts_shop()
    program = caller(shop)
    number = program.post("webhooks", HOOK).json()["endpoint"]["id"]
    other = program.post("webhooks", HOOK).json()["endpoint"]["id"]
    for _ in range(2):
        webhooks.ping(shop.id, number, actor=OWNER)
    cursor = program.get(f"webhooks/{number}/deliveries?limit=1").json()["next"].split("cursor=")[1]
    problem(program.get(f"webhooks/{other}/deliveries?cursor={cursor}"), 422, "cursor_unknown")
    problem(program.get(f"webhooks/{number}/deliveries?cursor=x"), 422, "cursor_unknown")


def test_another_shops_webhook_is_not_there():
    number = caller(gifts_shop()).post("webhooks", HOOK).json()["endpoint"]["id"]
    program = caller(gifts_shop("others"))
    problem(program.get(f"webhooks/{number}"), 404, "endpoint_unknown")
    problem(program.send("DELETE", f"webhooks/{number}", None), 404, "endpoint_unknown")
    problem(program.get(f"webhooks/{number}/deliveries"), 404, "endpoint_unknown")
