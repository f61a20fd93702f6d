"""Points: what customers have, how it came about, spending and correcting, and what soon expires."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from django.utils import timezone
from ninja import Path, Query, Router

from jiacan.api.contracts import FieldProblem, FieldsWrong
from jiacan.api.web.auth import Call, actor_of
from jiacan.api.web.kinds import Kind
from jiacan.api.web.operation import operation
from jiacan.api.web.paging import Cursor, Limit, Page, next_address, read_cursor
from jiacan.api.web.shapes.points import (
    CancelSpendingIn,
    CorrectIn,
    CustomerPointsShape,
    DoneShape,
    ExpiringShape,
    LineShape,
    SpendIn,
    to_done,
    to_expiring,
    to_line,
    to_points,
)
from jiacan.api.web.shapes.values import Id
from jiacan.console.facade import words
from jiacan.kernel.messages import tell
from jiacan.members.contracts.points import NotEnoughPoints, ReferenceUsed, SpendingBound, SpendingUnknown
from jiacan.members.facade import expiring, reading, spending
from jiacan.tenancy.contracts import Permission

router = Router(tags=["points"])

NOT_ENOUGH = Kind(NotEnoughPoints, 409, tell("Not enough points"))
REFERENCE_USED = Kind(ReferenceUsed, 409, tell("Reference used before"))
SPENDING_UNKNOWN = Kind(SpendingUnknown, 404, tell("No such spending"))
SPENDING_BOUND = Kind(SpendingBound, 409, tell("Spent on something that stands"))
Days = Annotated[int, Query(30, ge=1, le=366, description="Within how many days.")]


@operation(
    router,
    "GET",
    "/points/expiring",
    asks=Permission.SEE_POINTS,
    answers={200: Page[ExpiringShape]},
)
def list_expiring(request: Call, days: Days = 30, cursor: Cursor = None, limit: Limit = 50) -> Page[ExpiringShape]:
    """Who loses how many points when, the first to expire first.

    To be told in time, ask for the webhook `points.expiring`.
    """
    after = read_cursor(request, cursor, _to_place)
    found = expiring.expiring(
        request.auth.shop.id, timezone.now(), within=timedelta(days=days), after=after, limit=limit + 1
    )
    last = found[limit - 1] if len(found) > limit else None
    position = None if last is None else [last.expires_at.isoformat(), last.customer_id]
    return Page(items=[to_expiring(each) for each in found[:limit]], next=next_address(request, position))


@operation(
    router,
    "POST",
    "/points/spendings",
    asks=Permission.SPEND_POINTS,
    answers={200: DoneShape},
    problems=(NOT_ENOUGH, REFERENCE_USED),
)
def spend_points(request: Call, body: SpendIn) -> DoneShape:
    """Spend a customer's points, those that expire first at first.

    What pends cannot be spent. The same reference again takes nothing more and is answered the same.
    """
    shop, at = request.auth.shop, timezone.now()
    line = spending.spend_points(
        shop.id, body.customer_id, body.points, reference=body.reference, reason=body.reason, at=at
    )
    return to_done(line, reading.points_of(shop.id, body.customer_id, at))


@operation(
    router,
    "POST",
    "/points/spendings/cancelled",
    asks=Permission.SPEND_POINTS,
    answers={200: DoneShape},
    problems=(SPENDING_UNKNOWN, SPENDING_BOUND),
)
def cancel_spending(request: Call, body: CancelSpendingIn) -> DoneShape:
    """Give back what a customer spent under a reference.

    The points go to the lots that they came from, with their ends as they were; of a lot that is over by then, they
    last a week, once. The same again gives nothing more and is answered the same.
    """
    shop, at = request.auth.shop, timezone.now()
    line = spending.cancel_spending(shop.id, body.customer_id, reference=body.reference, reason=body.reason, at=at)
    return to_done(line, reading.points_of(shop.id, body.customer_id, at))


@operation(
    router,
    "POST",
    "/points/corrections",
    asks=Permission.CORRECT_POINTS,
    answers={200: DoneShape},
    problems=(NOT_ENOUGH, REFERENCE_USED),
)
def correct_points(request: Call, body: CorrectIn) -> DoneShape:
    """Give points by hand, or take some that can be spent.

    The reason stands in the customer's statement and in the audit. The same reference again changes nothing more.
    """
    shop, at = request.auth.shop, timezone.now()
    if body.points == 0:
        wrong = tell("say how many points; fewer than none are taken")
        raise FieldsWrong(problems=(FieldProblem("body", "/points", "nothing", wrong),))
    if body.expires_at is not None and (body.points < 0 or body.expires_at <= at):
        wrong = tell("is for points that are given, and lies ahead")
        raise FieldsWrong(problems=(FieldProblem("body", "/expires_at", "not_ahead", wrong),))
    line = spending.correct(
        shop.id,
        body.customer_id,
        body.points,
        reference=body.reference,
        reason=body.reason,
        expires_at=body.expires_at,
        actor=actor_of(request),
        at=at,
    )
    return to_done(line, reading.points_of(shop.id, body.customer_id, at))


@operation(
    router,
    "GET",
    "/points/statements/{path:customer_id}",
    asks=Permission.SEE_POINTS,
    answers={200: Page[LineShape]},
)
def get_statement(request: Call, customer_id: Path[Id], cursor: Cursor = None, limit: Limit = 50) -> Page[LineShape]:
    """How a customer's points came about, the last change first.

    Each line says what it was, why, and the balance before and after it; none is ever rewritten.
    """
    shop = request.auth.shop
    found = reading.statement(shop.id, customer_id, before=read_cursor(request, cursor, _to_number), limit=limit)
    say = words(shop.zone)
    return Page(
        items=[to_line(each, say) for each in found.lines],
        next=next_address(request, None if found.next is None else [found.next]),
    )


@operation(
    router,
    "GET",
    "/points/customers/{path:customer_id}",
    asks=Permission.SEE_POINTS,
    answers={200: CustomerPointsShape},
)
def get_points(request: Call, customer_id: Path[Id]) -> CustomerPointsShape:
    """What a customer has of points.

    What can be spent, what pends until its order is received, what is owed after a return, and every lot with points
    left. Nobody who is not known has any.
    """
    return to_points(reading.points_of(request.auth.shop.id, customer_id, timezone.now()))


def _to_place(position: Sequence[Any]) -> tuple[datetime, str]:
    expires_at, customer_id = position
    return datetime.fromisoformat(expires_at), str(customer_id)


def _to_number(position: Sequence[Any]) -> int:
    (number,) = position
    return int(number)
