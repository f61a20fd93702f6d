"""Referrals as friends, staff and the shop's own programs meet them."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from jiacan.referrals.contracts.payouts import Method, Payee
from jiacan.referrals.contracts.referrals import State
from jiacan.referrals.facade import linking, paying
from jiacan.referrals.models import Click
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy import sealing
from jiacan.tenancy.contracts import Actor, AuditQuery, Permission, Role
from tests.slices.online_shop import AT, PLAN_ID
from tests.slices.referring_shop import CASH, CASH_LINE, Referring, referring_shop, terms
from tests.web.api_caller import caller, problem
from tests.web.pages import member_of, signed_in

pytestmark = pytest.mark.django_db

YUAN = ("currency: GBP", "currency: CNY")
LANDING = terms("  landing: https://shop.example/welcome?from=jiacan\n")


def made_link(shop: Referring, customer: str = "anna") -> str:
    return linking.make_link(shop.shop.id, PLAN_ID, customer, at=AT).code


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


# --- the short address ------------------------------------------------------------------------------------


def test_the_short_address_counts_the_click_and_leads_to_the_shop_with_what_it_hands_back():
    shop = referring_shop(LANDING)
    code, client = made_link(shop), Client()
    answer = client.get(f"/r/{code}", REMOTE_ADDR="198.51.100.7")
    to = urlsplit(answer["Location"])
    asked = parse_qs(to.query)
    assert (answer.status_code, to.netloc, to.path) == (302, "shop.example", "/welcome")
    visitor = answer.cookies[linking.VISITOR]
    assert asked == {"from": ["jiacan"], "jiacan_visitor": [visitor.value], "jiacan_link": [code]}
    assert (visitor["httponly"], visitor["samesite"], visitor["max-age"]) == (True, "Lax", 30 * 86_400)
    client.get(f"/r/{code}")
    (click,) = Click.objects.all()
    assert linking.get_link(shop.shop.id, code).clicks == 1
    assert visitor.value not in (click.visitor, click.network)
    assert "198" not in click.network[:3] or len(click.network) == 64


def test_without_an_address_of_the_shop_it_leads_to_the_campaigns_page():
    shop = referring_shop()
    answer = Client().get(f"/r/{made_link(shop)}")
    assert answer["Location"] == f"/c/gifts/{PLAN_ID}/"


def test_a_code_that_was_not_given_out_is_not_found_and_counts_nothing():
    referring_shop()
    assert Client().get("/r/abcdefghjk").status_code == 404
    assert Client().get("/r/abcdefghjk/poster.svg").status_code == 404
    assert not Click.objects.exists()


def test_codes_have_no_pattern_and_stay_the_same_for_a_customer():
    shop = referring_shop()
    codes = [made_link(shop, f"c-{number}") for number in range(50)]
    assert len(set(codes)) == 50
    assert all(re.fullmatch(rf"[{sealing.LETTERS}]{{{sealing.CODE_LENGTH}}}", code) for code in codes)
    assert made_link(shop, "c-7") == codes[7]


def test_the_poster_shows_the_shop_the_campaign_and_the_link():
    shop = referring_shop()
    tenancy.update_shop(shop.shop.id, name="礼物 & 茶", zone=shop.shop.zone, actor=Actor("t", "t"))
    code = made_link(shop)
    svg = Client().get(f"/r/{code}/poster.svg")
    assert svg["Content-Type"] == "image/svg+xml"
    text = svg.content.decode()
    assert "礼物 &amp; 茶" in text
    assert "Order bonus" in text
    assert f"/r/{code}" in text
    png = Client().get(f"/r/{code}/poster.png")
    assert png.content.startswith(b"\x89PNG")


# --- the staff's pages ------------------------------------------------------------------------------------


def test_a_doubtful_friend_is_found_let_through_and_seen_in_the_list():
    shop = referring_shop(terms("  per_network_per_day: 1\n"))
    for number, friend in enumerate(("ben", "cleo", "dora")):
        shop.click("anna", friend, address="198.51.100.7")
        shop.buy(number, friend, hours=number)
    lead = signed_in(member_of(shop.shop, Role.SERVICE_LEAD))
    seen = page(lead, "/s/gifts/referrals/")
    assert "Look at 2 that are doubtful" in seen
    seen = page(lead, "/s/gifts/referrals/review")
    assert "cleo" in seen
    assert "from this network that day" in seen
    found = shop.referral("cleo")
    lead.post(f"/s/gifts/referrals/{found.id}/let-count")
    assert shop.referral("cleo").state is State.PENDING
    lead.post(f"/s/gifts/referrals/{shop.referral('dora').id}/refuse", {"reason": ""})
    assert shop.referral("dora").state is State.REVIEW
    lead.post(f"/s/gifts/referrals/{shop.referral('dora').id}/refuse", {"reason": "the same flat"})
    assert shop.referral("dora").state is State.REFUSED
    seen = page(lead, "/s/gifts/referrals/?state=refused")
    assert "dora" in seen
    assert "cleo" not in seen


def test_the_list_exports_what_is_seen_and_the_audit_knows():
    shop = referring_shop()
    for number, friend in enumerate(("ben", "cleo")):
        shop.click("anna", friend)
        shop.buy(number, friend, hours=number)
    shop.bring_back(0)
    owner = signed_in(member_of(shop.shop, Role.OWNER))
    rows = b"".join(owner.get("/s/gifts/referrals/export?state=voided").streaming_content).decode().splitlines()
    assert len(rows) == 2
    assert ",ben,anna," in rows[1]
    assert tenancy.search_audit(shop.shop.id, AuditQuery(action="referrals exported"))[0].after == {"state": "voided"}


def test_a_link_is_made_for_a_customer_with_its_poster():
    shop = referring_shop()
    agent = signed_in(member_of(shop.shop, Role.SERVICE_AGENT))
    answer = agent.post("/s/gifts/referrals/links", {"customer": "anna", "plan": PLAN_ID})
    code = made_link(shop)
    assert f"/r/{code}" in answer.content.decode()
    assert f"/r/{code}/poster.png" in answer.content.decode()


def test_two_people_pay_a_referrer_from_the_page():
    shop = referring_shop(CASH, CASH_LINE, YUAN)
    shop.click("anna", "ben")
    shop.buy(1, "ben", received_days=1)
    shop.pass_time(days=9)
    maker = signed_in(member_of(shop.shop, Role.FINANCE, email="maker@example.com"))
    approver = signed_in(member_of(shop.shop, Role.FINANCE, email="approver@example.com"))
    base = "/s/gifts/referrals/payouts"
    assert "nobody knows yet where to pay them" in page(maker, base)
    bad = maker.post(f"{base}/payee", {"customer": "anna", "method": "bank", "account": "62220000", "name": "安娜"})
    assert bad.status_code == 400
    payee = {"customer": "anna", "method": "alipay", "account": "anna@example.com", "name": "安娜"}
    assert maker.post(f"{base}/payee", payee).status_code == 302
    maker.post(f"{base}/batch", {"method": "alipay"})
    (batch,) = paying.batches_of(shop.shop.id)
    maker.post(f"{base}/{batch.id}/approve")
    assert "another person has to approve it" in page(maker, base)
    approver.post(f"{base}/{batch.id}/approve")
    text = maker.post(f"{base}/{batch.id}/file").content.decode("gbk")
    assert text.splitlines()[0] == "支付宝批量付款文件模板"
    assert text.splitlines()[2].startswith("1,anna@example.com,安娜,8.00,")
    maker.post(f"{base}/{batch.id}/paid")
    assert [each.state for each in paying.payouts_of(shop.shop.id)] == ["paid"]
    assert "anna@example.com" not in page(maker, base)


def test_the_tree_says_what_friends_bought_and_draws_them():
    shop = referring_shop()
    for number, (referrer, friend) in enumerate((("anna", "ben"), ("ben", "cleo"), ("anna", "dora"))):
        shop.click(referrer, friend)
        shop.buy(number, friend, hours=number)
    shop.buy(9, "cleo", hours=9)
    seen = page(signed_in(member_of(shop.shop, Role.MARKETING)), "/s/gifts/referrals/tree")
    assert seen.count("<circle") == 4
    assert "£640.00" in seen
    assert "<title>cleo</title>" in seen


def test_every_page_can_be_read_before_there_is_anything():
    shop = referring_shop()
    owner = signed_in(member_of(shop.shop, Role.OWNER))
    for path in ("", "review", "tree", "payouts"):
        page(owner, f"/s/gifts/referrals/{path}")
    page(owner, "/s/gifts/referrals/payouts/export")


# --- the shop's own programs ------------------------------------------------------------------------------


def test_a_program_makes_a_link_says_who_came_and_reads_what_became_of_it():
    shop = referring_shop()
    calls = caller(shop.shop, Permission.BRING_FRIENDS, Permission.SEE_REFERRALS)
    link = calls.post("referrals/links", {"plan_id": PLAN_ID, "customer_id": "anna", "phone": "13800138000"}).json()
    assert link["link"].endswith(f"/r/{link['code']}")
    visitor = Client().get(f"/r/{link['code']}").cookies[linking.VISITOR].value
    Click.objects.update(at=AT - timedelta(hours=1))
    assert calls.post("referrals/visits", {"customer_id": "ben", "visitor": visitor}).json() == {"state": "bound"}
    assert calls.post("referrals/visits", {"customer_id": "ben", "visitor": visitor}).json() == {"state": "known"}
    shop.buy(1, "ben")
    found = calls.get("referrals/customers/anna").json()
    assert [each["clicks"] for each in found["links"]] == [1]
    assert [(each["friend_id"], each["state"], each["reason"]) for each in found["brought"]] == [
        ("ben", "pending", "")
    ]
    assert calls.get("referrals/customers/ben").json()["brought_by"]["referrer_id"] == "anna"


def test_a_program_is_told_why_a_click_will_not_count():
    shop = referring_shop()
    calls = caller(shop.shop)
    code = made_link(shop)
    shop.buy(1, "ben", hours=-1)
    said = {"customer_id": "ben", "code": code, "clicked_at": AT.isoformat()}
    assert calls.post("referrals/visits", said).json() == {"state": "existing_customer"}
    (brought,) = calls.get("referrals/customers/anna", Accept_Language="en").json()["brought"]
    assert brought["says"] == "they had bought here before they clicked the link"
    problem(calls.post("referrals/visits", {"customer_id": "ben"}), 422, "fields_wrong")
    problem(calls.post("referrals/visits", {"customer_id": "ben", "code": "nothing"}), 404, "link_unknown")
    problem(calls.post("referrals/visits", {"customer_id": "ben", "visitor": "nobody"}), 404, "visitor_unknown")
    problem(calls.post("referrals/links", {"plan_id": "none", "customer_id": "x"}), 409, "no_referrals")


def test_a_program_says_where_someone_is_paid_and_that_two_numbers_are_one():
    shop = referring_shop()
    calls = caller(shop.shop)
    payee = {"method": "alipay", "account": "anna@example.com", "name": "安娜", "bank": ""}
    answer = calls.send("PUT", "referrals/payees/anna", payee).json()
    assert answer == {"customer_id": "anna", "method": "alipay", "ends_in": ".com"}
    problem(calls.send("PUT", "referrals/payees/anna", {**payee, "method": "bank"}), 422, "fields_wrong")
    assert calls.post("referrals/merges", {"gone": "a2", "kept": "anna"}).status_code == 204
    shop.click("cleo", "anna")
    shop.buy(1, "a2")
    assert shop.referral("anna").referrer_id == "cleo"
    assert Payee("anna", Method.ALIPAY, "a", "b") != payee
