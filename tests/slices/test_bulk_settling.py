"""Settling by tables leaves in the database what settling event by event leaves, whatever the chunks."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiacan.ledger import facade as ledger
from jiacan.offers.facade import awarding, bulk
from jiacan.orders import facade as orders
from jiacan.orders.contracts import IncomingOrder, Order, Refund
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor
from tests.core.histories_of_offers import histories
from tests.core.small_plans import RUN
from tests.core.test_array_settle import plain_plans

pytestmark = pytest.mark.django_db

WHO = Actor("tests", "tests")
NOW = datetime(2026, 12, 31, tzinfo=UTC)
SHOPS = itertools.count()

STORED = {
    "awards": """
        SELECT plan_version, order_id, customer_id, offer_id, offer_place, rung, settled_for, spend_minor, outcome,
            refusal::text FROM offers_award WHERE shop_id = %s ORDER BY order_id, offer_id""",
    "items": """
        SELECT order_id, offer_id, place, kind, item, quantity, amount_minor, valid_days, expires_at, quantity_left,
            amount_left_minor, lapsed, hold_keys FROM offers_awarditem WHERE shop_id = %s
        ORDER BY order_id, offer_id, place""",
    "claw-backs": """
        SELECT order_id, customer_id, offer_id, offer_place, rung, refund_id, at, place, kind, item, quantity,
            amount_minor FROM offers_clawbackitem WHERE shop_id = %s ORDER BY order_id, offer_id, refund_id, place""",
    "settled": """
        SELECT is_refund, event_id, order_id FROM offers_settledevent WHERE shop_id = %s ORDER BY 1, 2, 3""",
    "award pace": """
        SELECT minute, offer_id, outcome, reason, awards, at_risk_minor FROM offers_awardpace WHERE shop_id = %s
        ORDER BY 1, 2, 3, 4""",
    "award sums": """
        SELECT offer_id, outcome, reason, awards, at_risk_minor FROM offers_awardsum WHERE shop_id = %s
        ORDER BY 1, 2, 3""",
    "order pace": """
        SELECT minute, orders, spend_minor, new_customers, refunds FROM offers_orderpace WHERE shop_id = %s
        ORDER BY minute""",
    "order sums": "SELECT orders, spend_minor, new_customers, refunds FROM offers_ordersum WHERE shop_id = %s",
    "balances": "SELECT owner, unit, posted, held, floor FROM ledger_account WHERE shop_id = %s ORDER BY owner, unit",
    "transfers": """
        SELECT transfer.key, kind, debit.owner, credit.owner, credit.unit, amount, at, expires_at, refers_to
        FROM ledger_transfer transfer JOIN ledger_account debit ON debit.id = debit_id
        JOIN ledger_account credit ON credit.id = credit_id WHERE transfer.shop_id = %s ORDER BY key""",
}


def stored(shop: int) -> dict[str, list[tuple]]:
    """Everything that settling leaves of a shop."""
    with connection.cursor() as cursor:
        found = {}
        for name, query in STORED.items():
            cursor.execute(query, [shop])
            found[name] = cursor.fetchall()
        return found


def odd(key: str | None) -> str | None:
    """An id with everything in it that a file of rows or an array must quote."""
    return None if key is None else f'{key} "\\,\'{{é'


def shop_with(rules, history) -> int:
    """A new shop with the history recorded and the plan's accounts filled."""
    shop = tenancy.open_shop(f"shop-{next(SHOPS)}", zone=rules.zone, currency="CNY").id
    bought = [
        IncomingOrder(
            odd(each.order_id), odd(each.customer_id), each.lines, paid_at=each.paid_at, channel=each.channel,
            region=each.region, shipping_minor=each.shipping_minor,
        )
        for each in history if isinstance(each, Order)
    ]  # fmt: skip
    returned = [replace(each, order_id=odd(each.order_id)) for each in history if isinstance(each, Refund)]
    orders.take(shop, bought, returned, currency="CNY")
    awarding.open_plan(shop, rules, None, actor=WHO)
    return shop


def settle(shop: int, rules, *, events: int | None = None) -> list:
    """Settle by tables, so many events at a time, or one by one; what was announced."""
    announced = []
    what = bulk.Settling(shop, rules, lambda _: rules, lambda: NOW, announced.append)
    if events is None:
        reached = list(bulk.settle_one_by_one(what, RUN))
    else:
        reached = list(bulk.settle_by_tables(what, RUN, events=events))
        assert all(each.by_tables for each in reached)
    assert sum(each.settled for each in reached) == sum(each.events for each in announced)
    return announced


def clerks(rules):
    return replace(rules, staff=frozenset({odd("clerk")}))


SLOWLY = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


@SLOWLY
@given(plain_plans(), histories(most_orders=14, most_refunds=8), st.sampled_from([3, 7, 100]))
def test_tables_leave_what_one_by_one_leaves(rules, history, events):
    with transaction.atomic():
        rules = clerks(rules)
        one_by_one, by_tables = shop_with(rules, history), shop_with(rules, history)
        settle(one_by_one, rules)
        settle(by_tables, rules, events=events)
        expected, found = stored(one_by_one), stored(by_tables)
        for name in STORED:
            assert found[name] == expected[name], name
        assert ledger.audit(by_tables).clean
        transaction.set_rollback(True)
