"""The held-out customers beside the rest, from tables to tables.

Who belongs to a side is settled before the run: customers who had paid an order by then, split by the plan's hash.
Nothing that happens during the run moves anyone in, out or across.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import ibis
import ibis.expr.types as ir


def population(orders: ir.Table, *, before: datetime, plan_id: str, bound: str, staff: Iterable[str]) -> ir.Table:
    """`(customer_id, held_out)`: everyone but staff with a paid order before `before`.

    Args:
        orders: the shop's paid orders.
        before: when the run begins.
        plan_id: whose hold-out.
        bound: 16 hexadecimal digits; a customer whose hash begins below them is held out.
        staff: customer ids of the shop's own people, who earn nothing either way.
    """
    known = orders.filter(orders.customer_id.notnull(), orders.paid_at < ibis.literal(before))
    left_out = list(staff)
    if left_out:
        known = known.filter(known.customer_id.notin(left_out))
    customers = known.select("customer_id").distinct()
    digest = (ibis.literal(f"{plan_id}:") + customers.customer_id).hexdigest("sha256")
    return customers.mutate(held_out=digest.substr(0, 16) < bound)


def spend_groups(customers: ir.Table, orders: ir.Table, *, starts_at: datetime, ends_at: datetime) -> ir.Table:
    """`(held_out, bought, spend_minor, customers, orders)`: the customers counted by what they spent in the period.

    So few rows hold all that rates, means and their intervals need, whatever the number of customers.
    """
    within = orders.filter(orders.paid_at >= ibis.literal(starts_at), orders.paid_at < ibis.literal(ends_at))
    spent = customers.left_join(within, "customer_id")
    each = spent.group_by("customer_id", "held_out").agg(
        spend_minor=spent.spend_minor.sum().fill_null(0), orders=spent.order_id.count()
    )
    sides = each.mutate(bought=each.orders > 0)
    return sides.group_by("held_out", "bought", "spend_minor").agg(
        customers=sides.customer_id.count(), orders=sides.orders.sum()
    )


def given_to(customers: ir.Table, given: ir.Table) -> ir.Table:
    """`(given_minor)`: what `given(customer_id, amount_minor)` came to for these customers; one row."""
    theirs = given.semi_join(customers, "customer_id")
    return theirs.agg(given_minor=theirs.amount_minor.sum().fill_null(0))
