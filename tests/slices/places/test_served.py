"""A running server with shops on several database servers: requests and jobs reach each shop, also after it moved."""

from __future__ import annotations

import httpx
import pytest

from jiacan.kernel.places import at_place
from jiacan.tenancy.contracts import Permission
from tests.slices.commands import jiacan_json
from tests.slices.online_shop import assert_books_add_up, go_live, granted
from tests.slices.places.looking import rows_of
from tests.slices.served import serving, until
from tests.slices.webhook_receiver import Receiver
from tests.web.api_caller import order, token_of

pytestmark = pytest.mark.django_db


def test_orders_are_answered_and_webhooks_delivered_wherever_the_shop_is(servers, test_database_url, tmp_path):
    shop = go_live("gifts")
    secret = token_of(shop, Permission.SEND_ORDERS, Permission.MANAGE_WEBHOOKS)
    with (
        Receiver() as receiver,
        serving(tmp_path / "home", database_url=test_database_url, JIACAN_PRIVATE_WEBHOOKS="1") as served,
        httpx.Client(trust_env=False, headers={"Authorization": f"Bearer {secret}"}, timeout=30) as client,
    ):
        hook = {"url": receiver.url, "kinds": ["award.granted"]}
        assert client.post(f"{served.url}/api/v1/webhooks", json=hook).status_code == 201
        for number, place in enumerate(("main", "east", "west", "main")):
            moved = jiacan_json("shop", "move", "gifts", "--to", place, database_url=test_database_url)
            assert moved["moved"] == (number > 0)
            told = len(receiver.received)
            answer = client.post(f"{served.url}/api/v1/orders", json=order(str(number)))
            assert answer.status_code == 200, answer.text
            until(lambda told=told: len(receiver.received) > told, 60)
        with at_place(shop.id):
            assert granted(shop) == 4
            assert_books_add_up(shop)
        listed = jiacan_json("shop", "list", database_url=test_database_url)
    assert listed == [{"shop": "gifts", "server": "main", "stage": "settled", "other": None}]
    assert rows_of(servers["east"], shop.id) == {}
    assert rows_of(servers["west"], shop.id) == {}
    assert {record["part"] for record in served.records("a part started")} >= {"worker", "worker-east", "worker-west"}
