"""The ledger entries by which a coupon is used, comes back, or is used no more.

A coupon that is used leaves its customer, and of the money that was held for it what it took off is spent; the rest
is free again. One that comes back is held for by its whole face value again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from jiacan.ledger.contracts import AccountKey, Entry, Expire, Group, Hold, Move, Post, Reverse, Void
from jiacan.offers.contracts.awards import Item
from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.core.accounts import budget_account, customer_account, holding_unit, plan_account, spent_account


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind one coupon: the plan, its sort, and the budget line it is paid from, if any."""

    rules: PlanRules
    coupon: str
    line: str | None

    @property
    def budget(self) -> AccountKey:
        """Where its money is held."""
        assert self.line is not None, "a coupon that no line pays for holds nothing"
        return budget_account(self.rules.plan_id, self.line, self.rules.currency)

    @property
    def face_minor(self) -> int:
        """The most it can take off."""
        return self.rules.coupons[self.coupon].face_minor

    @property
    def pays(self) -> bool:
        """Whether money is held for it."""
        return self.line is not None and self.face_minor > 0

    def spent(self) -> AccountKey:
        """Where its money goes."""
        assert self.line is not None, "a coupon that no line pays for spends nothing"
        return spent_account(self.rules.plan_id, self.line, self.rules.currency)

    def unit(self) -> str:
        """The unit in which it is counted."""
        return holding_unit(self.rules.plan_id, Item(Kind.COUPON, self.coupon, 1, 0), self.rules.currency)

    def of_plan(self, side: str) -> AccountKey:
        """One of the plan's accounts of such coupons."""
        return plan_account(self.rules.plan_id, side, self.unit())

    def of_customer(self, customer_id: str) -> AccountKey:
        """The customer's."""
        return customer_account(customer_id, self.unit())


def use_group(
    behind: Behind, name: str, *, hold_key: str | None, customer_id: str, taken_minor: int, at: datetime
) -> Group:
    """The coupon is used and takes so much off; `name` is the use's own."""
    piece = Move(f"{name}/piece", behind.of_customer(customer_id), behind.of_plan("redeemed"), 1, at)
    paid = () if hold_key is None else (Post(f"{name}/money", hold_key, at, taken_minor),)
    return Group((*paid, piece))


def undo_group(
    behind: Behind, name: str, *, held_as: str | None, expires_at: datetime | None, use_name: str, at: datetime
) -> Group:
    """The use is undone and the coupon is its customer's again, held for under `held_as` by its face value."""
    entries: list[Entry] = [Reverse(f"{name}/piece", f"{use_name}/piece", at)]
    if held_as is not None:
        entries.append(Reverse(f"{name}/money", f"{use_name}/money", at))
        entries.append(Hold(held_as, behind.budget, behind.spent(), behind.face_minor, at, expires_at))
    return Group(tuple(entries))


def end_group(behind: Behind, name: str, *, paid: bool, use_name: str, at: datetime) -> Group:
    """The use is undone and the coupon is nobody's any more."""
    piece = Move(f"{name}/piece", behind.of_plan("redeemed"), behind.of_plan("issued"), 1, at)
    money = (Reverse(f"{name}/money", f"{use_name}/money", at),) if paid else ()
    return Group((*money, piece))


def code_holds(behind: Behind, names: Iterator[str], expires_at: datetime, at: datetime) -> Group:
    """A hold of the face value for each code, whole or not at all."""
    budget, spent, face = behind.budget, behind.spent(), behind.face_minor
    return Group(tuple(Hold(f"{name}/hold", budget, spent, face, at, expires_at) for name in names))


def assign_group(behind: Behind, name: str, customer_id: str, at: datetime) -> Group:
    """The code's coupon becomes the customer's."""
    return Group((Move(f"{name}/given", behind.of_plan("issued"), behind.of_customer(customer_id), 1, at),))


def drop_group(
    behind: Behind, name: str, *, hold_key: str, customer_id: str | None, expired: bool, at: datetime
) -> Group:
    """The code is void: its money is free, and whoever had it has it no more."""
    freed = Expire(f"{name}/expire", hold_key, at) if expired else Void(f"{name}/void", hold_key, at)
    if customer_id is None:
        return Group((freed,))
    return Group((freed, Move(f"{name}/back", behind.of_customer(customer_id), behind.of_plan("issued"), 1, at)))
