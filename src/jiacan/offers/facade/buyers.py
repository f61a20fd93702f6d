"""What a plan asks of orders' customers: the tier they stood on, and the month of their birthday.

It is asked when an order is settled and again when something of it comes back, and is what it was: a pure function of
the orders before this one and of what had come back by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pyarrow as pa

from jiacan.customers import facade as customers
from jiacan.customers.contracts import Birthday
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.core.arrays.clock import from_us
from jiacan.offers.core.arrays.standing import tiers_before
from jiacan.offers.core.buyers import asks_of_buyers, birth_month
from jiacan.offers.core.tiers import tier_before
from jiacan.offers.facade.tiers import kept_for
from jiacan.offers.measures.figures import BIRTH_MONTH, TIER
from jiacan.offers.readers.recorded import BIRTH_MONTH_BACK
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
    first = min(order.paid_at for order in asked.values())
    kept = {} if rules.ladder is None else kept_for(shop_id, rules.ladder, names, first)
    birthdays = customers.birthdays_of(shop_id, names) if rules.asks_birthdays else {}
    return {name: _known(order, kept, birthdays, rules, came_back) for name, order in asked.items()}


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


def with_buyers(shop_id: int, read: orders.EventTables, rules: PlanRules) -> orders.EventTables:
    """The tables, their orders with the columns that `readers.recorded` asks of customers."""
    table = read.orders
    names = table["customer_id"].to_pylist()
    asked = {name for name in names if name is not None}
    moments = [from_us(us) for us in table["paid_us"].to_pylist()]
    if rules.ladder is not None:
        tiers = tiers_before(rules.ladder, kept_for(shop_id, rules.ladder, asked, min(moments))) if moments else {}
        of_orders = [tiers.get(order_id, "") for order_id in table["order_id"].to_pylist()]
        table = table.append_column(TIER, pa.array(of_orders, pa.string()))
    if rules.asks_birthdays:
        birthdays = customers.birthdays_of(shop_id, asked)
        for column, came_back in ((BIRTH_MONTH, False), (BIRTH_MONTH_BACK, True)):
            months = [
                birth_month(birthdays.get(name or ""), at, rules.zone, came_back=came_back)
                for name, at in zip(names, moments, strict=True)
            ]
            table = table.append_column(column, pa.array(months, pa.int64()))
    return replace(read, orders=table)
