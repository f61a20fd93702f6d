"""The working copy that settle walks with: what is left of everything bounded, and what customers still hold."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from jiacan.ledger.contracts import AccountKey
from jiacan.offers.contracts.awards import Item, Outcome
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.core.accounts import means


@dataclass(slots=True)
class Holding:
    """One benefit that a customer still has of an award: its ledger holds, and whether it has lapsed.

    `used` coupons are with the order that they were used on. `due` of them are not deserved any more: they are taken
    back if they ever come back. For points that were spent or lost see `core.backing`.
    """

    item: Item
    hold_keys: tuple[str, ...] = ()
    expires_at: datetime | None = None
    lapsed: bool = False
    used: int = 0
    due: int = 0
    points_spent: int = 0
    points_lost: int = 0
    spent_minor: int = 0
    freed_minor: int = 0


@dataclass(slots=True)
class Held:
    """What is left of one award with its customer."""

    order_id: str
    customer_id: str
    offer_id: str
    rung: int
    plan_version: int
    outcome: Outcome
    holdings: list[Holding]


@dataclass(slots=True)
class Book:
    """Balances and holdings before the first event; settle changes them as it walks.

    `available` holds what can still be taken from bounded accounts; an allowance that is not in it has all
    of its limit left.
    """

    available: dict[AccountKey, int]
    emptied_at: dict[AccountKey, datetime] = field(default_factory=dict)
    held: dict[str, list[Held]] = field(default_factory=dict)
    _expiries: list[tuple[datetime, str, str, str, str]] = field(default_factory=list)

    def left(self, account: AccountKey, otherwise: int) -> int:
        """What can still be taken, `otherwise` where nothing was taken yet."""
        return self.available.get(account, otherwise)

    def take(self, account: AccountKey, amount: int, *, left: int, at: datetime) -> None:
        """Take `amount` of the `left` that were seen; remembers when an account ran out."""
        assert 0 <= amount <= left, "settle takes only what it has seen to be there"
        self.available[account] = left - amount
        if left == amount:
            self.emptied_at[account] = at

    def give_back(self, account: AccountKey, amount: int) -> None:
        """What was promised is free again."""
        self.available[account] += amount

    def hold(self, held: Held) -> None:
        """Remember an award, and when its unused parts lapse."""
        self.held.setdefault(held.order_id, []).append(held)
        for holding in held.holdings:
            if holding.expires_at is not None and not holding.lapsed:
                entry = (holding.expires_at, held.order_id, held.offer_id, holding.item.kind, holding.item.id)
                heapq.heappush(self._expiries, entry)

    def pop_lapsed(self, until: datetime) -> tuple[Held, Holding] | None:
        """The next holding whose time is over by `until`, marked as lapsed; None when there is no more."""
        while self._expiries and self._expiries[0][0] <= until:
            _, order_id, offer_id, kind, item_id = heapq.heappop(self._expiries)
            held = next(held for held in self.held[order_id] if held.offer_id == offer_id)
            for holding in held.holdings:
                same = (holding.item.kind, holding.item.id) == (kind, item_id)
                if same and not holding.lapsed and holding.item.quantity > 0:
                    holding.lapsed = True
                    return held, holding
        return None


def opening_book(rules: PlanRules) -> Book:
    """The book of a plan before its first event: full stock, full budget, nothing held."""
    return Book(available={account.key: amount for account, _, amount in means(rules)})


def loaded_book(
    available: Mapping[AccountKey, int], emptied_at: Mapping[AccountKey, datetime], held: Iterable[Held]
) -> Book:
    """A book as it stood: what is left, when what ran out did, and what customers hold."""
    book = Book(available=dict(available), emptied_at=dict(emptied_at))
    for one in held:
        book.hold(one)
    return book
