"""Carts through the API: quoted, held, committed, released, and let go when their time is over."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from jiacan.campaigns.facade import online
from jiacan.offers.facade import reading as offers
from jiacan.plans import facade as plans
from jiacan.tenancy.contracts import Shop
from tests.web.api_caller import PLAN_ID, PLAN_TEXT, Caller, caller, live_shop, order, problem

pytestmark = pytest.mark.django_db


def now_on(stock: int = 150) -> Shop:
    """A shop whose campaign runs now: the reference plan's dates moved by whole weeks."""
    weeks = (timezone.now() - datetime(2011, 11, 16, tzinfo=UTC)).days // 7

    def moved(found: re.Match[str]) -> str:
        return (datetime.fromisoformat(found[0]) + timedelta(weeks=weeks)).date().isoformat()

    text = re.sub(r"2011-\d\d-\d\d", moved, PLAN_TEXT)
    return live_shop((PLAN_TEXT, text.replace("units: 150", f"units: {stock}")))


def cart(order_id: str = "1001", **changes) -> dict:
    sent = order(order_id, **changes)
    del sent["paid_at"]
    return sent


def mugs_left(shop: Shop) -> int:
    return offers.stock_left(shop.id, plans.load_rules(shop.id, PLAN_ID, 1))["mug"]


def reserve(program: Caller, order_id: str = "1001", **more) -> dict:
    answer = program.post("reservations", cart(order_id) | more)
    assert answer.status_code == 201, answer.content
    return answer.json()


def gifts(awards: list) -> list[str]:
    return [item["id"] for award in awards for item in award["items"] if item["kind"] == "gift"]


def test_a_quote_says_what_the_cart_would_get_and_what_is_missing_to_more():
    shop = now_on()
    (quote,) = caller(shop).post("quote", cart(), Accept_Language="en").json()["quotes"]
    assert quote["total"] == {"amount": "160.00", "currency": "GBP"}
    (offer,) = [each for each in quote["offers"] if each["offer_id"] == "spend-ladder"]
    assert (offer["outcome"], offer["rung"], offer["says"]) == ("granted", 1, "Given: Custom mug.")
    (step,) = [each for each in quote["next_steps"] if each["offer_id"] == "spend-ladder"]
    assert step["missing"] == {"amount": "140.00", "currency": "GBP"}
    assert mugs_left(shop) == 150


def test_what_is_reserved_is_nobody_elses():
    shop = now_on(stock=1)
    program = caller(shop)
    held = reserve(program)
    assert (held["state"], gifts(held["awards"])) == ("open", ["mug"])
    assert mugs_left(shop) == 0
    late = program.post("orders", order("1002", paid_at=timezone.now().isoformat())).json()
    assert gifts(late["awards"]) == ["sample"]
    assert program.get(f"reservations/{held['id']}").json() == held


def test_a_committed_reservation_gives_what_was_held_and_twice_the_same():
    shop = now_on(stock=1)
    program = caller(shop)
    held = reserve(program)
    paid = {"paid_at": timezone.now().isoformat()}
    committed = program.post(f"reservations/{held['id']}/commit", paid)
    assert committed.json()["reservation"]["state"] == "committed"
    assert gifts(committed.json()["awards"]) == ["mug"]
    assert program.post(f"reservations/{held['id']}/commit", paid).json() == committed.json()
    assert program.get("orders/1001").json()["paid_at"] is not None
    problem(program.post(f"reservations/{held['id']}/release"), 409, "reservation_over")
    problem(program.post("reservations", cart()), 409, "order_paid_already")


def test_a_released_reservation_is_free_again():
    shop = now_on(stock=1)
    program = caller(shop)
    held = reserve(program)
    released = program.post(f"reservations/{held['id']}/release").json()
    assert released["state"] == "released"
    assert mugs_left(shop) == 1
    assert program.post(f"reservations/{held['id']}/release").json() == released
    late = program.post(f"reservations/{held['id']}/commit", {"paid_at": timezone.now().isoformat()})
    problem(late, 409, "reservation_over")


def test_a_reservation_whose_time_is_over_cannot_be_committed():
    shop = now_on(stock=1)
    program = caller(shop)
    held = reserve(program, hold_seconds=10)
    assert online.expire_due(timezone.now() + timedelta(seconds=9)) == 0
    assert online.expire_due(timezone.now() + timedelta(seconds=11)) == 1
    assert mugs_left(shop) == 1
    late = program.post(f"reservations/{held['id']}/commit", {"paid_at": timezone.now().isoformat()})
    problem(late, 409, "reservation_over")
    assert program.get(f"reservations/{held['id']}").json()["state"] == "expired"


def test_the_same_cart_has_one_reservation():
    program = caller(now_on())
    first = reserve(program)
    assert reserve(program)["id"] == first["id"]
    other = [{"sku": "22423", "quantity": 4, "unit_price": "80.00"}]
    assert reserve(program, lines=other)["id"] != first["id"]
    assert program.get(f"reservations/{first['id']}").json()["state"] == "replaced"


@pytest.mark.parametrize("seconds", [9, 3601, "60", 60.5])
def test_a_hold_has_bounds(seconds):
    problem(caller(now_on()).post("reservations", cart() | {"hold_seconds": seconds}), 422, "fields_wrong")


def test_another_shops_reservation_is_not_there():
    held = reserve(caller(now_on()))
    other = caller(live_shop(slug="others"))
    for answer in (
        other.get(f"reservations/{held['id']}"),
        other.post(f"reservations/{held['id']}/release"),
        other.post(f"reservations/{held['id']}/commit", {"paid_at": timezone.now().isoformat()}),
    ):
        problem(answer, 404, "reservation_unknown")
