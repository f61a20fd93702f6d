"""Points by API and on the staff's page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from jiacan.members.facade import expiring, spending
from jiacan.members.models.points import Lot
from jiacan.tenancy.contracts import Permission, Role
from jiacan.webhooks.contracts import EventKind
from jiacan.webhooks.models import Delivery as WebhookDelivery
from tests.slices.members_shop import PointsShop, day, points_shop
from tests.slices.online_shop import PLAN_ID, WHO
from tests.slices.test_member_tiers import buy, tiers_shop
from tests.web.api_caller import caller, problem
from tests.web.pages import member_of, signed_in

pytestmark = pytest.mark.django_db

FOR_EVER = ("points_value: 0.01", "points_value: 0.01\npoints: {pending_until: received}")


@pytest.fixture
def shop() -> PointsShop:
    """Anna has a hundred points that stay, and forty that nobody knows the receipt of."""
    shop = points_shop(FOR_EVER)
    shop.buy(1, 100)
    shop.buy(2, 40, days=1, received=None)
    Lot.objects.filter(order_id="o-2").update(available_at=None)
    return shop


def test_a_program_reads_spends_and_is_told_how_it_came_about(shop):
    calls = caller(shop.shop, Permission.SEE_POINTS, Permission.SPEND_POINTS)
    found = calls.get("points/customers/anna").json()
    assert (found["available"], found["pending"], found["debt"], found["balance"]) == (100, 40, 0, 140)
    asked = {"customer_id": "anna", "points": 30, "reference": "mall-1", "reason": "A cup"}
    done = calls.post("points/spendings", asked).json()
    assert (done["points"], done["available"], done["parts"]) == (
        -30,
        70,
        [{"lot": "order-bonus-2011/o-1/a-point-a-pound", "points": 30}],
    )
    assert calls.post("points/spendings", asked).json()["available"] == 70
    first = calls.get("points/statements/anna?limit=2", Accept_Language="en").json()
    assert [(each["says"], each["points"], each["before"], each["after"]) for each in first["items"]] == [
        ("spent", -30, 140, 110),
        ("earned", 40, 100, 140),
    ]
    rest = calls.get(first["next"]).json()
    assert [(each["subject"], each["after"], rest["next"]) for each in rest["items"]] == [("o-1", 100, None)]


def test_a_program_is_told_why_points_are_not_spent(shop):
    calls = caller(shop.shop)
    asked = {"customer_id": "anna", "points": 101, "reference": "mall-1"}
    problem(calls.post("points/spendings", asked), 409, "not_enough_points")
    calls.post("points/spendings", {**asked, "points": 1})
    problem(calls.post("points/spendings", {**asked, "points": 2}), 409, "reference_used")
    correction = {"customer_id": "anna", "points": 0, "reference": "fix-1", "reason": "Why"}
    problem(calls.post("points/corrections", correction), 422, "fields_wrong")
    late = {**correction, "points": 5, "expires_at": "2011-11-11T00:00:00Z"}
    problem(calls.post("points/corrections", late), 422, "fields_wrong")
    assert calls.get("points/customers/anna").json()["available"] == 99


def test_who_soon_loses_points_is_listed_and_announced_once(shop):
    calls = caller(shop.shop)
    now = timezone.now()
    ends = (now + timedelta(days=6, hours=20)).isoformat()
    body = {"customer_id": "ben", "points": 50, "reference": "fix-1", "reason": "Why", "expires_at": ends}
    assert calls.post("points/corrections", body).json()["balance"] == 50
    calls.post("points/corrections", {**body, "customer_id": "chen", "reference": "fix-2"})
    first = calls.get("points/expiring?days=7&limit=1").json()
    rest = calls.get(first["next"]).json()
    assert [(each["customer_id"], each["points"]) for each in (*first["items"], *rest["items"])] == [
        ("ben", 50),
        ("chen", 50),
    ]
    assert (rest["next"], calls.get("points/expiring?days=6").json()["items"]) == (None, [])
    assert expiring.announce_expiring(shop.shop.id, now) == 0
    made = calls.post("webhooks", {"url": "https://shop.example/hooks", "kinds": [EventKind.POINTS_EXPIRING.value]})
    assert made.status_code == 201
    assert [expiring.announce_expiring(shop.shop.id, now) for _ in range(2)] == [2, 2]
    assert WebhookDelivery.objects.filter(kind="points.expiring").count() == 2


def test_an_agent_reads_a_customers_points_and_a_lead_corrects_them(shop):
    agent = signed_in(member_of(shop.shop, Role.SERVICE_AGENT))
    shown = agent.get("/s/gifts/members/?q=anna", headers={"Accept-Language": "en"}).content.decode()
    assert "o-1" in shown
    assert "pending until its order is received" in shown
    assert "Correct by hand" not in shown
    assert agent.post("/s/gifts/members/correct", {"customer": "anna"}).status_code == 403
    lead = signed_in(member_of(shop.shop, Role.SERVICE_LEAD))
    form = {"customer": "anna", "points": "-30", "reason": "Given twice", "reference": "form-1"}
    for _ in range(2):
        assert lead.post("/s/gifts/members/correct", form).status_code == 302
    assert shop.has() == (70, 40, 0)
    shown = lead.get("/s/gifts/members/?q=anna", headers={"Accept-Language": "en"}).content.decode()
    assert "Given twice" in shown
    shop.assert_agreed()


@pytest.mark.parametrize(
    "wrong",
    [
        {"points": "many"},
        {"points": "0"},
        {"reason": " "},
        {"until": "2011-01-01"},
        {"until": "soon"},
        {"points": "-999"},
    ],
)
def test_a_form_that_is_filled_in_wrong_changes_nothing(shop, wrong):
    lead = signed_in(member_of(shop.shop, Role.SERVICE_LEAD))
    form = {"customer": "anna", "points": "5", "reason": "Why", "until": "", "reference": "form-1", **wrong}
    answer = lead.post("/s/gifts/members/correct", form, follow=True)
    assert answer.status_code == 200
    assert shop.has() == (100, 40, 0)


def test_whoever_soon_loses_points_stands_on_the_page(shop):
    spending.correct(
        *(shop.shop.id, "ben", 50),
        reference="fix-1",
        reason="Why",
        expires_at=timezone.now() + timedelta(days=6),
        actor=WHO,
        at=day(2),
    )
    owner = signed_in(member_of(shop.shop, Role.OWNER))
    assert "?q=ben" in owner.get("/s/gifts/members/").content.decode()
    assert "anna" not in owner.get("/s/gifts/members/").content.decode()
    assert owner.get("/s/gifts/members/?q=nobody").status_code == 200


def test_where_a_customer_stands_is_told_by_api_and_page():
    shop = tiers_shop()
    buy(shop, 1, 120)
    found = caller(shop, Permission.SEE_POINTS).get("tiers/customers/anna").json()
    (tier,) = found["tiers"]
    assert (tier["plan_id"], [each["after"] for each in reversed(tier["history"])][:1]) == (PLAN_ID, ["silver"])
    assert tier["history"][-1]["had"] == {"spend": {"amount": "120.00", "currency": "GBP"}, "orders": None}
    assert (tier["tier"], tier["next"]["id"], tier["missing"]["spend"]["amount"]) == (None, "silver", "100.00")
    assert tier["next"]["privileges"] == [{"name": {"zh": "专属顾问", "en": "An adviser"}, "by": None}]
    agent = signed_in(member_of(shop, Role.SERVICE_AGENT))
    shown = agent.get("/s/gifts/members/?q=anna", headers={"Accept-Language": "en"}).content.decode()
    assert "up to Silver" in shown
    assert "£100.00 to Silver" in shown
