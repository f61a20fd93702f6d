"""Days of check-in challenges: tasks done, days made up, and what days in a row reach, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction

from jiacan.members.contracts.check_in import (
    Calendar,
    Card,
    Challenge,
    DoneDay,
    Question,
    StaffTakeNoPart,
    TakingPart,
)
from jiacan.members.core import check_in as core
from jiacan.members.facade.spending import spend_points
from jiacan.members.store import check_in as store
from jiacan.offers.contracts.occasions import OCCASION_MARK
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.contracts.settled import Settled
from jiacan.offers.facade import awarding, occasions
from jiacan.offers.facade.books import VersionRules

Announce = Callable[[Settled, datetime], None]
"""Told what rewards came to, in the transaction that settled them."""


@dataclass(frozen=True, slots=True)
class InForce:
    """A challenge with the rules by which it rewards, those of earlier versions of its plan, and who is told."""

    challenge: Challenge
    rules: PlanRules
    rules_of: VersionRules
    announce: Announce


def record_task(
    shop_id: int, force: InForce, customer_id: str, task_id: str, *, answer: str, day: date | None, at: datetime
) -> Calendar:
    """Keep that the customer did a task; the same again on that day changes nothing.

    Args:
        shop_id: whose customer.
        force: the challenge.
        customer_id: who did it.
        task_id: one of the challenge's.
        answer: to a question, else empty.
        day: the one that it is for; None for today.
        at: now.

    Raises:
        StaffTakeNoPart: the customer is one of the shop's own people.
        TaskUnknown: there is no such task.
        ChallengeClosed: its period does not hold now.
        NotToday: the day is over, or has not begun.
        WrongAnswer: the answer is not right.
    """
    _bar(force, customer_id)
    challenge = force.challenge
    task, today = core.find_task(challenge, task_id), core.day_of(at, challenge.zone)
    of_day = today if day is None else day
    with transaction.atomic():
        card = _lock(shop_id, force, customer_id)
        before = card.tasks.get(of_day, frozenset())
        if task_id not in before:
            core.check_task(challenge, task, of_day, answer, at)
            store.add_task(shop_id, card.number, of_day, task_id, at=at)
            card = replace(card, tasks={**card.tasks, of_day: before | {task_id}})
            if of_day not in card.days and core.is_done(card.tasks[of_day], challenge):
                done = DoneDay(of_day, at, made_up=False, points=0)
                card = _count(shop_id, force, customer_id, card, done)
        return core.to_calendar(challenge, customer_id, card, today)


def make_up(shop_id: int, force: InForce, customer_id: str, day: date, *, at: datetime) -> Calendar:
    """Let a day count that the customer missed, for the points that the plan asks; the same again changes nothing.

    Args:
        shop_id: whose customer.
        force: the challenge.
        customer_id: whose day.
        day: the one that was missed.
        at: now.

    Raises:
        StaffTakeNoPart: the customer is one of the shop's own people.
        MakeUpRefused: the day cannot be made up.
        NotEnoughPoints: the customer cannot pay for it.
    """
    _bar(force, customer_id)
    challenge, today = force.challenge, core.day_of(at, force.challenge.zone)
    with transaction.atomic():
        card = _lock(shop_id, force, customer_id)
        made_before = day in card.days and card.days[day].made_up
        if not made_before:
            core.check_make_up(challenge, card, day, today)
            assert challenge.make_up is not None, "checked: days can be made up"
            points = challenge.make_up.points
            awarding.lock_plans(shop_id, [force.rules.plan_id])  # before the points, as whoever awards points does
            if points:
                reference = f"{OCCASION_MARK}check-in/{force.rules.plan_id}/{challenge.id}/{card.number}/{day}"
                reason = challenge.name.zh or challenge.name.en
                spend_points(shop_id, customer_id, points, reference=reference, reason=reason, at=at)
            card = _count(shop_id, force, customer_id, card, DoneDay(day, at, made_up=True, points=points))
        return core.to_calendar(challenge, customer_id, card, today)


def calendar_of(shop_id: int, force: InForce, customer_id: str, at: datetime) -> Calendar:
    """The customer's days as they stand now; those of someone who has done nothing are all missed or ahead."""
    challenge = force.challenge
    card = store.find_card(shop_id, force.rules.plan_id, challenge.id, customer_id)
    today = core.day_of(at, challenge.zone)
    return core.to_calendar(challenge, customer_id, card or core.NOTHING_DONE, today)


def taking_part(shop_id: int, plan_id: str, challenge: Challenge, at: datetime) -> TakingPart:
    """How many take part in the challenge, and how far they are."""
    return store.taking_part(shop_id, plan_id, challenge.id, today=core.day_of(at, challenge.zone))


def occasion_ids(plan_id: str, calendar: Calendar) -> tuple[str, ...]:
    """The occasions of what the customer has reached, in the order of `reached`."""
    challenge_id = calendar.challenge.id
    return tuple(core.occasion_id(plan_id, challenge_id, calendar.card, each) for each in calendar.reached)


def questions_of(calendar: Calendar) -> dict[str, Question]:
    """What today's tasks ask, by task."""
    challenge = calendar.challenge
    found = {task.id: core.question_of(challenge, task, calendar.today) for task in challenge.tasks}
    return {task_id: question for task_id, question in found.items() if question is not None}


def _bar(force: InForce, customer_id: str) -> None:
    if customer_id in force.rules.staff:
        raise StaffTakeNoPart(customer_id=customer_id)


def _lock(shop_id: int, force: InForce, customer_id: str) -> Card:
    return store.lock_card(shop_id, force.rules.plan_id, force.challenge.id, customer_id)


def _count(shop_id: int, force: InForce, customer_id: str, card: Card, done: DoneDay) -> Card:
    """Let the day count, and give what is reached by it; the card as it then is."""
    challenge = force.challenge
    store.add_day(shop_id, card.number, done)
    after = replace(card, days={**card.days, done.day: done})
    had, has = (core.walk(each.days, challenge.ladder, again=challenge.again).reached for each in (card, after))
    known = {(each.round, each.day) for each in had}
    new = [each for each in has if (each.round, each.day) not in known]
    if new:
        plan_id, at = force.rules.plan_id, done.at
        asked = [core.to_occasion(plan_id, challenge, customer_id, card.number, each, at) for each in new]
        force.announce(occasions.give(shop_id, force.rules, asked, rules_of=force.rules_of, at=at), at)
    return after
