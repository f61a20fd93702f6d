"""What a plan asks of orders' customers: the tier they stood on, and the month of their birthday."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from jiacan.customers import facade as customers
from jiacan.customers.contracts import Birthday
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.core.buyers import asks_of_buyers, birth_month
from jiacan.offers.core.tiers import matters_since, tier_before
from jiacan.orders import facade as orders
from jiacan.orders.contracts import Buyer, KeptOrder, Order


def know(shop_id: int, found: Iterable[Order], rules: PlanRules, *, came_back: bool = False) -> dict[str, Order]:
    """The orders by number, each with what the plan asks of its customer; one that asks nothing costs nothing.

    Args:
        shop_id: whose orders they are; they need not be recorded.
        found: the orders.
        rules: the version of the plan that asks.
        came_back: whether goods of them came back; see `core.buyers.birth_month`.
    """
    asked = {order.order_id: order for order in found}
    if not asks_of_buyers(rules) or not asked:
        return asked
    names = {order.customer_id for order in asked.values() if order.customer_id is not None}
    kept = _kept(shop_id, names, min(order.paid_at for order in asked.values()), rules)
    birthdays = customers.birthdays_of(shop_id, names) if rules.asks_birthdays else {}
    return {name: _known(order, kept, birthdays, rules, came_back) for name, order in asked.items()}


def _kept(shop_id: int, names: Iterable[str], first: datetime, rules: PlanRules) -> dict[str, tuple[KeptOrder, ...]]:
    if rules.ladder is None:
        return {}
    since = matters_since(rules.ladder, first)
    return orders.kept_since(shop_id, sorted(names), since, currency=rules.ladder.currency)


def _known(
    order: Order,
    kept: Mapping[str, tuple[KeptOrder, ...]],
    birthdays: Mapping[str, Birthday],
    rules: PlanRules,
    came_back: bool,
) -> Order:
    if order.customer_id is None:
        return order
    before = kept.get(order.customer_id, ())
    tier = "" if rules.ladder is None else tier_before(rules.ladder, before, order.paid_at, order.order_id)
    month = birth_month(birthdays.get(order.customer_id), order.paid_at, rules.zone, came_back=came_back)
    return replace(order, buyer=Buyer(tier, month))
