"""Points as programs ask for them and are given them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from jiacan.api.web.shapes.values import Given, Id, Moment, Taken, Words
from jiacan.kernel.messages import Phrasebook
from jiacan.members.contracts.points import CustomerPoints, Expiring, Line, Lot, Move, StatementLine
from jiacan.members.facade.words import move_in_words

MOST_POINTS = 10**12
SomePoints = Annotated[int, Field(strict=True, ge=1, le=MOST_POINTS, examples=[250])]
MoreOrFewer = Annotated[int, Field(strict=True, ge=-MOST_POINTS, le=MOST_POINTS, examples=[100])]
Why = Annotated[Words, Field(min_length=1, examples=["A late parcel"])]


class LotShape(Given):
    """Points that came together, and how many of them are left.

    They can be spent from `available_at` on (null: not known yet) and before `expires_at` (null: for ever).
    """

    name: str = Field(examples=["order-bonus-2011/1001/every-hundred"])
    plan_id: str
    order_id: str
    offer_id: str = Field(examples=["every-hundred"])
    points: int = Field(examples=[100])
    left: int = Field(examples=[60])
    earned_at: Moment
    available_at: Moment | None
    expires_at: Moment | None


class CustomerPointsShape(Given):
    """What a customer has: `balance` = `available` + `pending` − `debt`. Lots stand in the order of spending."""

    customer_id: str
    balance: int = Field(examples=[60])
    available: int = Field(examples=[60])
    pending: int = Field(examples=[0])
    debt: int = Field(examples=[0])
    lots: list[LotShape]


class PartShape(Given):
    """So many points of one lot."""

    lot: str = Field(examples=["order-bonus-2011/1001/every-hundred"])
    points: int = Field(examples=[40])


class LineShape(Given):
    """A line of a customer's statement; `says` is what it was in the language of Accept-Language."""

    number: int
    move: Move
    says: str = Field(examples=["spent"])
    points: int = Field(examples=[-40])
    before: int = Field(examples=[100])
    after: int = Field(examples=[60])
    at: Moment
    subject: str = Field(examples=["mall-2207"])
    reason: str = Field(examples=["A cup"])
    parts: list[PartShape]


class SpendIn(Taken):
    """Points to be spent, under a reference of the shop's own that counts once."""

    customer_id: Id
    points: SomePoints
    reference: Id = Field(examples=["mall-2207"])
    reason: Words = Field("", examples=["A cup"])


class CancelSpendingIn(Taken):
    """The spending that is cancelled, by its reference."""

    customer_id: Id
    reference: Id = Field(examples=["mall-2207"])
    reason: Words = Field("", examples=["Broken on the way"])


class CorrectIn(Taken):
    """Points to be given by hand, or taken where there are fewer than none; those given can have an end."""

    customer_id: Id
    points: MoreOrFewer
    reference: Id = Field(examples=["case-881"])
    reason: Why
    expires_at: Moment | None = None


class DoneShape(Given):
    """What was done, from which lots, and what the customer has now."""

    customer_id: str
    points: int = Field(examples=[-40])
    reference: str = Field(examples=["mall-2207"])
    at: Moment
    parts: list[PartShape]
    balance: int = Field(examples=[60])
    available: int = Field(examples=[60])


class ExpiringShape(Given):
    """Points that a customer loses at that moment unless they are spent before."""

    customer_id: str
    points: int = Field(examples=[60])
    expires_at: Moment


def to_points(found: CustomerPoints) -> CustomerPointsShape:
    """A customer's points as JSON says them."""
    return CustomerPointsShape(
        customer_id=found.customer_id,
        balance=found.balance,
        available=found.available,
        pending=found.pending,
        debt=found.debt,
        lots=[_to_lot(lot) for lot in found.lots],
    )


def _to_lot(lot: Lot) -> LotShape:
    return LotShape(
        name=lot.name,
        plan_id=lot.plan_id,
        order_id=lot.order_id,
        offer_id=lot.offer_id,
        points=lot.points,
        left=lot.left,
        earned_at=lot.earned_at,
        available_at=lot.available_at,
        expires_at=lot.expires_at,
    )


def to_line(each: StatementLine, say: Phrasebook) -> LineShape:
    """A line as JSON says it."""
    line = each.line
    return LineShape(
        number=each.number,
        move=line.move,
        says=say.say(move_in_words(line.move)),
        points=line.points,
        before=each.before,
        after=each.after,
        at=line.at,
        subject=line.subject or line.name,
        reason=line.reason,
        parts=_to_parts(line),
    )


def to_done(line: Line, now: CustomerPoints) -> DoneShape:
    """What was done as JSON says it."""
    return DoneShape(
        customer_id=now.customer_id,
        points=line.points,
        reference=line.name,
        at=line.at,
        parts=_to_parts(line),
        balance=now.balance,
        available=now.available,
    )


def _to_parts(line: Line) -> list[PartShape]:
    return [PartShape(lot=part.lot, points=part.points) for part in line.parts]


def to_expiring(each: Expiring) -> ExpiringShape:
    """What expires as JSON says it."""
    return ExpiringShape(customer_id=each.customer_id, points=each.points, expires_at=each.expires_at)
