"""Draws by the API: tickets, their results, receipts and prizes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from jiacan.campaigns.facade import online, running
from jiacan.draws.core.receipts import check_receipt
from jiacan.draws.facade import reading
from jiacan.orders.contracts import IncomingOrder, OrderLine
from jiacan.plans import facade as plans
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Permission
from tests.slices.drawing_shop import DAILY, WHO, Drawing, plan_text
from tests.web.api_caller import caller

pytestmark = pytest.mark.django_db

NONCE = {"nonce": "yfB0cGd2V0mXoKqJt8s1Zr"}


@pytest.fixture
def shop() -> Drawing:
    """A shop whose draw is on today, with tickets of six customers."""
    today = timezone.now().date()
    text = plan_text(DAILY)
    for old, days in (("2026-11-16", -1), ("2026-11-18", 1)):
        text = text.replace(old, (today + timedelta(days=days)).isoformat())
    checked = plans.check_text(text, "plan")
    assert checked.rules is not None, checked.errors
    made = tenancy.open_shop("tea", zone=checked.rules.zone, currency="CNY")
    running.go_live(made.id, checked, actor=WHO)
    now = timezone.now()
    bought = [IncomingOrder(f"o-{n}", f"c-{n}", (OrderLine("tea", 1, 100_000_000),), paid_at=now) for n in range(6)]
    online.take(made, bought, [], at=now)
    return Drawing(made)


def test_a_customer_sees_draws_and_claims(shop):
    calls = caller(shop.shop)
    (before,) = calls.get("draws/customers/c-1").json()["tickets"]
    assert (before["state"], before["number"], before["won"]) == ("unused", None, None)
    assert before["link"].endswith(f"/t/{reading.ticket_secret(shop.ticket(1))}/")
    tickets = [shop.ticket(number).issued for number in range(6)]
    drawn = [calls.post(f"draws/tickets/{each}/draw", NONCE).json() for each in tickets]
    assert [each["number"] for each in drawn] == [1, 2, 3, 4, 5, 6]
    assert calls.post(f"draws/tickets/{tickets[0]}/draw", {"nonce": "m" * 22}).json() == drawn[0]
    assert calls.get(f"draws/tickets/{tickets[0]}").json() == drawn[0]
    assert sorted(each["won"]["prize"] for each in drawn if each["won"]) == ["second", "second", "third"]
    won = next(each for each in drawn if each["won"])
    claimed = calls.post(f"draws/tickets/{won['ticket']}/claim")
    assert (claimed.status_code, claimed.json()["state"]) == (200, "claimed")
    receipt = calls.get(f"draws/tickets/{won['ticket']}/receipt").json()["text"]
    assert check_receipt(receipt.encode()).ok


def test_several_tickets_are_drawn_one_after_the_other(shop):
    calls = caller(shop.shop)
    tickets = [shop.ticket(number).issued for number in (3, 1, 4)]
    body = {"tickets": [{"ticket": each, **NONCE} for each in tickets]}
    drawn = calls.post("draws/draw", body).json()["tickets"]
    assert [(each["ticket"], each["number"]) for each in drawn] == list(zip(tickets, (1, 2, 3), strict=True))
    assert calls.post("draws/draw", body).json()["tickets"] == drawn
    assert calls.post(f"draws/tickets/{tickets[0]}/draw", NONCE).json() == drawn[0]


def test_where_one_of_several_cannot_be_drawn_none_is(shop):
    tickets = [shop.ticket(1).issued, "0" * 32]
    told = caller(shop.shop).post("draws/draw", {"tickets": [{"ticket": each, **NONCE} for each in tickets]})
    assert (told.status_code, told.json()["code"]) == (404, "chance_unknown")
    assert shop.wheel.tickets == 0


def test_what_cannot_be_is_a_problem_with_its_code(shop):
    calls = caller(shop.shop)
    ticket = shop.ticket(1).issued
    told = [
        calls.get(f"draws/tickets/{'0' * 32}"),
        calls.get(f"draws/tickets/{ticket}/receipt"),
        calls.post(f"draws/tickets/{ticket}/claim"),
        calls.post(f"draws/tickets/{ticket}/draw", {"nonce": "short"}),
    ]
    assert [(each.status_code, each.json()["code"]) for each in told] == [
        (404, "chance_unknown"),
        (409, "not_drawable"),
        (409, "not_claimable"),
        (422, "fields_wrong"),
    ]
    assert shop.wheel.tickets == 0


def test_whoever_may_only_look_draws_nothing(shop):
    calls = caller(shop.shop, Permission.SEE_DRAWS)
    assert calls.post(f"draws/tickets/{shop.ticket(1).issued}/draw", NONCE).status_code == 403
    assert shop.wheel.tickets == 0
