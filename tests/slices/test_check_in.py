"""Check-in challenges on a real database: a day counts once, and what it reaches is given once."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiacan.campaigns.facade import checking_in
from jiacan.members.contracts.check_in import (
    ChallengeClosed,
    ChallengeUnknown,
    DayState,
    MakeUpRefused,
    Next,
    NotToday,
    StaffTakeNoPart,
    WhyNot,
)
from jiacan.members.contracts.points import Move, NotEnoughPoints
from jiacan.members.facade import reading as points
from jiacan.members.facade import spending
from jiacan.members.models.check_in import CheckInDay, CheckInTask
from jiacan.offers.facade import reading as offers
from tests.core.slow_check_in import rewards as slow_rewards
from tests.slices.check_in_shop import FIRST, CheckInShop, check_in_shop, date_of, moment, rewards
from tests.slices.online_shop import PLAN_ID, WHO, assert_books_add_up, go_live, mugs_left, rules

pytestmark = pytest.mark.django_db

SHOPS = count()


def give_points(shop: CheckInShop, many: int, *, customer: str = "anna") -> None:
    spending.correct(
        *(shop.shop.id, customer, many),
        reference=f"start-{customer}",
        reason="For a start",
        expires_at=None,
        actor=WHO,
        at=moment(1, 0),
    )


def available(shop: CheckInShop, *, customer: str = "anna") -> int:
    return points.points_of(shop.shop.id, customer, moment(20)).available


def test_days_in_a_row_bring_their_rewards_once_each():
    shop = check_in_shop()
    mugs = mugs_left(shop.shop)
    for day in range(1, 6):
        shown = shop.do(day)
        again = shop.do(day)
        assert shown == again
    assert rewards(shown) == [(3, "granted", ["10 points"]), (5, "granted", ["Custom mug"])]
    assert (available(shop), mugs_left(shop.shop)) == (10, mugs - 1)
    assert (shown.calendar.streak, shown.calendar.next) == (5, None)
    statement = points.statement(shop.shop.id, "anna").lines
    assert [(each.line.move, each.line.points) for each in statement] == [(Move.EARNED, 10)]
    assert (CheckInTask.objects.count(), CheckInDay.objects.count()) == (10, 5)
    assert_books_add_up(shop.shop)


def test_a_day_counts_when_all_its_tasks_are_done_and_the_calendar_says_what_is_missing():
    shop = check_in_shop()
    half = shop.do(1, "sign_in")
    assert (half.calendar.streak, half.calendar.days[0].state, half.calendar.days[0].tasks) == (
        *(0, DayState.OPEN),
        ("sign_in",),
    )
    whole = shop.do(1, "share_poster", hour=23.9)
    assert (whole.calendar.streak, whole.calendar.next) == (1, Next(3, 2))
    assert shop.seen(2).calendar.next == Next(3, 2)
    assert shop.seen(3).calendar.next == Next(3, 3)
    assert shop.seen(1, customer="ben").calendar.card == 0


def test_where_any_task_will_do_one_makes_the_day():
    shop = check_in_shop(("    tasks:", "    done_by: any\n    tasks:"))
    assert [shop.do(day, task).calendar.streak for day, task in ((1, "sign_in"), (2, "share_poster"))] == [1, 2]


def test_what_arrives_after_midnight_counts_for_no_other_day():
    shop = check_in_shop()
    shop.do(1, hour=23.99)
    with pytest.raises(NotToday) as refused:
        shop.do(3, hour=0.01, meant=2)
    assert (refused.value.day, refused.value.today) == (date_of(2), date_of(3))
    assert shop.do(3, hour=0.01, meant=1).calendar.streak == 0
    assert [row.day for row in CheckInDay.objects.order_by("day")] == [date_of(1)]


def test_nothing_is_done_outside_the_period_or_in_no_challenge():
    shop = check_in_shop()
    for day in (0, 15):
        with pytest.raises(ChallengeClosed):
            shop.do(day)
    other = go_live("plain")
    for where, plan_id, challenge in (
        (shop.shop, PLAN_ID, "tea"),
        (shop.shop, "tea", "tea-days"),
        (other, PLAN_ID, "tea-days"),
    ):
        with pytest.raises(ChallengeUnknown):
            checking_in.challenge_of(where.id, plan_id, challenge, "anna", at=moment(1))
    assert CheckInTask.objects.count() == 0


def test_staff_take_no_part():
    shop = check_in_shop()
    with pytest.raises(StaffTakeNoPart):
        shop.do(1, customer="staff-1")
    with pytest.raises(StaffTakeNoPart):
        shop.make_up(1, day=2, customer="staff-1")
    assert CheckInTask.objects.count() == 0


def test_a_missed_day_is_made_up_for_points_and_what_it_reaches_is_given():
    shop = check_in_shop()
    give_points(shop, 50)
    for day in (1, 2, 4):
        shop.do(day)
    assert rewards(shop.seen(4)) == []
    made = shop.make_up(3, day=4)
    assert shop.make_up(3, day=4) == made
    assert (made.calendar.streak, made.calendar.make_ups_left) == (4, 1)
    assert rewards(made) == [(3, "granted", ["10 points"])]
    assert [each.reached.on for each in made.rewarded] == [date_of(3)]
    assert available(shop) == 50 - 20 + 10
    assert_books_add_up(shop.shop)


def test_a_day_that_cannot_be_made_up_or_paid_for_changes_nothing():
    shop = check_in_shop()
    shop.do(1)
    for missed, day, why in (
        (1, 4, WhyNot.DONE),
        (2, 6, WhyNot.TOO_LATE),
        (4, 4, WhyNot.NOT_OVER),
        (0, 1, WhyNot.OUTSIDE),
    ):
        with pytest.raises(MakeUpRefused) as refused:
            shop.make_up(missed, day=day)
        assert refused.value.why is why
    with pytest.raises(NotEnoughPoints):
        shop.make_up(2, day=3)
    assert [row.day for row in CheckInDay.objects.all()] == [date_of(1)]
    give_points(shop, 100)
    shop.make_up(2, day=3)
    shop.make_up(3, day=4)
    with pytest.raises(MakeUpRefused) as refused:
        shop.make_up(4, day=5)
    assert (refused.value.why, available(shop)) == (WhyNot.NONE_LEFT, 100 - 40 + 10)


def test_the_last_day_is_made_up_after_the_challenge():
    shop = check_in_shop(("points: 20", "points: 0"))
    for day in (12, 13):
        shop.do(day)
    made = shop.make_up(14, day=16)
    assert rewards(made) == [(3, "granted", ["10 points"])]


def test_a_reward_that_is_out_is_refused_with_the_fact_and_the_next_still_comes():
    shop = check_in_shop(("{day: 3, give: [{points: 10}]}", "{day: 3, give: [{gift: tablet}]}"))
    customers = [f"c-{number}" for number in range(5)]
    for day in range(1, 6):
        shown = {each: shop.do(day, customer=each) for each in customers}
    outcomes = [[outcome for _, outcome, _ in rewards(shown[each])] for each in customers]
    assert outcomes == [*[["granted", "granted"]] * 4, ["refused", "granted"]]
    refused = [each for each in offers.awards_of(shop.shop.id, PLAN_ID) if each.outcome == "refused"]
    assert [(each.customer_id, each.refusal and each.refusal.code) for each in refused] == [("c-4", "stock:tablet")]
    shop.do(5, customer="c-4")
    assert offers.stock_left(shop.shop.id, rules(shop.shop))["tablet"] == 0


def test_another_round_begins_where_the_plan_says_so():
    shop = check_in_shop(("    make_up:", "    again: true\n    make_up:"))
    mugs = mugs_left(shop.shop)
    for day in range(1, 11):
        shown = shop.do(day)
    assert [(each.reached.round, each.reached.day) for each in shown.rewarded] == [(1, 3), (1, 5), (2, 3), (2, 5)]
    assert (available(shop), mugs_left(shop.shop)) == (20, mugs - 2)


@settings(max_examples=20, deadline=None)
@given(
    steps=st.lists(
        st.tuples(
            st.integers(0, 2),
            st.sampled_from(["both", "sign_in", "share_poster", "make_up"]),
            st.integers(1, 3),
            st.sampled_from(["anna", "ben"]),
        ),
        max_size=25,
    ),
    again=st.booleans(),
)
def test_any_history_gives_what_a_calendar_gone_through_day_by_day_says(steps, again):
    shop = check_in_shop(
        ("points: 20", "points: 0"),
        *([("    make_up:", "    again: true\n    make_up:")] if again else []),
        slug=f"s-{next(SHOPS)}",
    )
    done: dict[str, dict[int, set[str]]] = {"anna": {}, "ben": {}}
    made: dict[str, set[int]] = {"anna": set(), "ben": set()}
    today = 1
    for pause, what, back, who in steps:
        today = min(today + pause, 14)
        whole = {day for day, tasks in done[who].items() if len(tasks) == 2}
        if what != "make_up":
            tasks = ("sign_in", "share_poster") if what == "both" else (what,)
            shop.do(today, *tasks, customer=who)
            done[who].setdefault(today, set()).update(tasks)
            continue
        missed = today - back
        try:
            shop.make_up(missed, day=today, customer=who)
        except MakeUpRefused:
            assert missed < 1 or missed in whole or len(made[who]) == 2
        else:
            made[who].add(missed)
    for who in ("anna", "ben"):
        counts = {date_of(day) for day, tasks in done[who].items() if len(tasks) == 2} | {
            date_of(day) for day in made[who]
        }
        expected = slow_rewards(FIRST, 14, counts, [3, 5], again=again)
        shown = shop.seen(today, customer=who)
        assert [(each.reached.round, each.reached.day, each.reached.on) for each in shown.rewarded] == expected
        assert all(each.outcome == "granted" for each in shown.rewarded)
        given_now = [award for award in offers.awards_of(shop.shop.id, PLAN_ID) if award.customer_id == who]
        assert len(given_now) == len(expected)
        assert available(shop, customer=who) == 10 * sum(day == 3 for _, day, _ in expected)
    assert_books_add_up(shop.shop)
