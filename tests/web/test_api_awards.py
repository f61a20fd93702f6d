"""Awards through the API: looked for page by page, and taken back by hand once."""

from __future__ import annotations

import pytest

from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import AuditQuery, Permission
from tests.web.api_caller import PLAN_ID, Caller, caller, live_shop, order, problem

pytestmark = pytest.mark.django_db


def with_orders(program: Caller, count: int = 5) -> Caller:
    sent = [order(str(number), paid_at=f"2011-11-15T10:0{number}:00Z") for number in range(count)]
    assert program.post("orders", {"orders": sent}).status_code == 200
    return program


def search(program: Caller, **asked: str) -> list[dict]:
    query = "&".join(f"{name}={value}" for name, value in {"plan_id": PLAN_ID, **asked}.items())
    answer = program.get(f"awards?{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()["items"]


def test_awards_come_in_pages_the_last_settled_first():
    program = with_orders(caller(live_shop()))
    found, address = [], f"/api/v1/awards?plan_id={PLAN_ID}&offer_id=spend-ladder&limit=2"
    sizes = []
    while address:
        page = program.get(address).json()
        sizes.append(len(page["items"]))
        found += [award["order_id"] for award in page["items"]]
        address = page["next"]
    assert found == ["4", "3", "2", "1", "0"]
    assert sizes == [2, 2, 1]


@pytest.mark.parametrize(
    ("asked", "orders"),
    [
        ({"text": "3"}, ["3"]),
        ({"text": "c-2"}, ["2"]),
        ({"outcome": "otherwise"}, ["4", "3", "2", "1"]),
        ({"outcome": "granted"}, ["0"]),
        ({"reason": "stock:"}, ["4", "3", "2", "1"]),
        ({"kind": "gift", "since": "2011-11-15T10:02:00Z", "until": "2011-11-15T10:04:00Z"}, ["3", "2"]),
        ({"kind": "cash"}, []),
    ],
)
def test_awards_are_found_by_what_is_known_of_them(asked: dict, orders: list[str]):
    program = with_orders(caller(live_shop(("units: 150", "units: 1"))))
    assert [award["order_id"] for award in search(program, offer_id="spend-ladder", **asked)] == orders


def test_an_award_is_taken_back_once_with_a_reason_in_the_audit():
    shop = live_shop()
    program = with_orders(caller(shop), 1)
    asked = {"plan_id": PLAN_ID, "order_id": "0", "offer_id": "spend-ladder", "reason": "Agreed by telephone"}
    back = program.post("awards/claw-back", asked)
    assert back.status_code == 200
    assert back.json()["refund_id"].startswith("hand:")
    assert [item["id"] for item in back.json()["items"]] == ["mug"]
    problem(program.post("awards/claw-back", asked), 409, "nothing_to_take_back")
    (found,) = search(program, outcome="clawed_back")
    assert found["clawed_back"] == [back.json()]
    (line,) = tenancy.search_audit(shop.id, AuditQuery(text="Agreed by telephone"))
    assert line.actor == "token shop"
    assert line.origin.startswith("api ")


def test_what_was_never_awarded_cannot_be_taken_back():
    program = with_orders(caller(live_shop()), 1)
    asked = {"plan_id": PLAN_ID, "order_id": "0", "offer_id": "tea-set", "reason": "x"}
    problem(program.post("awards/claw-back", asked), 404, "award_unknown")
    problem(program.post("awards/claw-back", asked | {"plan_id": "nothing"}), 404, "campaign_unknown")
    problem(program.post("awards/claw-back", asked | {"reason": " "}), 422, "fields_wrong")


def test_an_unknown_campaign_or_filter_is_a_problem():
    program = caller(live_shop())
    problem(program.get("awards?plan_id=nothing"), 404, "campaign_unknown")
    document = problem(program.get("awards?limit=0&outcome=maybe"), 422, "fields_wrong")
    assert {each["parameter"] for each in document["errors"]} == {"plan_id", "limit", "outcome"}


def test_another_shops_awards_are_not_there():
    with_orders(caller(live_shop()))
    other = caller(live_shop(slug="others"), Permission.SEE_AWARDS, Permission.CLAW_BACK)
    assert search(other) == []
    asked = {"plan_id": PLAN_ID, "order_id": "0", "offer_id": "spend-ladder", "reason": "x"}
    problem(other.post("awards/claw-back", asked), 404, "award_unknown")
