"""A small campaign to report on: a tea shop in Shanghai, eight quiet weeks, a run of one week, a week after it.

The shop's hundred regulars each pay one order a week of 10.00 yuan, at noon of the weekday of their number. Times are
Shanghai's wall clock; the run is Monday the 16th to Sunday the 22nd of November 2026.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa

from jiacan.campaigns.core.figures import balances_of, figures_of
from jiacan.campaigns.report.facts import ORDERS_SCHEMA, Sources
from jiacan.offers.core.rehearse import rehearse
from jiacan.offers.core.summing import sum_up
from jiacan.orders.contracts import Order, OrderLine
from jiacan.plans.core.check import check

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST_MONDAY = datetime(2026, 9, 14, 12, tzinfo=SHANGHAI)
REGULARS = 100
WEEKS = 10
"""Eight before the warm-up, the warm-up's, and the run's."""

PLAN = """
format: jiacan.plan/1
id: spring
name: {zh: 春季加餐, en: Spring bonus}
shop: tea
currency: CNY
timezone: Asia/Shanghai
phases:
  warm_up: {from: 2026-11-09}
  run: {from: 2026-11-16, to: 2026-11-22}
  wrap_up: {to: 2026-11-29}
goals:
  - {measure: orders, target: +10%, against: forecast}
  - {measure: new_customers, target: 2}
  - {measure: repurchase_rate, target: 1%}
  - {measure: sales, target: +10%, against: last_year}
budget:
  reserve: 10%
  lines:
    - {id: gifts, name: {zh: 赠品, en: Gifts}, amount: 1000}
stock:
  - {id: cup, name: {zh: 茶杯, en: Tea cup}, units: 30, unit_cost: 2.00, value: 5.00}
  - {id: tin, name: {zh: 茶罐, en: Tea tin}, units: 1000, unit_cost: 1.00, value: 3.00}
offers:
  - id: cup-gift
    name: {zh: 送茶杯, en: A cup for every order}
    trigger: order_paid
    during: run
    give: [{gift: cup}]
    budget: {gift: gifts}
    otherwise: [{gift: tin}]
holdout: {share: 40%}
"""


def order(order_id: str, customer_id: str | None, paid_at: datetime, minor: int = 1_000) -> Order:
    """An order of one line."""
    return Order(order_id, customer_id, paid_at.astimezone(UTC), (OrderLine("tea", 1, minor * 10_000),))


def regular_orders(weeks: int = WEEKS) -> list[Order]:
    """One order of every regular in each of the weeks."""
    return [
        order(f"w{week}-{number}", f"regular-{number}", FIRST_MONDAY + timedelta(weeks=week, days=number % 7))
        for week in range(weeks)
        for number in range(REGULARS)
    ]


def orders_table(orders: list[Order]) -> pa.Table:
    """The orders in the form that reports read."""
    rows = [(one.order_id, one.customer_id, one.paid_at, one.spend_minor("CNY")) for one in orders]
    columns = zip(*rows, strict=True) if rows else ([] for _ in ORDERS_SCHEMA)
    return pa.table([list(column) for column in columns], schema=ORDERS_SCHEMA)


def sources(orders: list[Order] | None = None, plan: str = PLAN, *, file_differs: bool = False) -> Sources:
    """What a report of this plan on these orders is made of; the regulars' orders where none are given."""
    checked = check(plan, source="plan.yaml")
    assert checked.rules is not None, [str(problem.message) for problem in checked.errors]
    rules = replace(checked.rules, version=1)
    paid = regular_orders() if orders is None else orders
    in_time = sorted(
        (one for one in paid if one.paid_at in rules.window), key=lambda one: (one.paid_at, one.order_id)
    )
    rehearsed = rehearse(in_time, {}, rules)
    sums = sum_up(rehearsed.awards, rehearsed.claw_backs)
    budget = balances_of(rules, sums, rehearsed.budget_left_minor)
    figures = figures_of(rules, sums, rehearsed.stock_left, budget)
    assert checked.document is not None
    return Sources(
        document=checked.document,
        rules=rules,
        orders=orders_table(paid),
        awards=rehearsed.awards,
        claw_backs=rehearsed.claw_backs,
        figures=figures,
        file_differs=file_differs,
    )
