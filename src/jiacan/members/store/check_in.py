"""Every query on check-in cards, their tasks and their days."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime

from django.db import connection
from django.db.models import Count

from jiacan.members.contracts.check_in import Card, DoneDay, TakingPart
from jiacan.members.models.check_in import CheckInCard, CheckInDay, CheckInTask

# Days in a row differ from their number in the row by the same day.
_STREAKS = """
WITH numbered AS (
    SELECT done.card, done.day, done.day - row_number() OVER (PARTITION BY done.card ORDER BY done.day)::int AS run
    FROM members_checkinday AS done
    JOIN members_checkincard AS card ON card.id = done.card AND card.shop_id = done.shop_id
    WHERE done.shop_id = %(shop_id)s AND card.plan_id = %(plan_id)s AND card.challenge_id = %(challenge_id)s
), alive AS (
    SELECT card, count(*) AS days FROM numbered GROUP BY card, run HAVING max(day) >= %(today)s::date - 1
)
SELECT days, count(*) FROM alive GROUP BY days ORDER BY days DESC
"""


def lock_card(shop_id: int, plan_id: str, challenge_id: str, customer_id: str) -> Card:
    """The customer's card, new where there is none; nobody else changes it until the caller's transaction ends."""
    key = {"shop_id": shop_id, "plan_id": plan_id, "challenge_id": challenge_id, "customer_id": customer_id}
    CheckInCard.objects.bulk_create([CheckInCard(**key)], ignore_conflicts=True)
    return _to_card(shop_id, CheckInCard.objects.select_for_update().get(**key).pk)


def find_card(shop_id: int, plan_id: str, challenge_id: str, customer_id: str) -> Card | None:
    """The customer's card, if they have one."""
    row = CheckInCard.objects.filter(
        shop_id=shop_id, plan_id=plan_id, challenge_id=challenge_id, customer_id=customer_id
    ).first()
    return None if row is None else _to_card(shop_id, row.pk)


def taking_part(shop_id: int, plan_id: str, challenge_id: str, *, today: date) -> TakingPart:
    """How many customers have a card of the challenge, and how far they are."""
    asked = {"shop_id": shop_id, "plan_id": plan_id, "challenge_id": challenge_id, "today": today}
    of_challenge = CheckInCard.objects.filter(shop_id=shop_id, plan_id=plan_id, challenge_id=challenge_id)
    cards = of_challenge.values("pk")
    tasks = CheckInTask.objects.filter(shop_id=shop_id, day=today, card__in=cards)
    with connection.cursor() as cursor:
        cursor.execute(_STREAKS, asked)
        streaks = dict(cursor.fetchall())
    return TakingPart(
        customers=of_challenge.count(),
        done_today=CheckInDay.objects.filter(shop_id=shop_id, day=today, card__in=cards).count(),
        streaks=streaks,
        tasks=dict(tasks.values_list("task").annotate(Count("pk")).order_by("task")),
    )


def add_task(shop_id: int, card: int, day: date, task: str, *, at: datetime) -> None:
    """Keep that a task was done on a day, for the first time."""
    CheckInTask.objects.create(shop_id=shop_id, card=card, day=day, task=task, at=at)


def add_day(shop_id: int, card: int, done: DoneDay) -> None:
    """Keep that a day counts, for the first time."""
    CheckInDay.objects.create(
        shop_id=shop_id, card=card, day=done.day, at=done.at, made_up=done.made_up, points=done.points
    )


def _to_card(shop_id: int, number: int) -> Card:
    tasks: defaultdict[date, set[str]] = defaultdict(set)
    for row in CheckInTask.objects.filter(shop_id=shop_id, card=number):
        tasks[row.day].add(row.task)
    days = CheckInDay.objects.filter(shop_id=shop_id, card=number)
    return Card(
        number,
        {day: frozenset(each) for day, each in tasks.items()},
        {row.day: DoneDay(row.day, row.at, row.made_up, row.points) for row in days},
    )
