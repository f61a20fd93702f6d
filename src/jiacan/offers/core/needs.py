"""What items take from stock and budget, and whether the book has it."""

from __future__ import annotations

from collections.abc import Iterable

from jiacan.ledger.contracts import AccountKey
from jiacan.offers.contracts.awards import BudgetExhausted, Item, StockEmpty
from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.contracts.rules import Offer, PlanRules
from jiacan.offers.core.accounts import budget_account, stock_account
from jiacan.offers.core.book import Book


def needs(items: Iterable[Item], offer: Offer, rules: PlanRules) -> dict[AccountKey, tuple[int, str]]:
    """What the items take from bounded accounts (stock before budget), with the stock's or line's id."""
    found: dict[AccountKey, tuple[int, str]] = {}
    asked = list(items)
    for item in asked:
        if item.kind in (Kind.GIFT, Kind.SERVICE):
            account = stock_account(rules.plan_id, item.id)
            found[account] = (found.get(account, (0, ""))[0] + item.quantity, item.id)
    for item in asked:
        line = offer.budget.get(item.kind)
        if line is not None and item.amount_minor:
            account = budget_account(rules.plan_id, line, rules.currency)
            found[account] = (found.get(account, (0, ""))[0] + item.amount_minor, line)
    return found


def find_shortage(
    items: Iterable[Item], offer: Offer, rules: PlanRules, book: Book
) -> StockEmpty | BudgetExhausted | None:
    """The first account that has less left than the items take; None where all of them suffice."""
    for account, (asked, named) in needs(items, offer, rules).items():
        left = book.left(account, 0)
        if left >= asked:
            continue
        if account.unit == rules.currency:
            return BudgetExhausted(named, asked, left)
        return StockEmpty(named, asked, left, book.emptied_at.get(account) if left == 0 else None)
    return None
