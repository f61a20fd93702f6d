"""A plan's rules as arrays, and the state before its first event."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jiacan.offers.contracts.benefits import HELD_KINDS, Kind
from jiacan.offers.contracts.rules import Offer, Pick, PlanRules, RefundPolicy
from jiacan.offers.core.arrays.values import (
    ACCOUNT,
    BY_DAY,
    EXPIRY,
    GROUP,
    HOLDING,
    ITEM,
    NONE,
    OFFER,
    ORDER,
    SHORT,
    STACKED,
    Found,
    Pairs,
    Plan,
    State,
    Whole,
    empty_records,
)
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
    def reasons(self) -> tuple[str, ...]:
        """The codes of refusals in the order of their numbers: limits, groups, accounts; see `reason_of`."""
        limits = ("limit:total", "limit:per_day", "limit:per_customer", "limit:per_customer_per_day")
        groups = (f"limit:stack:{group}" for group in self.groups)
        accounts = (*(f"stock:{item}" for item in self.stock), *(f"budget:{line}" for line in self.budget))
        return (*limits, *groups, *accounts)

    def reason_of(self, pairs: Pairs, found: Found) -> Whole:
        """For each pair the place of its refusal's code in `reasons`; NONE where nothing was refused."""
        reason = found.answers["reason"].astype(np.int64)
        groups = self.plan.offers["group"][pairs.pairs["offer"]]
        short = STACKED + len(self.groups) + found.answers["short_of"]
        return np.where(reason == SHORT, short, np.where(reason == STACKED, STACKED + groups, reason))

    @property
    def limits_customers(self) -> bool:
        """Whether some offer limits what one customer gets."""
        offers = self.plan.offers
        return bool(np.any(offers["customer_row"] != NONE) or np.any(offers["customer_day_row"] != NONE))

    @property
    def lapses(self) -> bool:
        """Whether something that it gives lapses."""
        return bool(self.expiry_days)


def layout_of(rules: PlanRules) -> Layout:
    """The plan's rules as arrays; it must bear on no prices."""
    items = items_of(rules)
    stock, budget = tuple(rules.stock), tuple(rules.budget)
    lines = {line: len(stock) + place for place, line in enumerate(budget)}
    groups = tuple(sorted({group for offer in rules.offers if (group := exclusive_group(offer)) is not None}))
    expiry_days = tuple(sorted({item.valid_days for item in items if item.valid_days is not None}))
    shape = (len(rules.offers), len(items))
    accounts = [[lines.get(offer.budget.get(item.kind, ""), NONE) for item in items] for offer in rules.offers]
    keeps = [[offer.on_refund.get(item.kind) is RefundPolicy.KEEP for item in items] for offer in rules.offers]
    plan = Plan(
        offers=_offers(rules.offers, groups),
        items=np.array([_item(item, stock, expiry_days) for item in items], ITEM),
        budget=np.array(accounts, np.int64).reshape(shape),
        keeps=np.array(keeps, np.bool_).reshape(shape),
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
    rules, offers = layout.rules, layout.plan.offers
    left = [rules.stock[item].units for item in layout.stock]
    left += [rules.budget[line].amount_minor for line in layout.budget]
    customer_rows = int(np.count_nonzero(offers["customer_row"] != NONE))
    customer_day_rows = int(np.count_nonzero(offers["customer_day_row"] != NONE))
    return State(
        accounts=np.array([(each, NONE) for each in left], ACCOUNT),
        total=np.zeros(len(offers), np.int64),
        per_day=np.zeros((len(offers), days), np.int64),
        per_customer=np.zeros((customer_rows, customers if customer_rows else 0), np.int32),
        per_customer_day=empty_records((customer_day_rows, customers if customer_day_rows else 0, 2), BY_DAY, "day"),
        groups=empty_records(len(layout.groups), GROUP, "event", "offer"),
        orders=np.zeros(orders, ORDER),
        holdings=np.empty(0, HOLDING),
        heap=np.empty(0, EXPIRY),
        sizes=np.zeros(6, np.int64),
        turn=np.empty(max(1, len(offers)), np.int64),
    )


def _offers(offers: tuple[Offer, ...], groups: tuple[str, ...]) -> Whole:
    rows = np.empty(len(offers), OFFER)
    for name in ("total", "per_day", "per_customer", "per_customer_per_day"):
        bounds = [getattr(offer.limits, name) for offer in offers]
        rows[name] = [NONE if bound is None else bound for bound in bounds]
    rows["customer_row"] = _rows_of_their_own(rows["per_customer"] != NONE)
    rows["customer_day_row"] = _rows_of_their_own(rows["per_customer_per_day"] != NONE)
    rows["group"] = [_place(groups, exclusive_group(offer)) for offer in offers]
    best = [offer.stacking is not None and offer.stacking.pick is Pick.BEST for offer in offers]
    rows["best_group"] = np.where(best, rows["group"], NONE)
    return rows


def _rows_of_their_own(wanted: Whole) -> Whole:
    return np.where(wanted, np.cumsum(wanted) - 1, NONE)


def _item(item: ItemSort, stock: tuple[str, ...], expiry_days: tuple[int, ...]) -> tuple[int, int, bool, bool]:
    account = stock.index(item.id) if item.kind in (Kind.GIFT, Kind.SERVICE) else NONE
    expiry = NONE if item.valid_days is None else expiry_days.index(item.valid_days)
    return account, expiry, item.kind in HELD_KINDS, item.kind in MONEY_KINDS


def _place(names: tuple[str, ...], name: str | None) -> int:
    return NONE if name is None else names.index(name)
