"""A customer's side of a plan: every kind of thing they can hold of it or owe it, and how much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from jiacan.kernel.messages import Message
from jiacan.ledger.contracts import AccountKey, Balance
from jiacan.offers.contracts.awards import Item
from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.core.accounts import customer_account, customer_debt_account, holding_unit
from jiacan.offers.core.benefits import MONEY_KINDS, describe_item


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of thing, and the accounts of what a customer has and owes of it."""

    item: Item
    account: AccountKey
    debt: AccountKey


def kinds_kept(customer_id: str, rules: PlanRules) -> Iterator[Kept]:
    """Everything of the plan that the customer could have or owe."""
    for item in _items(rules):
        unit = holding_unit(rules.plan_id, item, rules.currency)
        yield Kept(item, customer_account(customer_id, unit), customer_debt_account(customer_id, unit))


def _items(rules: PlanRules) -> Iterator[Item]:
    for kind in (Kind.POINTS, Kind.CASH, Kind.CREDIT, Kind.DISCOUNT):
        yield Item(kind, "", 0, 0)
    for kind, ids in (
        (Kind.COUPON, rules.coupons),
        (Kind.TICKET, rules.draws),
        (Kind.TIER, rules.tiers if rules.membership is None else ()),  # on a ladder customers stand; they hold none
        (Kind.GIFT, rules.stock),
    ):
        for item_id in ids:
            yield Item(kind, item_id, 0, 0)


def has(kept: Kept, balances: Mapping[AccountKey, Balance]) -> Item | None:
    """What the customer has of it; below nothing where claw-backs took more than was left. None where nothing."""
    balance = balances.get(kept.account)
    return _amount(kept.item, 0 if balance is None else balance.posted)


def owes(kept: Kept, balances: Mapping[AccountKey, Balance]) -> Item | None:
    """What the customer has to return or pay for; None where nothing."""
    balance = balances.get(kept.debt)
    return _amount(kept.item, 0 if balance is None else -balance.posted)


def _amount(item: Item, amount: int) -> Item | None:
    if amount == 0:
        return None
    return (
        replace(item, quantity=1, amount_minor=amount) if item.kind in MONEY_KINDS else replace(item, quantity=amount)
    )


def describe(items: Iterator[Item | None], rules: PlanRules) -> tuple[Message, ...]:
    """Each of the items in words; what there is nothing of is left out."""
    return tuple(describe_item(item, rules) for item in items if item is not None)
