"""Orders and refunds through the API: recorded, awarded once, explained, and taken back."""

from __future__ import annotations

import pytest
from django.test import Client

from jiacan.offers.facade import reading as offers
from jiacan.plans import facade as plans
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Permission
from tests.web.api_caller import PLAN_ID, caller, live_shop, order, problem

pytestmark = pytest.mark.django_db

MUG = {
    "kind": "gift",
    "id": "mug",
    "quantity": 1,
    "amount": {"amount": "3.20", "currency": "GBP"},
    "valid_days": None,
}


def ladder(answer: dict) -> dict:
    (award,) = [award for award in answer["awards"] if award["offer_id"] == "spend-ladder"]
    return award


def mugs_left(shop) -> int:
    return offers.stock_left(shop.id, plans.load_rules(shop.id, PLAN_ID, 1))["mug"]


def test_a_paid_order_earns_a_mug():
    shop = live_shop()
    answer = caller(shop, Permission.SEND_ORDERS).post("orders", order())
    assert answer.status_code == 200
    assert (answer.json()["order_id"], answer.json()["state"]) == ("1001", "new")
    award = ladder(answer.json())
    assert (award["outcome"], award["rung"], award["reason"]) == ("granted", 1, None)
    assert award["spend"] == {"amount": "160.00", "currency": "GBP"}
    assert award["at"] == "2011-11-15T10:00:00Z"
    assert award["items"] == [MUG]
    assert mugs_left(shop) == 149


def test_a_second_delivery_earns_nothing_and_is_answered_the_same():
    shop = live_shop()
    program = caller(shop)
    first, again = program.post("orders", order()).json(), program.post("orders", order()).json()
    assert again == first | {"state": "known"}
    assert mugs_left(shop) == 149


def test_a_repeated_key_gives_the_first_answer():
    shop = live_shop()
    program = caller(shop)
    first = program.post("orders", order(), Idempotency_Key="k")
    assert program.post("orders", order(), Idempotency_Key="k").content == first.content
    problem(program.post("orders", order(customer_id="other"), Idempotency_Key="k"), 422, "key_reused")
    assert mugs_left(shop) == 149


def test_an_order_is_awarded_when_it_is_paid():
    program = caller(live_shop())
    placed = program.post("orders", order(paid_at=None)).json()
    assert (placed["state"], placed["awards"]) == ("new", [])
    paid = program.post("orders", order()).json()
    assert paid["state"] == "completed"
    assert ladder(paid)["outcome"] == "granted"


def test_a_batch_is_answered_in_its_order_and_a_conflict_does_not_stop_it():
    shop = live_shop()
    program = caller(shop)
    program.post("orders", order("2"))
    changed = order("2", lines=[{"sku": "other", "quantity": 1, "unit_price": "200"}])
    answer = program.post("orders", {"orders": [order("3"), changed, order("1")]}).json()
    assert [(each["order_id"], each["state"]) for each in answer["orders"]] == [
        ("3", "new"),
        ("2", "conflict"),
        ("1", "new"),
    ]
    assert mugs_left(shop) == 147


def test_a_thousand_orders_fit_into_a_batch_and_one_more_does_not():
    shop = live_shop()
    program = caller(shop)
    answer = program.post("orders", {"orders": [order(str(number)) for number in range(1000)]}).json()
    outcomes = [ladder(each)["outcome"] for each in answer["orders"]]
    assert (outcomes.count("granted"), outcomes.count("otherwise")) == (150, 400)
    assert {ladder(each)["reason"] for each in answer["orders"]} == {None, "stock:mug"}
    refused = program.post("orders", {"orders": [order(str(number)) for number in range(1001)]})
    document = problem(refused, 422, "fields_wrong")
    assert [each["pointer"] for each in document["errors"]] == ["#/orders"]


def test_amounts_are_exact():
    program = caller(live_shop())
    lines = [{"sku": "a", "quantity": 3, "unit_price": "0.333333", "discount": "0.01"}]
    program.post("orders", order(lines=lines, shipping="4.95"))
    found = program.get("orders/1001").json()
    assert found["lines"][0]["unit_price"] == {"amount": "0.333333", "currency": "GBP"}
    assert found["lines"][0]["discount"] == {"amount": "0.01", "currency": "GBP"}
    assert found["spend"] == {"amount": "0.99", "currency": "GBP"}
    assert found["shipping"] == {"amount": "4.95", "currency": "GBP"}


def test_an_order_in_another_currency_is_refused():
    program = caller(live_shop())
    problem(program.post("orders", order(currency="CNY")), 422, "other_currency")
    problem(program.get("orders/1001"), 404, "order_unknown")


def test_a_shop_without_a_plan_has_no_currency_yet():
    problem(caller(tenancy.open_shop("bare")).post("orders", order()), 409, "no_currency")


def test_an_order_that_cannot_be_recorded_is_refused_in_words():
    lines = [{"sku": "a", "quantity": 1, "unit_price": "1", "discount": "2"}]
    document = problem(caller(live_shop()).post("orders", order(lines=lines)), 422, "order_unusable")
    assert "1001" in document["detail"]


def test_an_order_number_may_have_anything_printable_in_it():
    program = caller(live_shop())
    odd = "2011/11 № 7?#%"
    assert program.post("orders", order(odd)).status_code == 200
    path = "2011%2F11%20%E2%84%96%207%3F%23%25"
    assert program.get(f"orders/{path}").json()["order_id"] == odd
    assert program.get(f"receipts/{path}").json()["order_id"] == odd


def test_a_refund_takes_the_mug_back():
    shop = live_shop()
    program = caller(shop)
    program.post("orders", order())
    refund = {
        "refund_id": "r-1",
        "order_id": "1001",
        "currency": "GBP",
        "refunded_at": "2011-11-20T10:00:00+08:00",
        "lines": [{"sku": "22423", "quantity": 1, "amount": "80.00"}],
    }
    answer = program.post("refunds", refund).json()
    assert (answer["state"], answer["refund_id"]) == ("new", "r-1")
    back = next(each for each in answer["claw_backs"] if each["offer_id"] == "spend-ladder")
    assert back["items"] == [MUG]
    assert back["at"] == "2011-11-20T02:00:00Z"
    again = program.post("refunds", {"refunds": [refund]}).json()
    assert again == {"refunds": [answer | {"state": "known"}]}
    (recorded,) = program.get("orders/1001").json()["refunds"]
    assert recorded["lines"] == [{"sku": "22423", "quantity": 1, "amount": {"amount": "80.00", "currency": "GBP"}}]


def test_a_receipt_is_in_words_of_the_language_asked_for_and_in_facts():
    program = caller(live_shop())
    program.post("orders", order())
    english = program.get("receipts/1001", Accept_Language="en").json()["receipts"][0]
    chinese = program.get("receipts/1001", Accept_Language="zh").json()["receipts"][0]
    says = {line["offer_id"]: (line["offer"], line["says"]) for line in english["lines"]}
    assert says["spend-ladder"] == ("Spend more, get more", "Given: Custom mug.")
    assert {line["offer_id"]: line["offer"] for line in chinese["lines"]}["spend-ladder"] == "订单满额加餐"
    assert english["awards"] == chinese["awards"]
    assert says["tea-set"][1].startswith("Not met: ")


def test_a_receipt_has_the_link_that_its_customer_can_open():
    program = caller(live_shop())
    program.post("orders", order())
    link = program.get("receipts/1001").json()["link"]
    assert link.startswith("http://testserver/r/")
    page = Client().get(link.removeprefix("http://testserver"))
    assert page.status_code == 200
    assert "1001" in page.content.decode()


def test_receipts_of_unknown_and_unpaid_orders_are_problems():
    program = caller(live_shop())
    problem(program.get("receipts/1001"), 404, "order_unknown")
    program.post("orders", order(paid_at=None))
    problem(program.get("receipts/1001"), 409, "order_not_paid")


def test_a_customer_has_what_their_orders_earned():
    program = caller(live_shop())
    program.post("orders", order())
    answer = program.get("customers/c-1001", Accept_Language="en").json()
    (statement,) = answer["statements"]
    assert statement["plan_id"] == PLAN_ID
    assert [each["order_id"] for each in statement["orders"]] == ["1001"]
    assert statement["has"]
    problem(program.get("customers/nobody"), 404, "customer_unknown")


def test_a_campaign_tells_what_came_of_the_orders():
    program = caller(live_shop())
    program.post("orders", order())
    answer = program.get(f"campaigns/{PLAN_ID}").json()
    assert (answer["orders"], answer["new_customers"]) == (1, 1)
    assert answer["spend"] == {"amount": "160.00", "currency": "GBP"}
    (mug,) = [item for item in answer["stock"] if item["id"] == "mug"]
    assert mug["left"] == 149
    (gifts,) = [line for line in answer["budget"] if line["id"] == "gifts"]
    assert (gifts["spent"]["amount"], gifts["left"]["amount"]) == ("3.20", "896.80")
    (ladder_total,) = [total for total in answer["outcomes"] if total["offer_id"] == "spend-ladder"]
    assert (ladder_total["outcome"], ladder_total["awards"]) == ("granted", 1)


def test_another_shops_order_and_customer_are_not_there():
    caller(live_shop()).post("orders", order())
    other = caller(live_shop(slug="others"))
    problem(other.get("orders/1001"), 404, "order_unknown")
    problem(other.get("receipts/1001"), 404, "order_unknown")
    problem(other.get("customers/c-1001"), 404, "customer_unknown")
