"""Lots of points: earned, spent, taken back, expired. A purse goes in; it comes out with the lines of what was done.

Whoever owes has nothing left in any lot, so a purse has points or a debt, never both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from jiacan.members.contracts.points import Line, Lot, Move, NotEnoughPoints, Part

_NEVER = datetime.max.replace(tzinfo=UTC)

GRACE = timedelta(days=7)
"""How long points can be spent that come back when the time of their lot is over."""

_CAME_BACK = "~returned/"
"""What lots of such points begin with; no plan's does."""


@dataclass(frozen=True, slots=True)
class Purse:
    """A customer's lots by name, and the points that they owe."""

    lots: Mapping[str, Lot] = field(default_factory=dict)
    debt: int = 0

    @property
    def balance(self) -> int:
        """What the lots hold less what is owed."""
        return sum(lot.left for lot in self.lots.values()) - self.debt

    def available(self, at: datetime) -> int:
        """What can be spent."""
        return sum(lot.left for lot in self._spendable(at))

    def pending(self, at: datetime) -> int:
        """What cannot be spent yet."""
        return sum(lot.left for lot in self.lots.values() if lot.is_pending(at) and not lot.is_over(at))

    def _spendable(self, at: datetime) -> list[Lot]:
        return in_order(lot for lot in self.lots.values() if not lot.is_pending(at) and not lot.is_over(at))

    def _with(self, *lots: Lot, debt: int | None = None) -> Purse:
        changed = {lot.name: lot for lot in lots}
        return Purse({**self.lots, **changed}, self.debt if debt is None else debt)

    def _losing(self, lot: Lot, points: int) -> Purse:
        """Lost points are written to the lot that their award was, where a return finds them, not to one that lasted
        a little longer.
        """
        home = lot
        if came_back(lot) and lot.order_id:
            of_same = (each for each in self.lots.values() if of_award(each) == of_award(lot))
            home = next(each for each in of_same if not came_back(each))
        return self._with(replace(home, expired=home.expired + points))


@dataclass(frozen=True, slots=True)
class Done:
    """The purse afterwards, and what was written of it."""

    purse: Purse
    lines: tuple[Line, ...]


def came_back(lot: Lot) -> bool:
    """Whether the lot is of points that came back when their time was over."""
    return lot.name.startswith(_CAME_BACK)


def of_award(lot: Lot) -> tuple[str, str, str]:
    """The award that the lot's points are of: plan, order and offer; nothing of any where they came by hand."""
    return lot.plan_id, lot.order_id, lot.offer_id


def in_order(lots: Iterable[Lot]) -> list[Lot]:
    """The first to expire first; of those that expire together the first earned, then by name."""
    return sorted(lots, key=lambda lot: (lot.expires_at or _NEVER, lot.earned_at, lot.name))


def earn(purse: Purse, lot: Lot, *, move: Move = Move.EARNED, name: str = "", reason: str = "") -> Done:
    """A lot comes in, whole; what is owed is paid from it at once. The line has its name where no other is given."""
    paid = min(purse.debt, lot.points)
    kept = replace(lot, left=lot.points - paid)
    line = Line(move, name or lot.name, lot.points, lot.earned_at, lot.order_id, reason, (Part(lot.name, kept.left),))
    return Done(purse._with(kept, debt=purse.debt - paid), (line,))


def spend(purse: Purse, points: int, *, name: str, reason: str, at: datetime, move: Move = Move.SPENT) -> Done:
    """Take points from what can be spent, the first to expire first.

    Raises:
        NotEnoughPoints: there are not so many.
    """
    lots = purse._spendable(at)
    available = sum(lot.left for lot in lots)
    if points > available:
        raise NotEnoughPoints(asked=points, available=available)
    taken, parts = _take(lots, points)
    return Done(purse._with(*taken), (Line(move, name, -points, at, "", reason, parts),))


def take_back(purse: Purse, lot: str, points: int, *, name: str, subject: str, at: datetime) -> Done:
    """A claw-back takes what is left of its own lot; then what had expired of it, which is lost already and so is set
    off; then of other lots, pending ones too; what is missing is owed.
    """
    lines: list[Line] = []
    own = purse.lots.get(lot)
    wanted, parts = points, tuple[Part, ...]()
    if own is not None:
        from_own, lost = min(own.left, points), min(own.expired, points - min(own.left, points))
        purse = purse._with(replace(own, left=own.left - from_own, expired=own.expired - lost))
        wanted -= from_own + lost
        parts = (Part(lot, from_own),) if from_own else ()
        if lost:
            lines.append(Line(Move.SET_OFF, name, lost, at, subject, parts=(Part(lot, lost),)))
    others = in_order(each for each in purse.lots.values() if each.left)
    taken, more = _take(others, min(wanted, sum(each.left for each in others)))
    owed = wanted - sum(part.points for part in more)
    lines.append(Line(Move.TAKEN_BACK, name, -points, at, subject, parts=(*parts, *more)))
    return Done(purse._with(*taken, debt=purse.debt + owed), tuple(lines))


def give_back(purse: Purse, spent: Line, *, reason: str, at: datetime) -> Done:
    """What was spent comes back, the first to expire first, each to its own lot; it pays what is owed first.

    Of a lot whose time is over by then it comes as a lot that lasts a little longer, and is lost where that had been
    granted before.

    Args:
        purse: with the lots that were spent from.
        spent: the line of the spending.
        reason: for the statement.
        at: now.
    """
    name, debt = spent.name, purse.debt
    parts: list[Part] = []
    lost: list[Part] = []
    for part in spent.parts:
        paid = min(debt, part.points)
        debt -= paid
        back, lot = part.points - paid, purse.lots[part.lot]
        if not back:
            continue
        if not lot.is_over(at):
            lot = replace(lot, left=lot.left + back)
        elif came_back(lot):
            purse = purse._losing(lot, back)
            lost.append(Part(lot.name, back))
            parts.append(Part(lot.name, back))
            continue
        else:
            lot = replace(
                lot,
                name=f"{_CAME_BACK}{name}/{lot.name}",
                points=back,
                left=back,
                expired=0,
                earned_at=at,
                available_at=at,
                expires_at=at + GRACE,
            )
        purse = purse._with(lot)
        parts.append(Part(lot.name, back))
    lines = [Line(Move.RETURNED, name, -spent.points, at, spent.subject, reason, tuple(parts))]
    if lost:
        gone = sum(part.points for part in lost)
        lines.append(Line(Move.EXPIRED, f"{_CAME_BACK}{name}", -gone, at, "", "", tuple(lost)))
    return Done(purse._with(debt=debt), tuple(lines))


def expire(purse: Purse, at: datetime) -> Done:
    """What is left of lots whose time is over is lost, pending or not."""
    over = in_order(lot for lot in purse.lots.values() if lot.left and lot.is_over(at))
    lines = tuple(
        Line(Move.EXPIRED, lot.name, -lot.left, lot.expires_at or at, lot.order_id, parts=(Part(lot.name, lot.left),))
        for lot in over
    )
    purse = purse._with(*(replace(lot, left=0) for lot in over))
    for lot in over:
        purse = purse._losing(purse.lots[lot.name], lot.left)
    return Done(purse, lines)


def _take(lots: Iterable[Lot], points: int) -> tuple[list[Lot], tuple[Part, ...]]:
    """So many points off the lots in their order, of which there are enough."""
    changed, parts = [], []
    for lot in lots:
        if points == 0:
            break
        taken = min(lot.left, points)
        if taken:
            points -= taken
            changed.append(replace(lot, left=lot.left - taken))
            parts.append(Part(lot.name, taken))
    return changed, tuple(parts)
