"""Birthdays by API: told, changed, deleted, and what became of them."""

from __future__ import annotations

import pytest
from django.test import Client

from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import AuditQuery, Permission, Role
from tests.slices.birthday_shop import birthday_shop, born, look, moment
from tests.slices.online_shop import PLAN_ID
from tests.web.api_caller import caller, problem
from tests.web.pages import member_of, signed_in

pytestmark = pytest.mark.django_db

ANNA = "birthdays/customers/anna"
BOTH = (Permission.RECORD_BIRTHDAYS, Permission.SEE_BIRTHDAYS)


def test_a_program_tells_changes_and_deletes_a_birthday():
    shop = birthday_shop()
    calls = caller(shop, *BOTH)
    problem(calls.get(ANNA), 404, "birthday_unknown")
    told = calls.send("PUT", ANNA, {"month": 2, "day": 14}).json()
    assert (told["month"], told["day"], told["year"], told["changed_at"], told["gifts"]) == (2, 14, None, None, [])
    assert calls.send("PUT", ANNA, {"month": 2, "day": 14}).json() == told == calls.get(ANNA).json()
    changed = calls.send("PUT", ANNA, {"month": 2, "day": 15, "year": 1990}).json()
    assert (changed["day"], changed["year"], changed["known_since"]) == (15, 1990, told["known_since"])
    assert changed["changed_at"] > told["known_since"]
    assert calls.send("DELETE", ANNA, None).json() == {"customer_id": "anna", "was_known": True}
    assert calls.send("DELETE", ANNA, None).json() == {"customer_id": "anna", "was_known": False}
    problem(calls.get(ANNA), 404, "birthday_unknown")
    lines = [line for line in tenancy.search_audit(shop.id, AuditQuery()) if line.subject == "anna"]
    assert [line.action for line in reversed(lines)] == [
        *("birthday recorded", "birthday changed", "birthday deleted")
    ]
    assert all(line.before is None and line.after is None for line in lines)


@pytest.mark.parametrize("told", [{"month": 2, "day": 30}, {"month": 2, "day": 29, "year": 1990}])
def test_a_day_that_cannot_be_a_birthday_is_refused(told):
    calls = caller(birthday_shop(), *BOTH)
    problem(calls.send("PUT", ANNA, told), 422, "birthday_wrong")
    problem(calls.send("PUT", ANNA, {"month": 13, "day": 1}), 422, "fields_wrong")
    problem(calls.get(ANNA), 404, "birthday_unknown")


def test_a_program_reads_what_became_of_a_birthday():
    shop = birthday_shop()
    born(shop, 3, 5, "anna", at=moment(2, 27))
    look(shop, 3, 5)
    look(shop, 3, 5, year=2098)
    gifts = caller(shop, *BOTH).get(ANNA, Accept_Language="en").json()["gifts"]
    of = {"plan_id": PLAN_ID, "offer_id": "happy", "offer": {"zh": "生日礼", "en": "Birthday gift"}}
    assert gifts == [
        {**of, "year": 2098, "day": "2098-03-05", "too_new": False, "outcome": "granted", "says": ["Custom mug"]},
        {**of, "year": 2097, "day": "2097-03-05", "too_new": True, "outcome": None, "says": []},
    ]


def test_the_page_of_a_customer_says_why_a_birthday_brought_nothing():
    shop = birthday_shop()
    born(shop, 3, 5, "anna", at=moment(2, 27))
    look(shop, 3, 5)
    look(shop, 3, 5, year=2098)
    agent = signed_in(member_of(shop, Role.SERVICE_AGENT))
    text = agent.get("/s/gifts/members/?q=anna", headers={"accept-language": "en"}).content.decode()
    assert "told or changed too shortly before; it counts next year" in text
    assert "2097-03-05" in text
    assert "2098-03-05" in text
    finance = signed_in(member_of(shop, Role.FINANCE))
    text = finance.get("/s/gifts/members/?q=anna", headers={"accept-language": "en"}).content.decode()
    assert "2097-03-05" not in text


def test_the_public_page_says_whose_birthdays_count():
    birthday_shop()
    text = Client().get(f"/c/gifts/{PLAN_ID}/", headers={"accept-language": "en"}).content.decode()
    assert "Birthdays: Birthday gift" in text
    assert "once a year, to whoever told the shop their birthday 7 days before or earlier" in text
