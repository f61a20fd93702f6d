"""Points as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jiacan.kernel.messages import Message, tell
from jiacan.members.contracts.points import Lot, Move, StatementLine
from jiacan.members.core.words import MOVES

_LOOKS = {Move.SPENT: "", Move.EARNED: "good", Move.CORRECTED: "warn"}


@dataclass(frozen=True, slots=True)
class ShownLot:
    """A lot in a list: where it came from, and why it cannot be spent yet."""

    lot: Lot
    source: str
    pending: Message | None


def shown_lot(lot: Lot, at: datetime) -> ShownLot:
    """The lot in words."""
    pending = tell("pending until its order is received") if lot.is_pending(at) else None
    return ShownLot(lot, lot.order_id or lot.name.rpartition("/")[2], pending)


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of the statement; `subject` is the order, or the reference, that it is about."""

    line: StatementLine
    look: str
    word: Message
    subject: str


def shown_line(each: StatementLine) -> ShownLine:
    """The line in words."""
    line = each.line
    return ShownLine(each, _LOOKS.get(line.move, ""), MOVES[line.move], line.subject or line.name.rpartition("/")[2])
