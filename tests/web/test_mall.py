"""The points mall by API and on the staff's page."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from jiacan.campaigns.facade import mall
from jiacan.members.contracts.mall import State, Wanted
from jiacan.members.facade import reading, spending
from jiacan.members.models.mall import MallCode
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import AuditQuery, Permission, Role
from jiacan.webhooks.models import Delivery
from tests.slices.mall_shop import MallShop, mall_shop
from tests.slices.online_shop import PLAN_ID, WHO
from tests.web.api_caller import caller, problem
from tests.web.pages import member_of, signed_in

pytestmark = pytest.mark.django_db

FOR_LONG = ("during: run", "during: {from: 2011-11-01, to: 2099-12-31}")
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def shop() -> MallShop:
    """A mall that is open for long; anna has a thousand points."""
    made = mall_shop(FOR_LONG)
    made.give_points(1000)
    return made


def asked(item: str = "mall-mug", key: str = "k-1", customer: str = "anna") -> dict[str, str]:
    return {"plan_id": PLAN_ID, "item_id": item, "customer_id": customer, "key": key}


def points(shop: MallShop) -> int:
    return reading.points_of(shop.shop.id, "anna", timezone.now()).available


def seen(shop: MallShop) -> list[State]:
    return [each.redemption.state for each in mall.search(shop.shop.id, Wanted(), before=None, limit=50)]


# --- the API ----------------------------------------------------------------------------------------------


def test_a_program_lists_redeems_and_cancels(shop):
    calls = caller(shop.shop, Permission.SEE_MALL, Permission.REDEEM)
    items = calls.get("mall/customers/anna", Accept_Language="en").json()["items"]
    told = {each["item_id"]: (each["points"], each["left"], each["can_have"], each["why_not"]) for each in items}
    assert told["mall-mug"] == (800, 4, True, None)
    assert told["mall-cinema"] == (50, 0, False, "all its codes have been given")
    made = calls.post("mall/redemptions", asked())
    assert (made.status_code, made.json()["state"], made.json()["points"]) == (201, "to_ship", 800)
    assert calls.post("mall/redemptions", asked()).json() == made.json()
    problem(calls.post("mall/redemptions", asked("mall-coupon")), 409, "key_used")
    problem(calls.post("mall/redemptions", asked(key="k-2")), 409, "not_enough_points")
    problem(calls.post("mall/redemptions", asked("no-such", "k-3")), 404, "item_unknown")
    number = made.json()["redemption_id"]
    gone = calls.post(f"mall/redemptions/{number}/cancelled", {}).json()
    assert (gone["state"], gone["can_cancel"], points(shop)) == ("cancelled", False, 1000)
    assert calls.get(f"mall/redemptions/{number}").json()["state"] == "cancelled"
    problem(calls.get("mall/redemptions/1"), 404, "redemption_unknown")


def test_a_program_tells_payments_and_reads_page_by_page(shop):
    calls = caller(shop.shop, Permission.SEE_MALL, Permission.REDEEM)
    numbers = [
        calls.post("mall/redemptions", asked("mall-tablet", f"k-{n}")).json()["redemption_id"] for n in range(3)
    ]
    paid = calls.post(f"mall/redemptions/{numbers[0]}/payment", {"payment": "p-1"}).json()
    assert (paid["state"], paid["payment"], paid["money"]) == (
        "to_ship",
        "p-1",
        {"amount": "19.90", "currency": "GBP"},
    )
    problem(calls.post(f"mall/redemptions/{numbers[0]}/payment", {"payment": "p-2"}), 409, "paid_before")
    first = calls.get("mall/redemptions?limit=2&customer_id=anna").json()
    rest = calls.get(first["next"]).json()
    assert [each["redemption_id"] for each in (*first["items"], *rest["items"])] == numbers[::-1]
    assert rest["next"] is None
    assert [each["key"] for each in calls.get("mall/redemptions?state=to_ship").json()["items"]] == ["k-0"]


def test_a_code_is_told_once_it_is_asked_for_and_kept_nowhere_else(shop):
    shop.upload("FILM-0001")
    calls = caller(shop.shop, Permission.SEE_MALL, Permission.REDEEM)
    made = calls.post("mall/redemptions", asked("mall-cinema")).json()
    assert (made["state"], made["code_end"]) == ("ready", "0001")
    address = f"mall/redemptions/{made['redemption_id']}"
    assert calls.post(f"{address}/code", {}).json()["code"] == "FILM-0001"
    problem(calls.post(f"{address}/cancelled", {}), 409, "not_to_cancel")
    problem(calls.post(f"mall/redemptions/{made['redemption_id'][::-1]}/code", {}), 404, "redemption_unknown")


def test_a_program_cancels_a_spending(shop):
    calls = caller(shop.shop, Permission.SPEND_POINTS)
    spent = {"customer_id": "anna", "points": 300, "reference": "own-1"}
    calls.post("points/spendings", spent)
    back = {"customer_id": "anna", "reference": "own-1", "reason": "Broken"}
    assert calls.post("points/spendings/cancelled", back).json()["available"] == 1000
    assert calls.post("points/spendings/cancelled", back).json()["points"] == 300
    problem(calls.post("points/spendings/cancelled", {**back, "reference": "own-2"}), 404, "spending_unknown")
    made = shop_redeemed(shop)
    problem(calls.post("points/spendings/cancelled", {**back, "reference": made}), 409, "spending_bound")


def shop_redeemed(shop: MallShop) -> str:
    """The reference under which a redemption's points are spent."""
    made = mall.redeem(shop.shop.id, "anna", f"{PLAN_ID}/mall-mug", key="k-9", at=timezone.now())
    return made.redemption.occasion_id


def test_other_systems_are_told_of_redemptions_but_of_no_code(shop):
    calls = caller(shop.shop)
    kinds = ["mall.redeemed", "mall.paid", "mall.shipped", "mall.cancelled"]
    assert calls.post("webhooks", {"url": "https://shop.example/hooks", "kinds": kinds}).status_code == 201
    shop.upload("FILM-0001")
    at = timezone.now()
    for item in ("mall-cinema", "mall-tablet"):
        made = mall.redeem(shop.shop.id, "anna", f"{PLAN_ID}/{item}", key=item, at=at)
        if item == "mall-tablet":
            mall.confirm(shop.shop.id, made.redemption.id, payment="p-1", at=at)
        mall.cancel(shop.shop.id, made.redemption.id, customer_id="anna", at=at)
    told = [(each.kind, each.data["item"]) for each in Delivery.objects.order_by("id")]
    assert sorted(told) == sorted(
        [(kind, "mall-cinema") for kind in (kinds[0], kinds[3])]
        + [(kind, "mall-tablet") for kind in (kinds[0], kinds[1], kinds[3])]
    )
    assert not any("FILM" in str(each.data) for each in Delivery.objects.all())


# --- the page ---------------------------------------------------------------------------------------------


def test_the_warehouse_sends_what_was_redeemed_and_nobody_else_does(shop):
    made = mall.redeem(shop.shop.id, "anna", f"{PLAN_ID}/mall-mug", key="k-1", at=timezone.now())
    address = f"/s/gifts/mall/{made.redemption.id}"
    agent = signed_in(member_of(shop.shop, Role.SERVICE_AGENT))
    assert agent.post(f"{address}/ship", {}).status_code == 403
    keeper = signed_in(member_of(shop.shop, Role.WAREHOUSE))
    text = keeper.get("/s/gifts/mall/?state=to_ship", headers=ENGLISH).content.decode()
    assert "Was it sent?" in text
    assert "Cancel this redemption?" not in text
    form = {"carrier": "DHL", "parcel": "P-77"}
    text = keeper.post(f"{address}/ship", form, follow=True, headers=ENGLISH).content.decode()
    assert "It is on its way" in text
    assert "DHL P-77" in text
    keeper.post(f"{address}/finish", {})
    assert seen(shop) == [State.DONE]
    assert keeper.post(f"{address}/cancel", {"reason": "no"}).status_code == 403
    actions = [each.action for each in tenancy.walk_audit(shop.shop.id, AuditQuery())]
    assert {"redemption sent", "redemption arrived"} <= set(actions)


def test_an_agent_cancels_with_a_reason(shop):
    made = mall.redeem(shop.shop.id, "anna", f"{PLAN_ID}/mall-mug", key="k-1", at=timezone.now())
    agent = signed_in(member_of(shop.shop, Role.SERVICE_AGENT))
    address = f"/s/gifts/mall/{made.redemption.id}/cancel"
    assert "Say why" in agent.post(address, {}, follow=True, headers=ENGLISH).content.decode()
    assert (seen(shop), points(shop)) == ([State.TO_SHIP], 200)
    assert "It is cancelled" in agent.post(address, {"reason": "torn"}, follow=True, headers=ENGLISH).content.decode()
    assert (seen(shop), points(shop)) == ([State.CANCELLED], 1000)
    agent.post(address, {"reason": "torn"})
    told = [
        each.after["reason"] for each in tenancy.walk_audit(shop.shop.id, AuditQuery(action="redemption cancelled"))
    ]
    assert told == ["torn"]


def test_marketing_uploads_codes_and_is_handed_back_the_bad_ones(shop):
    lead = signed_in(member_of(shop.shop, Role.MARKETING))
    file = SimpleUploadedFile("codes.csv", b"code,note\nFILM-0001,a\nFILM-0001,b\nx\nFILM-0002,c\n", "text/csv")
    form = {"item": f"{PLAN_ID}/mall-cinema", "file": file}
    text = lead.post("/s/gifts/mall/codes", form, follow=True, headers=ENGLISH).content.decode()
    assert "2 codes were taken." in text
    assert "Line 3 was not taken: it stands in the file before." in text
    assert "FILM-0001" not in text
    broken = SimpleUploadedFile("codes.csv", b"\xff\xfe\x00", "text/csv")
    lead.post("/s/gifts/mall/codes", {**form, "file": broken}, follow=True)
    lead.post("/s/gifts/mall/codes", {"item": f"{PLAN_ID}/mall-mug", "codes": "ABCDE"}, follow=True)
    assert MallCode.objects.count() == 2


def test_a_file_has_the_redemptions_that_were_asked_for(shop):
    spending.correct(
        *(shop.shop.id, "=ben", 1000), reference="b", reason="b", expires_at=None, actor=WHO, at=timezone.now()
    )
    for customer in ("anna", "=ben"):
        mall.redeem(shop.shop.id, customer, f"{PLAN_ID}/mall-mug", key=customer, at=timezone.now())
    lead = signed_in(member_of(shop.shop, Role.OPERATIONS))
    text = b"".join(lead.get("/s/gifts/mall/export?q=%3Dben").streaming_content).decode("utf-8-sig")
    rows = [line.split(",") for line in text.split("\r\n") if line]
    assert [(row[3], row[4]) for row in rows[1:]] == [("mall-mug", "'=ben")]
    assert signed_in(member_of(shop.shop, Role.WAREHOUSE)).get("/s/gifts/mall/export").status_code == 403
