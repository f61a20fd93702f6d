"""What of each award's points was spent and lost, for the money that stands behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from jiacan.members.core.points import Purse, of_award
from jiacan.offers.contracts.points import PointsGiven, PointsMoved, PointsTaken, PointsUsed

Award = tuple[str, str, str]
"""Plan, order and offer."""


def used(
    before: Purse, after: Purse, *, at: datetime, plan_id: str = "", moved: Iterable[PointsMoved] = ()
) -> Iterator[PointsUsed]:
    """How many more points of each award were spent, and how many more lost, between the two.

    What is neither in a lot any more, nor lost, nor taken back of its own award, was spent: be it that it paid what
    was owed for another one.

    Args:
        before: one customer's purse.
        after: the same later.
        at: when.
        plan_id: of `moved`.
        moved: what the plan gave and took back of the customer's awards meanwhile.
    """
    came: Counter[Award] = Counter()
    for each in moved:
        match each:
            case PointsGiven():
                came[plan_id, each.order_id, each.offer_id] += each.points
            case PointsTaken():
                came[plan_id, each.order_id, each.offer_id] -= each.points
    left, lost = Counter[Award](), Counter[Award]()
    for sign, purse in ((-1, before), (1, after)):
        for lot in purse.lots.values():
            left[of_award(lot)] += sign * lot.left
            lost[of_award(lot)] += sign * lot.expired
    for award in sorted(left.keys() | lost.keys() | came.keys()):
        spent = came[award] - left[award] - lost[award]
        if (spent or lost[award]) and award[1]:
            yield PointsUsed(*award, spent=spent, lost=lost[award], at=at)
