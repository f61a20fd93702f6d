"""Points as their customer has them: lots, what became of them, and a statement. Moments are in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell


@dataclass(frozen=True, slots=True)
class Lot:
    """Points that came together. `points` = those `left` + `expired` + what was spent, taken back or paid as debt.

    They can be spent from `available_at` on (None: nobody knows yet) and before `expires_at` (None: for ever).
    `name` is its own in the shop; `order_id` is empty for a correction by hand.
    """

    name: str
    plan_id: str
    order_id: str
    offer_id: str
    points: int
    left: int
    expired: int
    earned_at: datetime
    available_at: datetime | None
    expires_at: datetime | None

    def is_pending(self, at: datetime) -> bool:
        """Whether they cannot be spent yet."""
        return self.available_at is None or self.available_at > at

    def is_over(self, at: datetime) -> bool:
        """Whether their time is over."""
        return self.expires_at is not None and self.expires_at <= at


class Move(StrEnum):
    """What a line of the statement is."""

    EARNED = "earned"
    SPENT = "spent"
    TAKEN_BACK = "taken_back"
    SET_OFF = "set_off"
    EXPIRED = "expired"
    CORRECTED = "corrected"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Part:
    """So many points of one lot."""

    lot: str
    points: int


@dataclass(frozen=True, slots=True)
class Line:
    """One change of a customer's points. `name` is its own among lines of its move.

    `parts` say which lots it took from; what they do not add up to was owed, before or after.
    """

    move: Move
    name: str
    points: int
    at: datetime
    subject: str
    reason: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A line with the balance before and after it; `number` orders lines as they were written."""

    number: int
    line: Line
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Statement:
    """Lines, the last written first; `next` is the number at which an earlier page begins, None where none does."""

    lines: tuple[StatementLine, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class CustomerPoints:
    """What a customer has: `balance` = `available` + `pending` − `debt`. Lots with points left, in spending order."""

    customer_id: str
    balance: int
    available: int
    pending: int
    debt: int
    lots: tuple[Lot, ...]


@dataclass(frozen=True, slots=True)
class Expiring:
    """Points that a customer loses at one moment unless they are spent before."""

    customer_id: str
    points: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A customer whose lots are not what the ledger says."""

    customer_id: str
    ledger: int
    lots: int

    def message(self) -> Message:
        return tell(
            "customer {customer} has {ledger} points in the ledger, and lots less debt of {lots}",
            customer=self.customer_id,
            ledger=self.ledger,
            lots=self.lots,
        )


@dataclass(frozen=True, slots=True)
class MoneyAstray:
    """An award whose points are not where the money behind them has them."""

    plan_id: str
    order_id: str
    offer_id: str
    left: int
    lost: int
    money_left: int
    money_lost: int

    def message(self) -> Message:
        return tell(
            "of {award}, lots have {left} points left and {lost} lost, and the money behind them has {money_left} "
            "and {money_lost}",
            award=f"{self.plan_id}/{self.order_id}/{self.offer_id}",
            left=self.left,
            lost=self.lost,
            money_left=self.money_left,
            money_lost=self.money_lost,
        )


@dataclass(eq=False)
class NotEnoughPoints(JiacanError):
    """More points were asked for than can be spent."""

    asked: int
    available: int

    def message(self) -> Message:
        return tell(
            "{asked} points were asked for and {available} can be spent; ask for fewer.",
            asked=self.asked,
            available=self.available,
        )


@dataclass(eq=False)
class ReferenceUsed(JiacanError):
    """A reference that stands for another spending or correction."""

    reference: str

    def message(self) -> Message:
        return tell(
            "The reference {reference} was used for other points; give each spending and correction its own.",
            reference=self.reference,
        )


@dataclass(eq=False)
class SpendingUnknown(JiacanError):
    """The customer spent nothing under that reference."""

    reference: str

    def message(self) -> Message:
        return tell(
            "This customer spent no points under the reference {reference}. Check the reference, and whose it is.",
            reference=self.reference,
        )


@dataclass(eq=False)
class SpendingBound(JiacanError):
    """The points were spent on something that the shop keeps here, and come back with it."""

    reference: str

    def message(self) -> Message:
        return tell(
            "The points of {reference} were spent on something that stands here. Cancel that, where it can be; its "
            "points come back with it.",
            reference=self.reference,
        )
