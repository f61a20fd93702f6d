"""The money that stands behind the points of one award: held for what lies in lots, spent for what was spent.

Both together are what the points that are neither lost nor taken back are worth. Each amount is a difference of that
one value, so that nothing is rounded twice, and what was given up once is not asked for again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from jiacan.kernel.money import divide_half_up
from jiacan.ledger.contracts import AccountKey, Entry, Hold, Move, Post, Void


@dataclass(frozen=True, slots=True)
class Backing:
    """An award's points, and its money.

    `points` are those that were given less what was taken back, and `worth_minor` what they are worth. So many of
    them were `spent` or `lost`, and the others lie in lots; fewer than none are spent where points came back that
    others had paid for meanwhile. Of what they are worth, `spent_minor` is spent, `freed_minor` free again, and the
    rest held.
    """

    points: int
    worth_minor: int
    spent: int = 0
    lost: int = 0
    spent_minor: int = 0
    freed_minor: int = 0

    @property
    def backed_minor(self) -> int:
        """What is held or spent."""
        return self.worth_minor - self.freed_minor

    @property
    def held_minor(self) -> int:
        """What is held."""
        return self.backed_minor - self.spent_minor


def following(backing: Backing) -> Backing:
    """The backing with its money where its points are.

    >>> following(Backing(points=100, worth_minor=100, spent=30, lost=50)).held_minor
    20
    """
    kept = backing.points - backing.lost
    backed = min(backing.backed_minor, value_of(kept, of=backing.points, minor=backing.worth_minor))
    spent = value_of(backing.spent, of=kept, minor=backed)
    return replace(backing, spent_minor=spent, freed_minor=backing.worth_minor - backed)


def value_of(points: int, *, of: int, minor: int) -> int:
    """What the first so many points are worth of so many that are worth `minor`, halves up.

    >>> [value_of(points, of=3, minor=10) for points in (-1, 0, 1, 2, 3, 4)]
    [0, 0, 3, 7, 10, 10]
    """
    if points <= 0 or of <= 0:
        return 0
    return divide_half_up(minor * min(points, of), of)


def taken_back(backing: Backing, points: int, minor: int) -> Backing:
    """The backing when so many points are taken back, worth so much: those that are lost already first.

    What was spent stays so as far as there is money for it; where the points lie by then, `following` is told later.
    """
    less = replace(
        backing,
        points=backing.points - points,
        worth_minor=backing.worth_minor - minor,
        lost=backing.lost - min(max(backing.lost, 0), points),
        freed_minor=0,
        spent_minor=0,
    )
    kept = value_of(less.points - less.lost, of=less.points, minor=less.worth_minor)
    backed = min(backing.backed_minor, kept)
    return replace(less, spent_minor=min(backing.spent_minor, backed), freed_minor=less.worth_minor - backed)


def entries_between(
    before: Backing,
    after: Backing,
    hold_keys: Sequence[str],
    *,
    name: str,
    budget: AccountKey,
    spent: AccountKey,
    at: datetime,
) -> tuple[list[Entry], tuple[str, ...]]:
    """The ledger entries that turn one into the other, and the key of what is held then; never short of budget.

    A hold that shrinks ends, and what is left of it is held anew; money that is spent no longer is back first.
    """
    entries: list[Entry] = []
    more = after.spent_minor - before.spent_minor
    if more < 0:
        entries.append(Move(f"{name}/unspent", spent, budget, -more, at))
    if before.held_minor == after.held_minor:
        return entries, tuple(hold_keys)
    entries.extend(
        Post(f"{hold}/post", hold, at, more) if more > 0 else Void(f"{hold}/void", hold, at) for hold in hold_keys
    )
    if not after.held_minor:
        return entries, ()
    entries.append(Hold(f"{name}/hold", budget, spent, after.held_minor, at))
    return entries, (f"{name}/hold",)
