"""Where each limit and balance of a plan lives in the ledger.

Accounts with a floor can run out: stock, budget and the reserve at 0, an allowance at minus its limit, so
that it starts at nothing and every award takes one from it. The accounts opposite (supply, treasury, spent,
given, awarded, issued, owed) have no floor, and neither have customers': points go into debt.

A customer's id comes from the shop and may hold anything, so it stands last in the path: no two accounts are one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from jiacan.ledger.contracts import Account, AccountKey
from jiacan.offers.contracts.awards import Item
from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.contracts.rules import Limits, PlanRules

AWARDS = "award"


def stock_unit(stock: str) -> str:
    """The unit in which pieces of a stock item are counted."""
    return f"stock:{stock}"


def stock_account(plan_id: str, stock: str) -> AccountKey:
    """Pieces still to give."""
    return AccountKey(f"plan/{plan_id}/stock/{stock}", stock_unit(stock))


def budget_account(plan_id: str, line: str, currency: str) -> AccountKey:
    """Money of a budget line still to promise."""
    return AccountKey(f"plan/{plan_id}/budget/{line}", currency)


def reserve_account(plan_id: str, currency: str) -> AccountKey:
    """Money locked away until released with a reason."""
    return AccountKey(f"plan/{plan_id}/reserve", currency)


def spent_account(plan_id: str, line: str, currency: str) -> AccountKey:
    """Money of a budget line that is gone."""
    return AccountKey(f"plan/{plan_id}/spent/{line}", currency)


def plan_account(plan_id: str, side: str, unit: str) -> AccountKey:
    """One of the plan's unbounded accounts: supply, treasury, given, issued, owed."""
    return AccountKey(f"plan/{plan_id}/{side}", unit)


def customer_account(customer_id: str, unit: str) -> AccountKey:
    """What a customer holds of a unit."""
    return AccountKey(f"customer/{customer_id}", unit)


def customer_debt_account(customer_id: str, unit: str) -> AccountKey:
    """What a customer has to return or pay for."""
    return AccountKey(f"debtor/{customer_id}", unit)


def holding_unit(plan_id: str, item: Item, currency: str) -> str:
    """The unit in which a customer holds such an item."""
    match item.kind:
        case Kind.GIFT | Kind.SERVICE:
            return stock_unit(item.id)
        case Kind.POINTS:
            return "points"
        case Kind.CASH | Kind.CREDIT | Kind.DISCOUNT:
            return f"{item.kind}:{currency}"
        case Kind.COUPON | Kind.TICKET | Kind.TIER:
            return f"{item.kind}:{plan_id}/{item.id}"


@dataclass(frozen=True, slots=True)
class Allowance:
    """One bounded count of awards: its account, its limit, and which limit it is."""

    account: AccountKey
    bound: int
    which: str
    day: date | None


def allowances(plan_id: str, offer_id: str, limits: Limits, *, customer_id: str, day: date) -> Iterator[Allowance]:
    """The counts that one award of the offer to the customer on the day takes from, widest first."""
    base = f"plan/{plan_id}/allowance/{offer_id}"
    if limits.total is not None:
        yield Allowance(AccountKey(f"{base}/total", AWARDS), limits.total, "total", None)
    if limits.per_day is not None:
        yield Allowance(AccountKey(f"{base}/day/{day}", AWARDS), limits.per_day, "per_day", day)
    if limits.per_customer is not None:
        key = AccountKey(f"{base}/customer/{customer_id}", AWARDS)
        yield Allowance(key, limits.per_customer, "per_customer", None)
    if limits.per_customer_per_day is not None:
        key = AccountKey(f"{base}/customer_day/{day}/{customer_id}", AWARDS)
        yield Allowance(key, limits.per_customer_per_day, "per_customer_per_day", day)


def awarded_account(plan_id: str, offer_id: str) -> AccountKey:
    """How many awards the offer has given."""
    return AccountKey(f"plan/{plan_id}/awarded/{offer_id}", AWARDS)


def means(rules: PlanRules) -> Iterator[tuple[Account, AccountKey, int]]:
    """Every bounded account that the plan fills: the account, where that comes from, and how much of it."""
    for item in rules.stock.values():
        key = stock_account(rules.plan_id, item.id)
        yield Account(key, 0), plan_account(rules.plan_id, "supply", key.unit), item.units
    treasury = plan_account(rules.plan_id, "treasury", rules.currency)
    for line in rules.budget.values():
        yield Account(budget_account(rules.plan_id, line.id, rules.currency), 0), treasury, line.amount_minor
    yield Account(reserve_account(rules.plan_id, rules.currency), 0), treasury, rules.reserve_minor
