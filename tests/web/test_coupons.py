"""Coupons by API and on the staff's pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from jiacan.campaigns.facade import coupons, online
from jiacan.members.contracts.coupons import Coupon, NewBatch
from jiacan.members.facade import coupon_batches
from jiacan.members.models.coupons import CouponUse
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import AuditQuery, Permission, Role, Shop
from tests.slices.coupon_shop import TWO_EACH, money
from tests.slices.online_shop import AT, PLAN_ID, WHO, go_live, order
from tests.web.api_caller import caller, problem
from tests.web.pages import member_of, signed_in

pytestmark = pytest.mark.django_db

FOR_LONG = ("valid: 30d", "valid: 36500d")
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def shop() -> Shop:
    """Anna has two coupons, good for a hundred years."""
    shop = go_live("gifts", TWO_EACH, FOR_LONG)
    online.take(shop, [order(1, 320, customer="anna")], [], at=AT)
    return shop


def use_of(order_id: str = "n-1", **other: str) -> dict[str, str]:
    return {"order_id": order_id, "customer_id": "anna", "spend": "200.00", "currency": "GBP", **other}


def batch(shop: Shop, codes: int = 2) -> list[Coupon]:
    until = timezone.now() + timedelta(days=5)
    asked = NewBatch("next-20", "coupons", codes, "leaflet", until)
    made = coupons.make_batch(shop.id, PLAN_ID, asked, actor=WHO, at=timezone.now())
    return list(coupon_batches.export_codes(shop.id, made.id, actor=WHO, at=timezone.now()))


# --- the API ----------------------------------------------------------------------------------------------


def test_a_program_uses_a_coupon_once_and_gives_it_back(shop):
    calls = caller(shop, Permission.SEE_COUPONS, Permission.USE_COUPONS)
    found = calls.get("coupons/customers/anna", Accept_Language="en").json()["coupons"]
    assert [(each["state"], each["terms"], each["order_id"]) for each in found] == [
        ("open", "£20.00 off, from £150.00 on", "o-1")
    ] * 2
    code = found[0]["code"]
    first = calls.post(f"coupons/{code.lower()}/uses", use_of())
    assert (first.status_code, first.json()["off"]) == (200, {"amount": "20.00", "currency": "GBP"})
    assert calls.post(f"coupons/{code}/uses", use_of()).json() == first.json()
    problem(calls.post(f"coupons/{code}/uses", use_of("n-2")), 409, "coupon_used")
    assert calls.get(f"coupons/{code}").json()["state"] == "used"
    back = calls.post(f"coupons/{code}/undo", {"order_id": "n-1"}).json()
    assert (back["state"], back["uses"][0]["came_back"]) == ("open", "open")
    assert money(shop) == (146_000, 4_000, 0)


def test_a_program_is_told_why_a_coupon_is_not_used(shop):
    calls = caller(shop)
    code, other = (each["code"] for each in calls.get("coupons/customers/anna").json()["coupons"])
    asked = f"coupons/{code}/uses"
    problem(calls.post(asked, use_of(spend="149.99")), 409, "too_little_spend")
    problem(calls.post(asked, use_of(customer_id="bo")), 409, "not_theirs")
    problem(calls.post(asked, use_of(currency="CNY")), 409, "other_currency")
    problem(calls.post(asked, use_of(spend="200.001")), 422, "fields_wrong")
    problem(calls.post("coupons/AAAAA-AAAAA-AAAAA/uses", use_of()), 404, "coupon_unknown")
    problem(calls.post(f"coupons/{other}/undo", {"order_id": "n-1"}), 409, "not_used_on_order")
    assert CouponUse.objects.count() == 0
    assert calls.get("coupons/customers/nobody").json()["coupons"] == []


def test_a_program_makes_codes_and_gives_one_to_a_customer(shop):
    calls = caller(shop)
    body = {"plan_id": PLAN_ID, "coupon": "next-20", "line": "coupons", "codes": 3, "label": "fair"}
    asked = {**body, "expires_at": (timezone.now() + timedelta(days=5)).isoformat()}
    made = calls.post("coupons/batches", asked)
    assert made.status_code == 201
    number = made.json()["id"]
    first = calls.get(f"coupons/batches/{number}/codes?limit=2").json()
    rest = calls.get(first["next"]).json()
    codes = [each["code"] for each in (*first["items"], *rest["items"])]
    assert (len(set(codes)), rest["next"]) == (3, None)
    given = calls.post(f"coupons/{codes[0]}/assign", {"customer_id": "bo"}).json()
    assert (given["customer_id"], given["batch_id"]) == ("bo", number)
    problem(calls.post(f"coupons/{codes[0]}/assign", {"customer_id": "anna"}), 409, "already_theirs")
    assert calls.post(f"coupons/{codes[1]}/uses", use_of()).json()["customer_id"] == "anna"
    (told,) = calls.get("coupons/batches").json()["batches"]
    assert (told["codes"], told["used"], told["open"]) == (3, 1, 2)
    problem(calls.post("coupons/batches", {**asked, "codes": 1000}), 409, "beyond_budget")
    problem(calls.post("coupons/batches", {**asked, "coupon": "none"}), 409, "no_such_coupon")
    problem(calls.post("coupons/batches", {**asked, "line": "none"}), 409, "no_such_line")
    problem(calls.get("coupons/batches/999/codes"), 404, "batch_unknown")


# --- the pages --------------------------------------------------------------------------------------------


def test_an_agent_sees_uses_and_gives_back_a_customers_coupon(shop):
    agent = signed_in(member_of(shop, Role.SERVICE_AGENT))
    (first, _) = [each.coupon for each in coupons.coupons_of(shop.id, "anna", at=timezone.now())]
    shown = agent.get("/s/gifts/coupons/?q=anna", headers=ENGLISH).content.decode()
    assert first.code in shown
    assert "£20.00 off, from £150.00 on" in shown
    assert "Use it by hand" in agent.get(f"/s/gifts/coupons/?q={first.code}", headers=ENGLISH).content.decode()
    form = {"code": first.code, "order": "n-1", "customer": "anna", "spend": "200"}
    answer = agent.post("/s/gifts/coupons/use", form, follow=True, headers=ENGLISH).content.decode()
    assert "£20.00 come off order n-1." in answer
    assert money(shop) == (146_000, 2_000, 2_000)
    agent.post("/s/gifts/coupons/undo", {"code": first.code, "order": "n-1", "reason": ""})
    assert money(shop) == (146_000, 2_000, 2_000)
    agent.post("/s/gifts/coupons/undo", {"code": first.code, "order": "n-1", "reason": "cancelled"})
    assert money(shop) == (146_000, 4_000, 0)
    told = [each.after["reason"] for each in tenancy.walk_audit(shop.id, AuditQuery(action="coupon use undone"))]
    assert told == ["cancelled"]
    assert agent.post("/s/gifts/coupons/codes", {}).status_code == 403


@pytest.mark.parametrize(
    "wrong", [{"spend": "much"}, {"spend": "1.005"}, {"order": ""}, {"customer": "bo"}, {"spend": "-1"}]
)
def test_a_use_that_is_filled_in_wrong_changes_nothing(shop, wrong):
    agent = signed_in(member_of(shop, Role.SERVICE_AGENT))
    code = coupons.coupons_of(shop.id, "anna", at=timezone.now())[0].coupon.code
    form = {"code": code, "order": "n-1", "customer": "anna", "spend": "200", **wrong}
    assert agent.post("/s/gifts/coupons/use", form, follow=True).status_code == 200
    assert CouponUse.objects.count() == 0


def test_marketing_makes_exports_and_withdraws_codes(shop):
    lead = signed_in(member_of(shop, Role.MARKETING))
    until = (timezone.now() + timedelta(days=5)).date().isoformat()
    form = {
        "coupon": f"{PLAN_ID}/next-20",
        "line": f"{PLAN_ID}/coupons",
        "codes": "3",
        "until": until,
        "label": "fair",
    }
    assert (
        "3 codes are made" in lead.post("/s/gifts/coupons/codes", form, follow=True, headers=ENGLISH).content.decode()
    )
    for wrong in ({"codes": "many"}, {"until": "soon"}, {"label": ""}, {"line": "other/coupons"}, {"codes": "20001"}):
        assert lead.post("/s/gifts/coupons/codes", {**form, **wrong}, follow=True).status_code == 200
    (made,) = coupon_batches.batches_of(shop.id)
    rows = b"".join(lead.get(f"/s/gifts/coupons/codes/{made.id}.csv").streaming_content).decode("utf-8-sig").split()
    assert (rows[0], len(rows)) == ("code,state,customer,good_until", 4)
    assert lead.get("/s/gifts/coupons/codes/999.csv").status_code == 404
    assert lead.post("/s/gifts/coupons/use", {}).status_code == 403
    lead.post(f"/s/gifts/coupons/codes/{made.id}/withdraw", {"reason": ""})
    assert money(shop) == (140_000, 10_000, 0)
    lead.post(f"/s/gifts/coupons/codes/{made.id}/withdraw", {"reason": "misprint"})
    assert money(shop) == (146_000, 4_000, 0)
    assert "withdrawn" in lead.get("/s/gifts/coupons/", headers=ENGLISH).content.decode()


def test_an_agent_gives_a_code_of_a_batch_to_a_customer(shop):
    agent = signed_in(member_of(shop, Role.SERVICE_AGENT))
    code = batch(shop)[0].code
    assert "Give it to a customer" in agent.get(f"/s/gifts/coupons/?q={code}", headers=ENGLISH).content.decode()
    agent.post("/s/gifts/coupons/assign", {"code": code, "customer": "bo"})
    assert [each.coupon.code for each in coupons.coupons_of(shop.id, "bo", at=timezone.now())] == [code]
