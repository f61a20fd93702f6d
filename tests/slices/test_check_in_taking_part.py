"""How many take part in a challenge: counted by the database as every calendar says it."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiacan.campaigns.facade import checking_in
from jiacan.members.contracts.check_in import DayState, TakingPart
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import AuditQuery
from tests.slices.check_in_shop import CheckInShop, check_in_shop, moment
from tests.slices.online_shop import PLAN_ID, WHO

pytestmark = pytest.mark.django_db

TODAY = 6


def taking_part(shop: CheckInShop, day: int = TODAY) -> TakingPart:
    (found,) = checking_in.challenges_in_force(shop.shop.id, moment(day))
    return found.taking_part


def test_nobody_takes_part_at_first_and_a_challenge_that_is_over_is_not_listed():
    shop = check_in_shop()
    assert taking_part(shop) == TakingPart(0, 0, {}, {})
    assert checking_in.challenges_in_force(shop.shop.id, moment(15)) == ()


@settings(max_examples=5, deadline=None)
@given(days=st.lists(st.sets(st.integers(1, TODAY)), min_size=1, max_size=4), number=st.integers(0, 10**9))
def test_rows_are_counted_as_calendars_say_them(days: list[set[int]], number: int):
    shop = check_in_shop(slug=f"gifts-{number}")
    for customer, done in enumerate(days):
        for day in sorted(done):
            shop.do(day, customer=f"c-{customer}")
    calendars = [shop.seen(TODAY, customer=f"c-{n}").calendar for n, done in enumerate(days) if done]
    streaks = Counter(each.streak for each in calendars if each.streak)
    done_today = sum(each.days[TODAY - 1].state is DayState.DONE for each in calendars)
    assert taking_part(shop) == TakingPart(
        customers=len(calendars),
        done_today=done_today,
        streaks=dict(streaks),
        tasks=dict.fromkeys(("share_poster", "sign_in"), done_today) if done_today else {},
    )


def test_a_task_that_staff_enter_counts_as_any_and_is_audited_once():
    shop = check_in_shop()
    for _ in range(2):
        calendar = checking_in.record_by_hand(
            *(shop.shop.id, PLAN_ID, "tea-days", "anna", "sign_in"), answer="", actor=WHO, at=moment(1)
        )
    assert calendar.days[0].tasks == ("sign_in",)
    lines = [line for line in tenancy.search_audit(shop.shop.id, AuditQuery()) if line.subject == "anna"]
    assert [(line.action, line.after) for line in lines] == [
        ("check-in recorded", {"plan": PLAN_ID, "challenge": "tea-days", "task": "sign_in", "day": "2011-11-14"})
    ]
