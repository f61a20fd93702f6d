"""Figures of paid orders, from tables to tables.

Every measure takes `orders(order_id, customer_id, paid_at, spend_minor)`: the shop's paid orders, a guest's without
customer. Moments are in UTC; `days(day, starts_at, ends_at)` says which of them are which day of the plan's zone.
"""

from __future__ import annotations

from datetime import datetime

import ibis
import ibis.expr.types as ir


def first_orders(orders: ir.Table) -> ir.Table:
    """`(customer_id, first_at)`: when each customer first paid an order, as far as recorded orders go back."""
    named = orders.filter(orders.customer_id.notnull())
    return named.group_by("customer_id").agg(first_at=named.paid_at.min())


def orders_by_day(orders: ir.Table, days: ir.Table) -> ir.Table:
    """`(day, orders, sales_minor)`: one row for each of the days, also for those without orders."""
    of_day = days.left_join(orders, [orders.paid_at >= days.starts_at, orders.paid_at < days.ends_at])
    return (
        of_day.group_by("day")
        .agg(orders=of_day.order_id.count(), sales_minor=of_day.spend_minor.sum().fill_null(0))
        .order_by("day")
    )


def new_customers_by_day(orders: ir.Table, days: ir.Table) -> ir.Table:
    """`(day, new_customers)`: customers whose first paid order is of that day."""
    first = first_orders(orders)
    of_day = days.left_join(first, [first.first_at >= days.starts_at, first.first_at < days.ends_at])
    return of_day.group_by("day").agg(new_customers=of_day.customer_id.count()).order_by("day")


def period_totals(orders: ir.Table, starts_at: datetime, ends_at: datetime) -> ir.Table:
    """`(orders, sales_minor, guest_orders)` of `[starts_at, ends_at)`: one row."""
    within = _within(orders, starts_at, ends_at)
    return within.agg(
        orders=within.order_id.count(),
        sales_minor=within.spend_minor.sum().fill_null(0),
        guest_orders=within.customer_id.isnull().sum().fill_null(0),
    )


def period_customers(orders: ir.Table, starts_at: datetime, ends_at: datetime, followed_to: datetime) -> ir.Table:
    """`(buyers, returned, new_customers)` of `[starts_at, ends_at)`: one row.

    Returned are buyers with a second paid order between their first of the period and `followed_to`.
    """
    followed = _within(orders, starts_at, followed_to)
    named = followed.filter(followed.customer_id.notnull())
    by_customer = named.group_by("customer_id").agg(
        bought=(named.paid_at < ibis.literal(ends_at)).any(), orders=named.order_id.count()
    )
    buyers = by_customer.filter(by_customer.bought).join(first_orders(orders), "customer_id")
    return buyers.agg(
        buyers=buyers.customer_id.count(),
        returned=(buyers.orders > 1).sum().fill_null(0),
        new_customers=(buyers.first_at >= ibis.literal(starts_at)).sum().fill_null(0),
    )


def span(orders: ir.Table) -> ir.Table:
    """`(first_at, last_at)`: the first and the last paid order; one row, empty without orders."""
    return orders.agg(first_at=orders.paid_at.min(), last_at=orders.paid_at.max())


def _within(orders: ir.Table, starts_at: datetime, ends_at: datetime) -> ir.Table:
    return orders.filter(orders.paid_at >= ibis.literal(starts_at), orders.paid_at < ibis.literal(ends_at))
