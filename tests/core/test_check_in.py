"""Days in a row: what is reached, what can be made up, and what counts as today."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiacan.kernel.messages import Name
from jiacan.kernel.periods import Period, end_of, start_of
from jiacan.members.contracts.check_in import (
    Asks,
    Card,
    Challenge,
    ChallengeClosed,
    DayState,
    DoneDay,
    MakeUp,
    MakeUpRefused,
    Next,
    NotToday,
    Question,
    Reward,
    Task,
    TaskKind,
    TaskUnknown,
    WhyNot,
    WrongAnswer,
)
from jiacan.members.core.check_in import (
    NOTHING_DONE,
    check_make_up,
    check_task,
    find_task,
    is_done,
    question_of,
    to_calendar,
    to_occasion,
    walk,
)
from jiacan.offers.contracts.benefits import PointsBenefit
from tests.core.slow_check_in import rewards

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
FIRST, DAYS = date(2026, 11, 16), 14
QUIZ = Task(
    "quiz",
    TaskKind.ANSWER,
    (Question(Name("茶", "Tea?"), ("Green tea", "绿茶")), Question(Name("水", "How hot?"), ("80",))),
)


def day(number: int) -> date:
    return FIRST + timedelta(days=number - 1)


def at(number: int, hour: float = 12, zone: ZoneInfo = SHANGHAI) -> datetime:
    return start_of(day(number), zone) + timedelta(hours=hour)


def challenge(*, zone: ZoneInfo = SHANGHAI, ladder=(3, 7), **more) -> Challenge:
    made = Challenge(
        id="days",
        name=Name("打卡", "Days"),
        during=Period(start_of(FIRST, zone), end_of(day(DAYS), zone)),
        zone=zone,
        tasks=(Task("sign_in", TaskKind.SIGN_IN), QUIZ),
        asks=Asks.ALL,
        again=False,
        make_up=MakeUp(2, 3, 0),
        rewards=tuple(Reward(each, (PointsBenefit(each),)) for each in ladder),
        budget={},
    )
    return replace(made, **more)


def card(*done: int, made_up: tuple[int, ...] = ()) -> Card:
    days = [DoneDay(day(n), at(n), n in made_up, 0) for n in (*done, *made_up)]
    return Card(1, {}, {each.day: each for each in days})


calendars = st.sets(st.integers(1, 60), max_size=60).map(lambda numbers: {day(n) for n in numbers})
ladders = st.sets(st.integers(1, 9), min_size=1, max_size=4).map(sorted)


@given(done=calendars, ladder=ladders, again=st.booleans())
@settings(max_examples=400, deadline=None)
def test_what_is_reached_is_what_a_calendar_gone_through_day_by_day_says(done, ladder, again):
    reached = walk(done, tuple(ladder), again=again).reached
    assert [(each.round, each.day, each.on) for each in reached] == rewards(FIRST, 60, done, ladder, again=again)


@given(done=calendars, more=st.integers(1, 60), ladder=ladders, again=st.booleans())
@settings(max_examples=400, deadline=None)
def test_a_day_more_takes_nothing_away_that_was_reached(done, more, ladder, again):
    def reached(days):
        return {(each.round, each.day) for each in walk(days, tuple(ladder), again=again).reached}

    assert reached(done) <= reached({*done, day(more)})


@given(done=st.sets(st.integers(1, DAYS)), today=st.integers(1, DAYS), ladder=ladders, again=st.booleans())
@settings(max_examples=300, deadline=None)
def test_the_next_reward_comes_after_just_so_many_days_more(done, today, ladder, again):
    of = challenge(ladder=tuple(ladder), again=again)
    past = {n for n in done if n <= today}
    calendar = to_calendar(of, "anna", card(*past), day(today))
    ahead = [n for n in range(today, DAYS + 1) if n not in past]
    had = {(each.round, each.day) for each in calendar.reached}
    for count in range(len(ahead) + 1):
        after = walk({day(n) for n in (*past, *ahead[:count])}, of.ladder, again=again)
        new = [each for each in after.reached if (each.round, each.day) not in had]
        if new:
            assert calendar.next == Next(new[0].day, count)
            return
    assert calendar.next is None


def test_a_broken_row_begins_anew_and_gives_no_reward_twice_in_a_round():
    walked = walk([day(n) for n in (1, 2, 3, 5, 6, 7, 8, 9, 10, 11)], (3, 7), again=False)
    assert [(each.round, each.day, each.on) for each in walked.reached] == [(1, 3, day(3)), (1, 7, day(11))]


def test_another_round_begins_the_day_after_the_last_reward():
    walked = walk([day(n) for n in range(1, 7)], (2, 3), again=True)
    assert [(each.round, each.day, each.on) for each in walked.reached] == [
        *((1, 2, day(2)), (1, 3, day(3))),
        *((2, 2, day(5)), (2, 3, day(6))),
    ]
    assert (walked.round, walked.step, walked.streak) == (3, 0, 6)


def test_all_or_any_of_the_tasks_make_a_day_done():
    both, one = challenge(), challenge(asks=Asks.ANY)
    assert [is_done(frozenset(tasks), both) for tasks in ({"quiz"}, {"quiz", "sign_in"})] == [False, True]
    assert [is_done(frozenset(tasks), one) for tasks in (set(), {"quiz"})] == [False, True]


def test_each_day_asks_the_next_question_and_takes_an_answer_however_it_is_written():
    of = challenge()
    asked = [question_of(of, QUIZ, day(n)) for n in (1, 2, 3)]
    assert [each.asks.en for each in asked if each] == ["Tea?", "How hot?", "Tea?"]
    for answer in ("green  TEA", " 绿茶 ", "ＧＲＥＥＮ tea"):
        check_task(of, QUIZ, day(1), answer, at(1))
    for number, answer in ((1, "black tea"), (2, "green tea"), (1, "")):
        with pytest.raises(WrongAnswer):
            check_task(of, QUIZ, day(number), answer, at(number))
    with pytest.raises(TaskUnknown) as unknown:
        find_task(of, "dance")
    assert unknown.value.known == ("sign_in", "quiz")


def test_a_day_is_the_zones_and_a_task_of_another_is_not_todays():
    of, sign_in = challenge(), challenge().tasks[0]
    check_task(of, sign_in, day(1), "", at(1, 0))
    check_task(of, sign_in, day(1), "", at(1, 23.99))
    for wrong, moment in ((day(1), at(2, 0)), (day(2), at(1, 23.99))):
        with pytest.raises(NotToday):
            check_task(of, sign_in, wrong, "", moment)
    for moment in (at(1, -0.01), at(DAYS + 1, 0)):
        with pytest.raises(ChallengeClosed):
            check_task(of, sign_in, moment.astimezone(SHANGHAI).date(), "", moment)


@pytest.mark.parametrize("first", [date(2026, 3, 6), date(2026, 10, 30)])
def test_days_follow_on_each_other_across_a_change_of_the_clock(first):
    of = challenge(
        zone=NEW_YORK, during=Period(start_of(first, NEW_YORK), end_of(first + timedelta(days=4), NEW_YORK))
    )
    sign_in, done = of.tasks[0], []
    moment = of.during.starts_at
    while moment in of.during:
        today = moment.astimezone(NEW_YORK).date()
        check_task(of, sign_in, today, "", moment)
        done.append(today)
        moment += timedelta(hours=1)
    hours = [done.count(each) for each in sorted(set(done))]
    assert (len(hours), sorted({*hours} - {24})) == (5, [23] if first.month == 3 else [25])
    assert [each.day for each in walk(done, (3, 5), again=False).reached] == [3, 5]


@pytest.mark.parametrize(
    ("number", "kept", "why"),
    [
        (5, card(), WhyNot.NOT_OVER),
        (6, card(), WhyNot.NOT_OVER),
        (0, card(), WhyNot.OUTSIDE),
        (4, card(4), WhyNot.DONE),
        (1, card(), WhyNot.TOO_LATE),
        (4, card(made_up=(2, 3)), WhyNot.NONE_LEFT),
        (2, card(made_up=(3,)), None),
    ],
)
def test_on_the_fifth_day_one_can_make_up(number, kept, why):
    of = challenge()
    if why is None:
        check_make_up(of, kept, day(number), day(5))
        return
    with pytest.raises(MakeUpRefused) as refused:
        check_make_up(of, kept, day(number), day(5))
    assert refused.value.why is why
    assert refused.value.message().text


def test_without_terms_nothing_is_made_up():
    with pytest.raises(MakeUpRefused) as refused:
        check_make_up(challenge(make_up=None), card(), day(1), day(2))
    assert refused.value.why is WhyNot.NO_MAKE_UP


def test_a_calendar_says_what_each_day_is_and_what_is_missing():
    shown = to_calendar(challenge(), "anna", card(1, made_up=(3,)), day(4))
    assert [each.state for each in shown.days[:5]] == [
        *(DayState.DONE, DayState.MISSED, DayState.MADE_UP, DayState.OPEN, DayState.AHEAD)
    ]
    assert [each.day for each in shown.days if each.can_be_made_up] == [day(2)]
    assert (shown.streak, shown.next, shown.make_ups_left) == (1, Next(3, 2), 1)
    late = to_calendar(challenge(), "anna", card(1, made_up=(3,)), day(5))
    assert (late.streak, late.step, late.next) == (0, 0, Next(3, 3))
    assert to_calendar(challenge(), "ben", NOTHING_DONE, day(DAYS - 1)).next is None


def test_a_reward_is_earned_on_the_day_that_reached_it_however_late_that_was_made_up():
    of = challenge()
    (reached,) = walk([day(n) for n in (DAYS - 2, DAYS - 1, DAYS)], of.ladder, again=False).reached
    occasion = to_occasion("spring", of, "anna", 7, reached, at(DAYS + 2))
    assert (occasion.id, occasion.rung, occasion.occurred_at) == ("~check-in/spring/days/7/1/3", 3, at(DAYS + 2))
    assert (occasion.earned_at in of.during, occasion.earned_at.astimezone(SHANGHAI).date()) == (True, day(DAYS))
    assert to_occasion("spring", of, "anna", 7, reached, at(DAYS)).earned_at == at(DAYS)
    assert occasion.earned_at.tzinfo == UTC
