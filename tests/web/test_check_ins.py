"""Check-in challenges by API: tasks recorded, days made up, and a calendar that says how a customer stands."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from jiacan.tenancy.contracts import Permission
from tests.slices.check_in_shop import check_in_shop
from tests.slices.online_shop import PLAN_ID
from tests.web.api_caller import Caller, caller, problem

pytestmark = pytest.mark.django_db

LONDON = ZoneInfo("Europe/London")
QUIZ = (
    "tasks: [sign_in, share_poster]",
    "tasks: [sign_in, {do: answer, questions: [{ask: {zh: 多少度？, en: How hot?}, answers: ['80']}]}]",
)


@pytest.fixture
def calls() -> Caller:
    """A program of a shop whose challenge began three days ago."""
    today = timezone.now().astimezone(LONDON).date()
    first, last = today - timedelta(days=3), today + timedelta(days=4)
    during = ("{from: 2011-11-14, to: 2011-11-27}", f"{{from: {first}, to: {last}}}")
    shop = check_in_shop(during, QUIZ, ("points: 20", "points: 0"), ("day: 5, give", "day: 4, give"))
    return caller(shop.shop, Permission.CHECK_IN, Permission.SEE_CHECK_INS)


def asked(**more: str) -> dict[str, str]:
    return {"plan_id": PLAN_ID, "challenge_id": "tea-days", "customer_id": "anna", **more}


def days_before(calendar: dict[str, str], number: int) -> str:
    """So many days before the calendar's today."""
    return str(date.fromisoformat(calendar["today"]) - timedelta(days=number))


def test_a_program_records_tasks_makes_days_up_and_reads_the_calendar(calls):
    address = f"check-ins/{PLAN_ID}/tea-days/customers/anna"
    before = calls.get(address, Accept_Language="en").json()
    assert (before["streak"], before["next"], before["make_ups_left"]) == (0, {"day": 3, "missing": 3}, 2)
    assert [(each["task"], each["asks"], each["done"]) for each in before["tasks"]] == [
        ("sign_in", None, False),
        ("answer", {"zh": "多少度？", "en": "How hot?"}, False),
    ]
    assert before["ladder"][0] == {"day": 3, "gives": ["10 points"]}
    calls.post("check-ins/tasks", asked(task="sign_in", day=days_before(before, 0)))
    done = calls.post("check-ins/tasks", asked(task="answer", answer=" 80 ")).json()
    assert (done["streak"], done["days"][3]["state"], done["days"][3]["tasks"]) == (1, "done", ["sign_in", "answer"])
    calls.post("check-ins/made-up-days", asked(day=days_before(before, 1)))
    made = calls.post("check-ins/made-up-days", asked(day=days_before(before, 2)), Accept_Language="en").json()
    assert (made["streak"], made["make_ups_left"], made["next"]) == (3, 0, {"day": 4, "missing": 1})
    assert [(each["day"], each["outcome"], each["says"]) for each in made["rewards"]] == [
        (3, "granted", ["10 points"])
    ]
    assert [each["state"] for each in made["days"]] == [
        *("missed", "made_up", "made_up", "done"),
        *["ahead"] * 4,
    ]
    assert calls.get(address, Accept_Language="en").json() == made


def test_a_program_is_told_why_something_does_not_count(calls):
    address = f"check-ins/{PLAN_ID}/tea-days/customers/anna"
    calendar = calls.get(address).json()
    task = asked(task="answer", answer="100")
    problem(calls.post("check-ins/tasks", task), 409, "wrong_answer")
    problem(calls.post("check-ins/tasks", asked(task="dance")), 404, "task_unknown")
    problem(calls.post("check-ins/tasks", asked(task="sign_in", day=days_before(calendar, 1))), 409, "not_today")
    problem(
        calls.post("check-ins/tasks", {**asked(task="sign_in"), "customer_id": "staff-1"}), 409, "staff_take_no_part"
    )
    problem(calls.post("check-ins/tasks", {**asked(task="sign_in"), "challenge_id": "tea"}), 404, "challenge_unknown")
    problem(calls.post("check-ins/made-up-days", asked(day=days_before(calendar, 0))), 409, "make_up_refused")
    problem(calls.post("check-ins/made-up-days", asked(day="soon")), 422, "fields_wrong")
    assert calls.get(address).json() == calendar


def test_the_public_page_says_what_days_in_a_row_bring_and_how_they_count():
    check_in_shop()
    page = Client(headers={"accept-language": "en"}).get(f"/c/gifts/{PLAN_ID}/").content.decode()
    said = " ".join(page.split())
    for term in (
        "Checking in: Tea days",
        "a day counts when all tasks are done on it",
        "2 missed days can be made up",
    ):
        assert term in said
    assert "for 20 points each; each reward is given once." in said
    assert "3 days in a row" in said


def test_a_challenge_that_is_over_takes_no_task():
    calls = caller(check_in_shop().shop)
    problem(calls.post("check-ins/tasks", asked(task="sign_in")), 409, "challenge_closed")
