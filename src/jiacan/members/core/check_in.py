"""Days in a row and what they reach; docs/algorithms/check-in.md has the rule and worked cases."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from jiacan.kernel.periods import end_of
from jiacan.members.contracts.check_in import (
    Asks,
    Calendar,
    CalendarDay,
    Card,
    Challenge,
    ChallengeClosed,
    DayState,
    MakeUpRefused,
    Next,
    NotToday,
    Question,
    Reached,
    Task,
    TaskUnknown,
    WhyNot,
    WrongAnswer,
)
from jiacan.offers.contracts.occasions import OCCASION_MARK, Occasion
from jiacan.offers.contracts.rules import Trigger

ONE_DAY = timedelta(days=1)
NOTHING_DONE = Card(0, {}, {})


@dataclass(frozen=True, slots=True)
class Walked:
    """Where days in a row have led: `step` days of the round count on `last`, the last day that was done."""

    round: int
    step: int
    streak: int
    last: date | None
    reached: tuple[Reached, ...]


def day_of(at: datetime, zone: ZoneInfo) -> date:
    """The calendar day in the zone on which the moment lies."""
    return at.astimezone(zone).date()


def walk(done: Iterable[date], ladder: tuple[int, ...], *, again: bool) -> Walked:
    """Go through the days that count, in their order.

    A day that follows on the one before counts one more, any other counts as the first. What the ladder has for that
    number is reached once in a round; with the last of it the round is over, and where `again` another begins.
    """
    number, step, streak, last = 1, 0, 0, None
    reached: dict[tuple[int, int], Reached] = {}
    for day in sorted(set(done)):
        follows = last is not None and day - last == ONE_DAY
        step, streak, last = (step + 1 if follows else 1), (streak + 1 if follows else 1), day
        if step in ladder:
            reached.setdefault((number, step), Reached(number, step, day))
        if again and step == ladder[-1]:
            number, step = number + 1, 0
    return Walked(number, step, streak, last, tuple(reached.values()))


def is_done(tasks: frozenset[str], challenge: Challenge) -> bool:
    """Whether these tasks make a day done."""
    asked = [task.id in tasks for task in challenge.tasks]
    return all(asked) if challenge.asks is Asks.ALL else any(asked)


# --- tasks ------------------------------------------------------------------------------------------------


def find_task(challenge: Challenge, task_id: str) -> Task:
    """The task of that id.

    Raises:
        TaskUnknown: there is none.
    """
    for task in challenge.tasks:
        if task.id == task_id:
            return task
    raise TaskUnknown(challenge.id, task_id, tuple(task.id for task in challenge.tasks))


def check_task(challenge: Challenge, task: Task, day: date, answer: str, at: datetime) -> None:
    """Whether the task of that day can be done now, by this answer where it is a question.

    Raises:
        ChallengeClosed: its period does not hold now.
        NotToday: it is another day.
        WrongAnswer: the answer is not right.
    """
    if at not in challenge.during:
        raise ChallengeClosed(challenge.id, challenge.during.starts_at, challenge.during.ends_at)
    today = day_of(at, challenge.zone)
    if day != today:
        raise NotToday(day, today)
    question = question_of(challenge, task, day)
    if question is not None and _plain(answer) not in {_plain(each) for each in question.answers}:
        raise WrongAnswer(task.id)


def question_of(challenge: Challenge, task: Task, day: date) -> Question | None:
    """What the task asks on that day: each day the next of its questions, from the first again after the last."""
    if not task.questions:
        return None
    first = day_of(challenge.during.starts_at, challenge.zone)
    return task.questions[(day - first).days % len(task.questions)]


def _plain(answer: str) -> str:
    """An answer without what does not make it another: case, width and spaces."""
    return "".join(unicodedata.normalize("NFKC", answer).casefold().split())


# --- days that were missed --------------------------------------------------------------------------------


def why_not(challenge: Challenge, card: Card, day: date, today: date) -> WhyNot | None:
    """Why the day cannot be made up today; None where it can."""
    terms = challenge.make_up
    if terms is None:
        return WhyNot.NO_MAKE_UP
    if day >= today:
        return WhyNot.NOT_OVER
    if day not in challenge.during.days(challenge.zone):
        return WhyNot.OUTSIDE
    if day in card.days:
        return WhyNot.DONE
    if (today - day).days > terms.within_days:
        return WhyNot.TOO_LATE
    return None if make_ups_left(challenge, card) else WhyNot.NONE_LEFT


def make_ups_left(challenge: Challenge, card: Card) -> int:
    """How many days the customer can still make up."""
    if challenge.make_up is None:
        return 0
    return max(0, challenge.make_up.days - sum(each.made_up for each in card.days.values()))


def check_make_up(challenge: Challenge, card: Card, day: date, today: date) -> None:
    """Whether the day can be made up today.

    Raises:
        MakeUpRefused: it cannot.
    """
    why = why_not(challenge, card, day, today)
    if why is not None:
        raise MakeUpRefused(day, why)


# --- what the customer sees -------------------------------------------------------------------------------


def to_calendar(challenge: Challenge, customer_id: str, card: Card, today: date) -> Calendar:
    """The customer's calendar as it stands today."""
    walked = walk(card.days, challenge.ladder, again=challenge.again)
    alive = walked.last is not None and today - walked.last <= ONE_DAY
    step = walked.step if alive else 0
    return Calendar(
        challenge=challenge,
        customer_id=customer_id,
        card=card.number,
        today=today,
        days=tuple(_days(challenge, card, today)),
        streak=walked.streak if alive else 0,
        round=walked.round,
        step=step,
        next=_next(challenge, card, walked, step, today),
        make_ups_left=make_ups_left(challenge, card),
        reached=walked.reached,
    )


def _next(challenge: Challenge, card: Card, walked: Walked, step: int, today: date) -> Next | None:
    had = {each.day for each in walked.reached if each.round == walked.round}
    days_left = sum(day >= today and day not in card.days for day in challenge.during.days(challenge.zone))
    ahead = (Next(day, day - step) for day in challenge.ladder if day > step and day not in had)
    return next((each for each in ahead if each.missing <= days_left), None)


def _days(challenge: Challenge, card: Card, today: date) -> Iterator[CalendarDay]:
    for day in challenge.during.days(challenge.zone):
        tasks = tuple(task.id for task in challenge.tasks if task.id in card.tasks.get(day, ()))
        yield CalendarDay(day, _state(card, day, today), tasks, why_not(challenge, card, day, today) is None)


def _state(card: Card, day: date, today: date) -> DayState:
    if day in card.days:
        return DayState.MADE_UP if card.days[day].made_up else DayState.DONE
    if day == today:
        return DayState.OPEN
    return DayState.MISSED if day < today else DayState.AHEAD


# --- rewards ----------------------------------------------------------------------------------------------


def occasion_id(plan_id: str, challenge_id: str, card: int, reached: Reached) -> str:
    """The occasion of a reward; it names the card, not the customer.

    >>> occasion_id("spring", "tea-days", 7, Reached(2, 30, date(2026, 3, 1)))
    '~check-in/spring/tea-days/7/2/30'
    """
    return f"{OCCASION_MARK}check-in/{plan_id}/{challenge_id}/{card}/{reached.round}/{reached.day}"


def to_occasion(
    plan_id: str, challenge: Challenge, customer_id: str, card: int, reached: Reached, at: datetime
) -> Occasion:
    """The reward as offers are asked for it: earned by the end of the day that reached it, and of the challenge."""
    last = min(end_of(reached.on, challenge.zone), challenge.during.ends_at) - timedelta(microseconds=1)
    return Occasion(
        id=occasion_id(plan_id, challenge.id, card, reached),
        trigger=Trigger.CHECK_IN,
        customer_id=customer_id,
        earned_at=min(at, last),
        occurred_at=at,
        rung=reached.day,
        offer_id=challenge.id,
    )
