"""The staff's page of check-ins: challenges in force, a customer's days, and a task entered by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from jiacan.campaigns.facade import checking_in
from jiacan.tenancy.contracts import Role
from tests.slices.check_in_shop import LONDON, CheckInShop, check_in_shop
from tests.slices.online_shop import PLAN_ID
from tests.web.pages import Pages, member_of, shop_of, signed_in

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/s/gifts/check-ins/"


def running_shop() -> CheckInShop:
    """A shop whose challenge began three days ago."""
    today = timezone.now().astimezone(LONDON).date()
    first, last = today - timedelta(days=3), today + timedelta(days=4)
    return check_in_shop(("{from: 2011-11-14, to: 2011-11-27}", f"{{from: {first}, to: {last}}}"))


def do(shop: CheckInShop, customer: str, *tasks: str) -> None:
    for task in tasks:
        checking_in.record_task(
            shop.shop.id, PLAN_ID, "tea-days", customer, task, answer="", day=None, at=timezone.now()
        )


def test_the_page_says_who_takes_part_and_how_days_are_made_up():
    shop = running_shop()
    do(shop, "anna", "sign_in", "share_poster")
    do(shop, "bo", "sign_in")
    client = signed_in(member_of(shop.shop, Role.SERVICE_AGENT))
    text = client.get(PAGE, headers={"accept-language": "en"}).content.decode()
    assert "Tea days" in text
    assert "2 missed days can be made up, each within 3 days, for 20 points each" in text
    (each,) = client.get(PAGE).context["challenges"]
    assert (each.found.taking_part.customers, each.found.taking_part.done_today) == (2, 1)
    assert (each.streaks, each.broken) == (((1, 1),), 1)
    assert [(task.id, task.done) for task in each.tasks] == [("sign_in", 2), ("share_poster", 1)]


def test_a_customers_days_say_what_is_missing():
    shop = running_shop()
    do(shop, "anna", "sign_in", "share_poster")
    client = signed_in(member_of(shop.shop, Role.SERVICE_AGENT))
    text = client.get(f"{PAGE}?q=anna", headers={"accept-language": "en"}).content.decode()
    assert "2 more for the reward of 3 days" in text
    assert "can be made up" in text
    assert "Enter as done" not in text


def test_staff_who_may_enter_a_task_that_a_customer_did():
    shop = running_shop()
    client = signed_in(member_of(shop.shop, Role.OPERATIONS))
    asked = {"plan": PLAN_ID, "challenge": "tea-days", "customer": "anna", "task": "sign_in"}
    answer = client.post(f"{PAGE}record", asked, follow=True, headers={"accept-language": "en"})
    assert "The task is entered for today" in answer.content.decode()
    (card,) = answer.context["cards"]
    assert [(task.id, task.done) for task in card.tasks] == [("sign_in", 1), ("share_poster", 0)]
    refused = client.post(
        f"{PAGE}record", {**asked, "customer": "staff-1"}, follow=True, headers={"accept-language": "en"}
    )
    assert "staff do not take part" in refused.content.decode()
    agent = signed_in(member_of(shop.shop, Role.SERVICE_AGENT))
    assert agent.post(f"{PAGE}record", asked).status_code == 403


def test_a_shop_without_a_challenge_is_told_how_to_begin():
    client = signed_in(member_of(shop_of("gifts"), Role.OWNER))
    assert "No check-in challenge is in force" in client.get(PAGE, headers={"accept-language": "en"}).content.decode()


def test_the_page_can_be_read(pages: Pages):
    shop = running_shop()
    do(shop, "anna", "sign_in", "share_poster")
    owner = member_of(shop.shop, Role.OWNER)
    for place, name in (("", "check-ins"), ("?q=anna", "check-ins-customer")):
        page = pages.read(f"{PAGE}{place}", person=owner)
        pages.shoot(page, name)
