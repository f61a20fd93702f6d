"""What was given for an occasion stands beside what orders got: found, explained, exported, counted, taken back."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from django.test import Client

from jiacan.campaigns.facade import running
from jiacan.campaigns.report.loading import load_report
from jiacan.kernel.messages import ENGLISH
from jiacan.offers.contracts.occasions import TO_FRIEND, TO_REFERRER, Occasion, Revocation
from jiacan.offers.contracts.rules import Trigger
from jiacan.offers.facade import occasions
from jiacan.plans import facade as plans
from jiacan.tenancy.contracts import Role, Shop
from tests.web.api_caller import PLAN_ID, PLAN_TEXT, Caller, caller, live_shop, order
from tests.web.pages import member_of, signed_in

pytestmark = pytest.mark.django_db

AT = datetime(2011, 11, 15, 11, tzinfo=UTC)
CAMPAIGN = f"/s/gifts/campaigns/{PLAN_ID}"
CHANCE, FRIEND = "~draw/lucky-draw/7", "~referral/o-1/friend"


@pytest.fixture
def shop() -> Shop:
    """The reference plan; an order, a prize drawn by who placed it, and a friend who was brought and left again."""
    made = live_shop()
    assert caller(made).post("orders", {"orders": [order("1")]}).status_code == 200
    (version,) = plans.live_plans(made.id)
    rules = plans.rules_of(made.id, version)
    sides = ((FRIEND, "c-2", TO_FRIEND), ("~referral/o-1/referrer", "c-1", TO_REFERRER))
    given = (
        Occasion(CHANCE, Trigger.TICKET_DRAWN, "c-1", AT, AT, 1, "lucky-draw"),
        *(Occasion(name, Trigger.REFERRAL_COMPLETED, who, AT, AT, rung) for name, who, rung in sides),
    )
    occasions.give(made.id, rules, given, rules_of=lambda _: rules, at=AT)
    occasions.take_back(made.id, rules, [Revocation("left", FRIEND, AT)], rules_of=lambda _: rules)
    return made


@pytest.fixture
def program(shop: Shop) -> Caller:
    return caller(shop)


def test_awards_of_occasions_are_found_and_exported_beside_those_of_orders(shop):
    agent = signed_in(member_of(shop, Role.SERVICE_AGENT))
    found = agent.get(f"{CAMPAIGN}/awards?q=~draw").context["found"]
    assert [(each.award.order_id, ENGLISH.say(each.gives[0])) for each in found] == [(CHANCE, "Tablet")]
    assert {each.award.order_id for each in agent.get(f"{CAMPAIGN}/awards?q=c-1").context["found"]} == {
        "1",
        CHANCE,
        "~referral/o-1/referrer",
    }
    answer = signed_in(member_of(shop, Role.FINANCE)).get(f"{CAMPAIGN}/awards.csv?offer=refer-a-friend")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [(row["order_id"], row["rung"], row["benefits"], row["back"]) for row in rows] == [
        ("~referral/o-1/referrer", "1", "points:×500(500)", ""),
        (FRIEND, "2", "coupon:first-10×1(1500)", "coupon:first-10×1(1500)"),
    ]


def test_the_page_of_an_occasion_says_what_it_was_and_lets_its_award_be_taken_back(shop):
    client = signed_in(member_of(shop, Role.OWNER))
    answer = client.get(f"{CAMPAIGN}/awards/{CHANCE}")
    page = " ".join(answer.content.decode().split())
    assert f"For a chance that was drawn: {CHANCE}" in page
    assert "spend £" not in page
    (_, english) = answer.context["to_send"][1]
    assert english == "Order draw: Given: Tablet."
    taken = client.post(f"{CAMPAIGN}/awards/{CHANCE}/take-back", {"offer": "lucky-draw", "reason": "drawn twice"})
    assert taken.status_code == 302
    page = client.get(f"{CAMPAIGN}/awards/{CHANCE}").content.decode()
    assert "taken back" in page
    assert client.get(f"{CAMPAIGN}/awards/~draw/lucky-draw/8").status_code == 404


def test_asking_why_knows_occasions_and_says_what_it_does_not_know(shop):
    client = signed_in(member_of(shop, Role.SERVICE_AGENT))
    answer = client.get(f"{CAMPAIGN}/why?order={FRIEND}")
    page = " ".join(answer.content.decode().split())
    assert f"For a friend who was brought: {FRIEND}" in page
    assert "as it came to nothing" in page
    assert client.get(f"{CAMPAIGN}/why?order=~draw/none").context["problem"] is not None


def test_who_has_the_link_of_an_occasion_reads_its_receipt(shop):
    link = signed_in(member_of(shop, Role.SERVICE_AGENT)).get(f"{CAMPAIGN}/awards/{CHANCE}").context["link"]
    answer = Client(headers={"accept-language": "en"}).get(link.removeprefix("http://testserver"))
    page = " ".join(answer.content.decode().split())
    assert CHANCE in page
    assert "for a chance that was drawn; from" in page
    assert "Spend more, get more" not in page


def test_an_orders_receipt_names_no_draw(shop, program):
    (receipt,) = program.get("receipts/1").json()["receipts"]
    named = [line["offer_id"] for line in receipt["lines"]]
    assert "spend-ladder" in named
    assert "lucky-draw" not in named


def test_the_api_explains_occasions_and_lists_them_with_their_customer(shop, program):
    answer = program.get(f"receipts/{CHANCE}", Accept_Language="en").json()
    (receipt,) = answer["receipts"]
    assert [(line["offer_id"], line["says"]) for line in receipt["lines"]] == [("lucky-draw", "Given: Tablet.")]
    assert program.get("receipts/~draw/none").status_code == 404
    (statement,) = program.get("customers/c-1").json()["statements"]
    assert [each["order_id"] for each in statement["orders"]] == ["1", CHANCE, "~referral/o-1/referrer"]


def test_figures_count_what_occasions_gave(shop):
    courses = signed_in(member_of(shop, Role.OWNER)).get(f"{CAMPAIGN}/offers").context["courses"]
    course = {each.offer.offer_id: each for each in courses}
    assert course["lucky-draw"].counts["granted"] == 1
    assert (course["refer-a-friend"].counts["granted"], course["refer-a-friend"].counts["clawed_back"]) == (2, 1)
    checked = plans.check_text(PLAN_TEXT, "plan")
    report = load_report(checked)
    counted = {(each.offer_id, each.outcome.value): each.awards for each in report.facts.awards}
    assert counted["lucky-draw", "granted"] == 1
    rows = {(row.order_id, row.offer_id, row.outcome) for row in running.award_rows(checked)}
    assert {(CHANCE, "lucky-draw", "granted"), (FRIEND, "refer-a-friend", "clawed_back")} <= rows
