"""Lots follow what offers give and take back, in the transaction that does it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from jiacan.ledger.contracts import AccountKey, Group
from jiacan.ledger.contracts import Move as LedgerMove
from jiacan.members.contracts.points import Line, Move
from jiacan.members.core.books import EXPIRED
from jiacan.members.core.lasting import lot_name, lot_of
from jiacan.members.core.points import Done, Purse, earn, take_back
from jiacan.members.core.used import used
from jiacan.members.facade.posting import post
from jiacan.members.store import points as store
from jiacan.offers.contracts.points import PointsGiven, PointsMoved, PointsTaken, PointsUsed
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.facade import backing
from jiacan.offers.facade.points import points_account


def note(shop_id: int, rules: PlanRules, moved: Sequence[PointsMoved]) -> None:
    """Keep lots for points that were given, and take points that were taken back out of lots.

    The ledger has moved them already, so that these customers' accounts are locked.

    Args:
        shop_id: whose customers.
        rules: the plan, for its terms of points.
        moved: in the order of time.
    """
    walked = {each.customer_id for each in moved if isinstance(each, PointsTaken)}
    given = {each.customer_id for each in moved} - walked
    walked |= store.debtors(shop_id, given) if given else frozenset()
    store.add_earned(
        shop_id,
        (
            (each.customer_id, lot_of(each, rules.plan_id, rules.points, rules.zone))
            for each in moved
            if isinstance(each, PointsGiven) and each.customer_id not in walked
        ),
    )
    if walked:
        _walk(shop_id, rules, [each for each in moved if each.customer_id in walked])


def _walk(shop_id: int, rules: PlanRules, moved: Iterable[PointsMoved]) -> None:
    """Change purses step by step: of customers who owe, or of whom something is taken back."""
    moved = list(moved)
    named = {lot_name(rules.plan_id, each.order_id, each.offer_id) for each in moved if isinstance(each, PointsTaken)}
    before = store.load_purses(shop_id, {each.customer_id for each in moved}, named=named)
    after = dict(before)
    lines: list[tuple[str, Line]] = []
    for each in moved:
        done = _step(after[each.customer_id], each, rules)
        after[each.customer_id] = done.purse
        lines += [(each.customer_id, line) for line in done.lines]
    store.save(shop_id, before, after)
    store.add_lines(shop_id, lines)
    post(shop_id, [_set_off(customer_id, line) for customer_id, line in lines if line.move is Move.SET_OFF])
    backing.use_while_settling(
        shop_id, rules.plan_id, [use for each in before for use in _used(each, before, after, moved, rules)]
    )


def _used(
    customer_id: str,
    before: Mapping[str, Purse],
    after: Mapping[str, Purse],
    moved: Iterable[PointsMoved],
    rules: PlanRules,
) -> Iterator[PointsUsed]:
    of_customer = [each for each in moved if each.customer_id == customer_id]
    at = max(each.at for each in of_customer)
    return used(before[customer_id], after[customer_id], at=at, plan_id=rules.plan_id, moved=of_customer)


def _step(purse: Purse, each: PointsMoved, rules: PlanRules) -> Done:
    match each:
        case PointsGiven():
            return earn(purse, lot_of(each, rules.plan_id, rules.points, rules.zone))
        case PointsTaken():
            lot = lot_name(rules.plan_id, each.order_id, each.offer_id)
            name = f"{lot}/{each.refund_id}"
            return take_back(purse, lot, each.points, name=name, subject=each.order_id, at=each.at)


def _set_off(customer_id: str, line: Line) -> Group:
    """The ledger took back what had expired before: it comes back from where expired points went."""
    account: AccountKey = points_account(customer_id)
    return Group((LedgerMove(f"members/set-off/{line.name}", EXPIRED, account, line.points, line.at),))
