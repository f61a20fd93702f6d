"""Coupons behind codes that no award gave: held for from a budget line, given to a customer, used and let go.

The callers hold the plan's lock (`awarding.lock_plans`), so that what they saw is still so.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from jiacan.ledger import facade as ledger
from jiacan.offers.contracts.coupons import CameBack, CodeHold
from jiacan.offers.contracts.errors import BeyondBudget
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.core.using import (
    Behind,
    assign_group,
    code_holds,
    drop_group,
    end_group,
    undo_group,
    use_group,
)
from jiacan.offers.facade.books import carry_out
from jiacan.offers.facade.using import can_hold_again


@dataclass(frozen=True, slots=True)
class Dropped:
    """A code that is void from now on: its name, and what stands behind it."""

    name: str
    hold: CodeHold


def hold_codes(
    shop_id: int,
    rules: PlanRules,
    line: str,
    coupon: str,
    names: Sequence[str],
    *,
    expires_at: datetime,
    at: datetime,
) -> None:
    """Hold the face value of a coupon for each of the names, all or none; `<name>/hold` is each one's hold.

    Raises:
        BeyondBudget: the line has not so much left.
    """
    behind = Behind(rules, coupon, line)
    asked = behind.face_minor * len(names)
    balance = ledger.lock_balances(shop_id, [behind.budget]).get(behind.budget)
    left = 0 if balance is None else balance.available or 0
    if asked > left:
        raise BeyondBudget(line=line, asked_minor=asked, left_minor=left, currency=rules.currency)
    carry_out(shop_id, [code_holds(behind, iter(names), expires_at, at)], (), {behind.budget})


def assign_code(shop_id: int, rules: PlanRules, hold: CodeHold, *, name: str, customer_id: str, at: datetime) -> None:
    """The code's coupon becomes the customer's."""
    carry_out(shop_id, [assign_group(Behind(rules, hold.coupon, hold.line), name, customer_id, at)], (), ())


def use_code(
    shop_id: int, rules: PlanRules, hold: CodeHold, *, customer_id: str, name: str, taken_minor: int, at: datetime
) -> None:
    """Use the code of that customer; the arguments are those of `using.use`."""
    behind = Behind(rules, hold.coupon, hold.line)
    group = use_group(behind, name, hold_key=hold.hold_key, customer_id=customer_id, taken_minor=taken_minor, at=at)
    carry_out(shop_id, [group], (), ())


def undo_code(
    shop_id: int, rules: PlanRules, hold: CodeHold, *, name: str, use_name: str, taken_minor: int, at: datetime
) -> CameBack:
    """Undo a use, as `using.undo` does; `<name>/hold` is the hold of one that is open again."""
    behind = Behind(rules, hold.coupon, hold.line)
    answer = CameBack.EXPIRED if hold.expires_at <= at else CameBack.OPEN
    if answer is CameBack.OPEN and not can_hold_again(shop_id, behind, taken_minor):
        answer = CameBack.OUT_OF_BUDGET
    if answer is not CameBack.OPEN:
        carry_out(shop_id, [end_group(behind, name, paid=True, use_name=use_name, at=at)], (), ())
        return answer
    group = undo_group(behind, name, held_as=f"{name}/hold", expires_at=hold.expires_at, use_name=use_name, at=at)
    carry_out(shop_id, [group], (), {behind.budget})
    return answer


def drop_codes(shop_id: int, rules: PlanRules, dropped: Collection[Dropped], *, expired: bool, at: datetime) -> None:
    """These codes are void: their money is free again. `expired` where their time is over."""
    groups = [
        drop_group(
            Behind(rules, one.hold.coupon, one.hold.line),
            one.name,
            hold_key=one.hold.hold_key,
            customer_id=one.hold.customer_id,
            expired=expired,
            at=at,
        )
        for one in dropped
    ]
    carry_out(shop_id, groups, (), ())
