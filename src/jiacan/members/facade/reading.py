"""What a customer has of points, and how it came about."""

from __future__ import annotations

from datetime import datetime

from jiacan.ledger import facade as ledger
from jiacan.members.contracts.points import CustomerPoints, Disagreement, MoneyAstray, Statement
from jiacan.members.core.books import UNIT
from jiacan.members.core.points import expire, in_order
from jiacan.members.facade.purses import load_purse
from jiacan.members.store import points as store
from jiacan.offers.facade import backing
from jiacan.offers.facade.points import points_account


def points_of(shop_id: int, customer_id: str, at: datetime) -> CustomerPoints:
    """What the customer has now; nothing where nobody knows them. What is over by then counts no more."""
    purse = expire(load_purse(shop_id, customer_id, at), at).purse
    return CustomerPoints(
        customer_id=customer_id,
        balance=purse.balance,
        available=purse.available(at),
        pending=purse.pending(at),
        debt=purse.debt,
        lots=tuple(lot for lot in in_order(purse.lots.values()) if lot.left),
    )


def statement(shop_id: int, customer_id: str, *, before: int | None = None, limit: int = 50) -> Statement:
    """The customer's lines, the last written first; `before` is the number at which the page before ended."""
    return store.statement(shop_id, customer_id, before=before, limit=limit)


def disagreements(shop_id: int) -> tuple[Disagreement, ...]:
    """Customers whose lots less debt are not their balance in the ledger."""
    prefix = points_account("").owner
    balances = {
        key.owner.removeprefix(prefix): balance.posted
        for key, balance in ledger.balances_under(shop_id, prefix).items()
        if key.unit == UNIT
    }
    lots = store.sums(shop_id)
    return tuple(
        Disagreement(each, balances.get(each, 0), lots.get(each, 0))
        for each in sorted(balances.keys() | lots.keys())
        if balances.get(each, 0) != lots.get(each, 0)
    )


def money_astray(shop_id: int) -> tuple[MoneyAstray, ...]:
    """Awards whose points are not where the money that their plan holds and spent for them has them."""
    in_lots = store.sums_of_awards(shop_id)
    return tuple(
        MoneyAstray(each.plan_id, each.order_id, each.offer_id, *found, each.left, each.lost)
        for each in backing.points_in_lots(shop_id)
        if (found := in_lots.get((each.plan_id, each.order_id, each.offer_id), (0, 0))) != (each.left, each.lost)
    )
