"""Check-in challenges: tasks that customers did, days they make up, and how they stand."""

from __future__ import annotations

from django.utils import timezone
from ninja import Path, Router

from jiacan.api.web.auth import Call
from jiacan.api.web.kinds import Kind
from jiacan.api.web.operation import operation
from jiacan.api.web.routes.points import NOT_ENOUGH
from jiacan.api.web.shapes.check_ins import CalendarShape, ChallengeId, MakeUpIn, PlanId, TaskIn, to_calendar
from jiacan.api.web.shapes.values import Id
from jiacan.campaigns.facade import checking_in
from jiacan.console.facade import words
from jiacan.kernel.messages import tell
from jiacan.members.contracts.check_in import (
    ChallengeClosed,
    ChallengeUnknown,
    MakeUpRefused,
    NotToday,
    StaffTakeNoPart,
    TaskUnknown,
    WrongAnswer,
)
from jiacan.tenancy.contracts import Permission

router = Router(tags=["check-ins"])

CHALLENGE_UNKNOWN = Kind(ChallengeUnknown, 404, tell("No such challenge"))
TASK_UNKNOWN = Kind(TaskUnknown, 404, tell("No such task"))
CLOSED = Kind(ChallengeClosed, 409, tell("Challenge not open"))
NOT_TODAY = Kind(NotToday, 409, tell("Not today's"))
WRONG_ANSWER = Kind(WrongAnswer, 409, tell("Wrong answer"))
STAFF = Kind(StaffTakeNoPart, 409, tell("Staff take no part"))
MAKE_UP_REFUSED = Kind(MakeUpRefused, 409, tell("Day not made up"))


@operation(
    router,
    "POST",
    "/check-ins/tasks",
    asks=Permission.CHECK_IN,
    answers={200: CalendarShape},
    problems=(CHALLENGE_UNKNOWN, TASK_UNKNOWN, CLOSED, NOT_TODAY, WRONG_ANSWER, STAFF),
)
def record_task(request: Call, body: TaskIn) -> CalendarShape:
    """Record that a customer did a task.

    A task counts once a day, however often it is sent. Send the `day` that your page meant: one that is over is
    refused, and never counted for another. What the day reaches is given at once and stands in `rewards`.
    """
    shop = request.auth.shop
    found = checking_in.record_task(
        *(shop.id, body.plan_id, body.challenge_id, body.customer_id, body.task),
        answer=body.answer,
        day=body.day,
        at=timezone.now(),
    )
    return to_calendar(found, words(shop.zone))


@operation(
    router,
    "POST",
    "/check-ins/made-up-days",
    asks=Permission.CHECK_IN,
    answers={200: CalendarShape},
    problems=(CHALLENGE_UNKNOWN, MAKE_UP_REFUSED, STAFF, NOT_ENOUGH),
)
def make_up_day(request: Call, body: MakeUpIn) -> CalendarShape:
    """Make up a day that a customer missed.

    By the terms of the plan, for the points that it asks. The same day again takes nothing more.
    """
    shop = request.auth.shop
    found = checking_in.make_up(
        shop.id, body.plan_id, body.challenge_id, body.customer_id, body.day, at=timezone.now()
    )
    return to_calendar(found, words(shop.zone))


@operation(
    router,
    "GET",
    "/check-ins/{plan_id}/{challenge_id}/customers/{path:customer_id}",
    asks=Permission.SEE_CHECK_INS,
    answers={200: CalendarShape},
    problems=(CHALLENGE_UNKNOWN,),
)
def get_calendar(
    request: Call, plan_id: Path[PlanId], challenge_id: Path[ChallengeId], customer_id: Path[Id]
) -> CalendarShape:
    """How a customer stands in a challenge.

    Each day with what it is, today's tasks and questions, what is missing to the next reward, and what came of those
    that were reached.
    """
    shop = request.auth.shop
    found = checking_in.challenge_of(shop.id, plan_id, challenge_id, customer_id, at=timezone.now())
    return to_calendar(found, words(shop.zone))
