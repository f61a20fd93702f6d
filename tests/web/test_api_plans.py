"""Plans through the API: checked with lines and columns, and live only by the hand of a named approver."""

from __future__ import annotations

import pytest
from django.utils import timezone

from jiacan.campaigns.facade import planning
from jiacan.plans import facade as plans
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Permission, Role
from tests.web.api_caller import OWNER, PLAN_ID, PLAN_TEXT, caller, gifts_shop, live_shop, problem
from tests.web.pages import member_of

pytestmark = pytest.mark.django_db

READY = PLAN_TEXT.replace(", gate: true", "")


def publish(program, text=READY, approver="lead@gifts.example", **more):
    return program.post("plans/publish", {"text": text, "approver": approver, **more})


def test_a_plan_is_checked_with_lines_and_columns():
    answer = caller(gifts_shop()).post("plans/check", {"text": PLAN_TEXT.replace("units: 150", "units: -1")}).json()
    assert (answer["fit"], answer["plan_id"]) == (False, None)
    (error,) = [each for each in answer["problems"] if each["severity"] == "error"]
    assert PLAN_TEXT.splitlines()[error["line"] - 1].strip().startswith("- {id: mug")
    assert error["column"] > 1


def test_a_plan_without_errors_is_fit_and_nothing_is_kept():
    shop = gifts_shop()
    answer = caller(shop).post("plans/check", {"text": PLAN_TEXT}).json()
    assert (answer["fit"], answer["plan_id"]) == (True, PLAN_ID)
    assert plans.find_versions(shop.id, PLAN_ID) == ()
    assert plans.find_drafts(shop.id) == ()


def test_a_token_alone_cannot_make_a_plan_go_live():
    shop = gifts_shop()
    member_of(shop, Role.OWNER, email="lead@gifts.example")
    program = caller(shop)
    answer = publish(program, note="Please")
    assert answer.status_code == 202
    assert answer.json() | {"problems": []} == {
        "plan_id": PLAN_ID,
        "state": "asked",
        "version": None,
        "revision": 1,
        "approver": "lead@gifts.example",
        "problems": [],
    }
    assert plans.find_versions(shop.id, PLAN_ID) == ()
    assert publish(program).json() == answer.json()
    assert len(planning.find_approvals(shop.id, PLAN_ID)) == 1


def test_what_the_approver_let_go_live_says_who_approved():
    shop = gifts_shop()
    lead = member_of(shop, Role.OWNER, email="lead@gifts.example")
    program = caller(shop)
    publish(program)
    membership = tenancy.find_membership(lead.pk, shop.slug)
    assert membership is not None
    planning.approve(shop, PLAN_ID, approver=membership, actor=OWNER, without_gates="", note="", at=timezone.now())
    answer = publish(program)
    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["version"]) == ("live", 1)
    assert answer.json()["approver"] == "lead@gifts.example"
    (version,) = program.get(f"plans/{PLAN_ID}/versions").json()["versions"]
    assert version["approved_by"] == "lead@gifts.example"


def test_a_changed_text_is_put_to_the_approver_anew():
    shop = gifts_shop()
    member_of(shop, Role.OWNER, email="lead@gifts.example")
    program = caller(shop)
    publish(program)
    assert publish(program, READY.replace("units: 150", "units: 151")).json()["revision"] == 2


def test_someone_elses_draft_is_not_overwritten():
    shop = gifts_shop()
    member_of(shop, Role.OWNER, email="lead@gifts.example")
    plans.begin_draft(shop.id, PLAN_ID, "being written", actor=OWNER)
    problem(publish(caller(shop)), 409, "draft_moved")
    assert plans.get_draft(shop.id, PLAN_ID).text == "being written"


@pytest.mark.parametrize("approver", ["agent@gifts.example", "nobody@gifts.example"])
def test_whoever_may_not_let_plans_go_live_cannot_be_named(approver: str):
    shop = gifts_shop()
    member_of(shop, Role.SERVICE_AGENT, email="agent@gifts.example")
    problem(publish(caller(shop), approver=approver), 422, "approver_may_not")
    assert plans.find_drafts(shop.id) == ()


def test_a_plan_with_errors_cannot_be_published():
    document = problem(publish(caller(gifts_shop()), "format: 1"), 422, "plan_has_errors")
    assert "Line" in document["detail"] or "行" in document["detail"]


def test_another_shops_plan_cannot_be_published():
    shop = gifts_shop()
    member_of(shop, Role.OWNER, email="lead@gifts.example")
    text = READY.replace("shop: gifts", "shop: others")
    problem(publish(caller(shop), text), 422, "other_shops_plan")


def test_campaigns_are_listed_by_their_last_version():
    shop = live_shop()
    (campaign,) = caller(shop, Permission.SEE_CAMPAIGNS).get("campaigns").json()["items"]
    assert (campaign["id"], campaign["version"], campaign["currency"]) == (PLAN_ID, 1, "GBP")
    assert campaign["phases"]["run"] == {"since": "2011-11-14T00:00:00Z", "until": "2011-11-28T00:00:00Z"}


def test_a_campaign_says_what_is_left():
    answer = caller(live_shop()).get(f"campaigns/{PLAN_ID}").json()
    (mug,) = [item for item in answer["stock"] if item["id"] == "mug"]
    assert (mug["units"], mug["left"]) == (150, 150)
    (gifts,) = [line for line in answer["budget"] if line["id"] == "gifts"]
    assert gifts["left"] == gifts["amount"] == {"amount": "900.00", "currency": "GBP"}
    assert (answer["orders"], answer["outcomes"]) == (0, [])


def test_another_shops_campaign_is_not_there():
    live_shop()
    program = caller(gifts_shop("others"))
    problem(program.get(f"campaigns/{PLAN_ID}"), 404, "campaign_unknown")
    problem(program.get(f"plans/{PLAN_ID}/versions"), 404, "campaign_unknown")
    assert program.get("campaigns").json()["items"] == []
