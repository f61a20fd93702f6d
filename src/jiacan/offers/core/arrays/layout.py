"""A plan's rules as arrays, and the state before its first event."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jiacan.offers.contracts.benefits import HELD_KINDS, Kind
from jiacan.offers.contracts.rules import Limits, Offer, Pick, PlanRules, RefundPolicy
from jiacan.offers.core.arrays.values import NONE, Plan, State
from jiacan.offers.core.benefits import MONEY_KINDS
from jiacan.offers.core.slots import ItemSort, items_of
from jiacan.offers.core.stacking import exclusive_group


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each thing of a plan stands in the arrays.

    `stock` and `budget` are the ids of its accounts in their order; `expiry_days` the days after which things lapse,
    one row of `Events.expires_at` each.
    """

    rules: PlanRules
    items: tuple[ItemSort, ...]
    stock: tuple[str, ...]
    budget: tuple[str, ...]
    groups: tuple[str, ...]
    expiry_days: tuple[int, ...]
    plan: Plan

    @property
    def customer_rows(self) -> int:
        """How many offers limit what one customer gets."""
        return int(np.count_nonzero(self.plan.customer_row != NONE))

    @property
    def customer_day_rows(self) -> int:
        """How many offers limit what one customer gets in a day."""
        return int(np.count_nonzero(self.plan.customer_day_row != NONE))


def layout_of(rules: PlanRules) -> Layout:
    """The plan's rules as arrays; it must bear on no prices."""
    items, offers = items_of(rules), rules.offers
    stock, budget = tuple(rules.stock), tuple(rules.budget)
    accounts = {line: len(stock) + place for place, line in enumerate(budget)}
    groups = tuple(sorted({group for offer in offers if (group := exclusive_group(offer)) is not None}))
    expiry_days = tuple(sorted({item.valid_days for item in items if item.valid_days is not None}))
    limits = np.array([_bounds(offer.limits) for offer in offers], np.int64).reshape(len(offers), 4)
    plan = Plan(
        limits=limits,
        customer_row=_rows(limits[:, 2] != NONE),
        customer_day_row=_rows(limits[:, 3] != NONE),
        group=np.array([_place(groups, exclusive_group(offer)) for offer in offers], np.int64),
        best_group=np.array([_best_group(groups, offer) for offer in offers], np.int64),
        account_of_stock=np.array(
            [_place(stock, item.id) if item.kind in (Kind.GIFT, Kind.SERVICE) else NONE for item in items], np.int64
        ),
        account_of_budget=np.array(
            [[accounts.get(offer.budget.get(item.kind, ""), NONE) for item in items] for offer in offers], np.int64
        ).reshape(len(offers), len(items)),
        keeps=np.array(
            [[offer.on_refund.get(item.kind) is RefundPolicy.KEEP for item in items] for offer in offers], np.bool_
        ).reshape(len(offers), len(items)),
        is_held=np.array([item.kind in HELD_KINDS for item in items], np.bool_),
        is_money=np.array([item.kind in MONEY_KINDS for item in items], np.bool_),
        expiry=np.array(
            [NONE if item.valid_days is None else expiry_days.index(item.valid_days) for item in items], np.int64
        ),
    )
    return Layout(rules, items, stock, budget, groups, expiry_days, plan)


def opening_state(layout: Layout, *, customers: int, days: int, orders: int) -> State:
    """The state before the first event: full stock, full budget, nothing counted or held.

    Args:
        layout: the plan.
        customers: how many customers the events name.
        days: how many days they cover.
        orders: how many orders' holdings must be found again.
    """
    rules = layout.rules
    left = [rules.stock[item].units for item in layout.stock]
    left += [rules.budget[line].amount_minor for line in layout.budget]
    offers, room = len(rules.offers), 0
    by_day = (layout.customer_day_rows, customers if layout.customer_day_rows else 0, 2)
    return State(
        left=np.array(left, np.int64),
        emptied_at=np.full(len(left), NONE, np.int64),
        total=np.zeros(offers, np.int64),
        per_day=np.zeros((offers, days), np.int64),
        per_customer=np.zeros((layout.customer_rows, customers if layout.customer_rows else 0), np.int32),
        per_customer_day=np.zeros(by_day, np.int32),
        customer_day=np.full(by_day, NONE, np.int32),
        group_event=np.full(len(layout.groups), NONE, np.int64),
        group_offer=np.full(len(layout.groups), NONE, np.int64),
        order_first=np.zeros(orders, np.int64),
        order_count=np.zeros(orders, np.int64),
        held_pair=np.empty(room, np.int64),
        held_offer=np.empty(room, np.int16),
        held_item=np.empty(room, np.int16),
        held_quantity=np.empty(room, np.int64),
        held_amount=np.empty(room, np.int64),
        held_account=np.empty(room, np.int32),
        held_instead=np.empty(room, np.bool_),
        held_keeps=np.empty(room, np.bool_),
        held_lapsed=np.empty(room, np.bool_),
        heap_at=np.empty(room, np.int64),
        heap_row=np.empty(room, np.int64),
        sizes=np.zeros(6, np.int64),
        turn=np.empty(max(1, offers), np.int64),
    )


def _bounds(limits: Limits) -> tuple[int, int, int, int]:
    bounds = (limits.total, limits.per_day, limits.per_customer, limits.per_customer_per_day)
    total, per_day, per_customer, per_customer_per_day = (NONE if bound is None else bound for bound in bounds)
    return total, per_day, per_customer, per_customer_per_day


def _rows(wanted: np.ndarray) -> np.ndarray:
    """A row of its own for each that wants one."""
    return np.where(wanted, np.cumsum(wanted) - 1, NONE).astype(np.int64)


def _place(names: tuple[str, ...], name: str | None) -> int:
    return NONE if name is None else names.index(name)


def _best_group(groups: tuple[str, ...], offer: Offer) -> int:
    if offer.stacking is None or offer.stacking.pick is not Pick.BEST:
        return NONE
    return groups.index(offer.stacking.group)
