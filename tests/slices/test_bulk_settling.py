"""Settling by tables leaves in the database what settling event by event leaves, whatever the chunks."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiacan.ledger import facade as ledger
from jiacan.offers.contracts.benefits import CashBenefit, CouponBenefit, DiscountBenefit, GiftBenefit, PointsBenefit
from jiacan.offers.contracts.conditions import SpendAtLeast
from jiacan.offers.contracts.rules import Limits
from jiacan.offers.facade import awarding, bulk, reserving
from jiacan.orders import facade as orders
from jiacan.orders.contracts import IncomingOrder, Order, Refund
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor
from tests.core.histories_of_offers import SHORT_COUPONS, histories
from tests.core.small_plans import RUN, at, goods, offer, order, plan, refund, spend
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
    return None if key is None else f"{key} \"\\,'{{é"


def incoming(of: Order) -> IncomingOrder:
    return IncomingOrder(
        odd(of.order_id),
        odd(of.customer_id),
        of.lines,
        paid_at=of.paid_at,
        channel=of.channel,
        region=of.region,
        shipping_minor=of.shipping_minor,
    )


def record(shop: int, history) -> None:
    bought = [incoming(each) for each in history if isinstance(each, Order)]
    returned = [replace(each, order_id=odd(each.order_id)) for each in history if isinstance(each, Refund)]
    orders.take(shop, bought, returned, currency="CNY")


def shop_with(rules, history) -> int:
    """A new shop with the history recorded and the plan's accounts filled."""
    shop = tenancy.open_shop(f"shop-{next(SHOPS)}", zone=rules.zone, currency="CNY").id
    record(shop, history)
    awarding.open_plan(shop, rules, None, actor=WHO)
    return shop


def settle(shop: int, *versions, events: int | None = None, now: datetime = NOW) -> list[bool]:
    """Settle by tables, so many events at a time, or one by one; for each step whether it went by tables."""
    announced = []
    rules_of = {each.version: each for each in versions}
    what = bulk.Settling(shop, versions[-1], rules_of.__getitem__, lambda: now, announced.append)
    if events is None:
        reached = list(bulk.settle_one_by_one(what, RUN))
    else:
        reached = list(bulk.settle_by_tables(what, RUN, events=events))
    assert sum(each.settled for each in reached) == sum(each.events for each in announced)
    return [each.by_tables for each in reached]


def assert_same(by_tables: int, one_by_one: int) -> None:
    """Both shops are left the same, and the books add up."""
    expected, found = stored(one_by_one), stored(by_tables)
    for name in STORED:
        assert found[name] == expected[name], name
    assert ledger.audit(by_tables).clean


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
        assert all(settle(by_tables, rules, events=events))
        assert_same(by_tables, one_by_one)
        transaction.set_rollback(True)


def fortnight(customers: int = 5) -> list:
    """Orders of a few customers through two weeks, and a refund of every third."""
    bought = [
        order(
            f"{n:02}",
            goods("tea", 1500 + 100 * n, 2),
            customer=f"c{n % customers}",
            paid_at=at(16 + n // 4, n % 20),
        )
        for n in range(40)
    ]
    returned = [refund(f"r{n}", each, ("tea", 1), refunded_at=at(27)) for n, each in enumerate(bought[::3])]
    return [*bought, *returned]


LADDER = offer(
    "ladder",
    rungs=[spend(2000, GiftBenefit("mug", 1)), spend(5000, CouponBenefit("ten-off", 2), PointsBenefit(9), number=2)],
    limits=Limits(total=30, per_customer_per_day=1),
    otherwise=[GiftBenefit("sample", 1)],
    budget={"gift": "gifts", "coupon": "coupons"},
)
SCARCE = plan(
    LADDER,
    offer("back", CashBenefit(100), when=[SpendAtLeast(4000)], budget={"cash": "gifts"}),
    stock={"mug": 7},
    budget={"gifts": 5000, "coupons": 12_000},
    coupons=SHORT_COUPONS,
)


def two_shops(rules=SCARCE, history=None):
    found = fortnight() if history is None else history
    return shop_with(rules, found), shop_with(rules, found)


def test_settled_again_nothing_changes():
    shop, _ = two_shops()
    assert all(settle(shop, SCARCE, events=9))
    before = stored(shop)
    assert all(settle(shop, SCARCE, events=9))
    assert stored(shop) == before
    assert len(before["settled"]) == 54
    assert {row[8] for row in before["awards"]} == {"granted", "otherwise", "refused"}


def test_orders_that_come_late_are_settled_where_the_books_stand():
    by_tables, one_by_one = two_shops(history=fortnight()[::2])
    for shop, events in ((by_tables, 10), (one_by_one, None)):
        settle(shop, SCARCE, events=events)
        record(shop, fortnight())
        settle(shop, SCARCE, events=events)
    assert_same(by_tables, one_by_one)


def test_a_plan_that_bears_on_prices_is_settled_one_by_one():
    rules = plan(offer("tenth", DiscountBenefit(percent=10, at_most_minor=500)))
    by_tables, one_by_one = two_shops(rules)
    settle(one_by_one, rules)
    assert settle(by_tables, rules, events=9) == [False]
    assert_same(by_tables, one_by_one)


def test_a_chunk_with_something_reserved_is_settled_one_by_one_and_gets_what_was_reserved():
    by_tables, one_by_one = two_shops(history=[])
    paid = order("07", goods("tea", 3000, 2), customer="c1", paid_at=at(17))
    for shop, events in ((by_tables, 9), (one_by_one, None)):
        reserving.reserve(
            shop, replace(incoming(paid), paid_at=None), [SCARCE], rules_of=lambda *_: SCARCE, new_id="r-1",
            at=at(17), expires_at=at(18), made_by="tests",
        )  # fmt: skip
        record(shop, [paid, *fortnight(3)[:6]])
        assert settle(shop, SCARCE, events=events, now=at(17, 13)) == [False]
    assert_same(by_tables, one_by_one)


def test_refunds_of_what_an_earlier_version_gave_are_settled_one_by_one_and_the_rest_by_tables():
    history = fortnight()
    second = replace(SCARCE, version=2, offers=(replace(LADDER, limits=Limits()), *SCARCE.offers[1:]))
    by_tables, one_by_one = two_shops(history=history[:12])
    for shop, events in ((by_tables, 8), (one_by_one, None)):
        settle(shop, SCARCE, events=events)
        record(shop, history)
        steps = settle(shop, SCARCE, second, events=events)
        assert events is None or {*steps} == {True, False}
    assert_same(by_tables, one_by_one)
    assert stored(by_tables)["claw-backs"] != []


def test_what_was_settled_since_it_was_read_is_found_out_by_its_key(monkeypatch):
    by_tables, one_by_one = two_shops()
    settle(one_by_one, SCARCE)
    what = bulk.Settling(by_tables, SCARCE, lambda _: SCARCE, lambda: NOW, lambda _: None)
    next(bulk.settle_one_by_one(what, RUN, events=25))
    known = stored(by_tables)
    monkeypatch.setattr(bulk.store, "unsettled_of", lambda *asked: np.ones(asked[-1].num_rows, np.bool_))
    assert settle(by_tables, SCARCE, events=10) == [False, False, False, True, True]
    assert_same(by_tables, one_by_one)
    assert [row for row in stored(by_tables)["settled"] if row in known["settled"]] == known["settled"]


KILLED = """
import sys
import jiacan.project.start
import os
from jiacan.project.database import connect
connect(os.environ["JIACAN_DATABASE_URL"])
from tests.slices.test_bulk_settling import NOW, RUN, SCARCE, bulk
what = bulk.Settling(int(sys.argv[1]), SCARCE, lambda _: SCARCE, lambda: NOW, lambda _: None)
for reached in bulk.settle_by_tables(what, RUN, events=5):
    print(reached.settled, flush=True)
    if len(sys.argv) > 2:
        sys.stdin.readline()
"""


def test_killed_between_chunks_and_settled_again_it_ends_the_same(test_database_url):
    by_tables, one_by_one = two_shops()
    settle(one_by_one, SCARCE)
    with child(test_database_url, by_tables, "stepwise") as process:
        for _ in range(3):
            assert process.stdout.readline() == "5\n"
            process.stdin.write("\n")
            process.stdin.flush()
        process.send_signal(signal.SIGKILL)
    assert 15 <= len(stored(by_tables)["settled"]) <= 20
    both = [child(test_database_url, by_tables) for _ in range(2)]
    ends = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], ends
    assert_same(by_tables, one_by_one)


def child(url: str, shop: int, *step: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", KILLED, str(shop), *step],
        env={**os.environ, "JIACAN_DATABASE_URL": url},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
