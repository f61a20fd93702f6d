"""Telling whoever keeps customers' points what offers gave and took back, in the transaction that did it.

Whatever gives points goes through here: orders one by one and by the chunk, occasions, claw-backs by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from jiacan.ledger.contracts import AccountKey
from jiacan.offers.contracts.awards import GIVEN, Award, ClawBack
from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.contracts.points import PointsGiven, PointsMoved, PointsTaken
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.core.accounts import customer_account

Keeper = Callable[[int, PlanRules, Sequence[PointsMoved]], None]


@cache
def _keeper() -> Keeper:
    """Who is told of every change: the shop, the plan, and what moved in the order of time."""
    keeper: Keeper = import_string(settings.POINTS_KEEPER)
    return keeper


def points_account(customer_id: str) -> AccountKey:
    """Where the customer's points stand in the ledger."""
    return customer_account(customer_id, str(Kind.POINTS))


def told_of(awards: Iterable[Award], claw_backs: Iterable[ClawBack]) -> Iterator[PointsMoved]:
    """What of these awards and claw-backs is points."""
    for award in awards:
        if award.outcome not in GIVEN:
            continue
        for item in award.items:
            if item.kind is Kind.POINTS and item.quantity:
                yield PointsGiven(award.order_id, award.offer_id, award.customer_id, item.quantity, award.settled_for)
    for back in claw_backs:
        for item in back.items:
            if item.kind is Kind.POINTS and item.quantity:
                yield PointsTaken(
                    *(back.order_id, back.offer_id, back.customer_id, back.refund_id),
                    points=item.quantity,
                    at=back.at,
                )


def pass_on(shop_id: int, rules: PlanRules, moved: Iterable[PointsMoved]) -> None:
    """Tell the keeper, in the order of time; what was given before what was taken back."""
    found = sorted(moved, key=lambda each: (each.at, isinstance(each, PointsTaken), each.order_id, each.offer_id))
    if found:
        _keeper()(shop_id, rules, found)
