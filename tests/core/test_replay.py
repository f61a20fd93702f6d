"""A history replayed as tables and arrays gives the very rows and sums that settling it order by order gives."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from jiacan.offers.contracts.benefits import CouponBenefit, CreditBenefit, GiftBenefit, PointsBenefit
from jiacan.offers.contracts.occasions import Occasion
from jiacan.offers.contracts.rehearsing import Told
from jiacan.offers.contracts.rules import Limits, Trigger
from jiacan.offers.core.rehearse import rehearse
from jiacan.offers.core.summing import sum_up
from jiacan.offers.facade.replaying import replay
from jiacan.offers.readers.award_rows import SCHEMA, to_table
from jiacan.orders.contracts import Order, Refund
from jiacan.orders.readers.history import History
from tests.core.histories_of_offers import ALL_LINES, OFFERS, SHORT_COUPONS, histories, moments, scarce_plans
from tests.core.small_plans import RUN, offer, order, plan, refund
from tests.core.test_array_settle import plain_plans


def _history(orders, refunds):
    """The orders and refunds as a reader leaves them."""
    duck = duckdb.connect()
    duck.execute("SET TimeZone = 'UTC'")
    customers = {one.customer_id: place for place, one in enumerate(orders) if one.customer_id is not None}
    numbers = {one.order_id: place for place, one in enumerate(orders)}
    heads = [
        {
            "no": numbers[one.order_id],
            "order_id": one.order_id,
            "customer_no": customers.get(one.customer_id),
            "customer_id": one.customer_id,
            "paid_at": one.paid_at,
            "number": one.number,
            "channel": one.channel,
            "region": one.region,
            "shipping_minor": one.shipping_minor,
        }
        for one in orders
    ]
    lines = [
        {
            "no": numbers[one.order_id],
            "order_id": one.order_id,
            "position": position,
            "sku": line.sku,
            "title": line.title,
            "category": line.category,
            "quantity": line.quantity,
            "unit_price_micros": line.unit_price_micros,
            "discount_micros": line.discount_micros,
            "spend_minor": line.spend_minor("CNY"),
        }
        for one in orders
        for position, line in enumerate(one.lines)
    ]
    returned = [
        {
            "no": numbers[one.order_id],
            "refund_id": one.refund_id,
            "order_id": one.order_id,
            "refunded_at": one.refunded_at,
            "sku": line.sku,
            "quantity": line.quantity,
            "amount_minor": line.amount_minor,
        }
        for one in refunds
        for line in one.lines
    ]
    for name, rows, schema in (("orders", heads, _ORDERS), ("lines", lines, _LINES), ("refunds", returned, _REFUNDS)):
        duck.register("rows", pa.Table.from_pylist(rows, schema))
        duck.execute(f"CREATE TABLE {name} AS FROM rows")
        duck.unregister("rows")
    return History(duck, folder=Path("/nowhere"), sources={}, summary=None)


_TYPES = {"paid_at": pa.timestamp("us", "UTC"), "refunded_at": pa.timestamp("us", "UTC")}
_TEXTS = frozenset({"order_id", "customer_id", "channel", "region", "sku", "title", "category", "refund_id"})


def _schema(*names):
    return pa.schema([(name, pa.string() if name in _TEXTS else _TYPES.get(name, pa.int64())) for name in names])


_ORDERS = _schema(
    *("no", "order_id", "customer_no", "customer_id", "paid_at", "number", "channel", "region", "shipping_minor")
)
_LINES = _schema(
    *("no", "order_id", "position", "sku", "title", "category", "quantity"),
    *("unit_price_micros", "discount_micros", "spend_minor"),
)
_REFUNDS = _schema("no", "refund_id", "order_id", "refunded_at", "sku", "quantity", "amount_minor")


def _both(rules, history, occasions=()):
    found = [one for one in history if isinstance(one, Order) and one.paid_at in rules.window]
    orders = sorted(found, key=lambda one: (one.paid_at, one.order_id))
    of = {one.order_id for one in orders}
    refunds = {}
    for one in (each for each in history if isinstance(each, Refund) and each.order_id in of):
        refunds.setdefault(one.order_id, []).append(one)
    slow = rehearse(orders, refunds, rules, [each for each in occasions if each.customer_id not in rules.staff])
    tables = []
    with _history(orders, [one for several in refunds.values() for one in several]) as read:
        told = Told(occasions=occasions)
        fast = replay(read, rules, told=told, on_share=lambda _: None, on_rows=tables.append)
    rows = pa.concat_tables([SCHEMA.empty_table(), *tables])
    return slow, fast, rows


def _assert_equal(slow, fast, rows):
    assert rows.to_pylist() == to_table(slow.rows).to_pylist()
    assert fast.sums == sum_up(slow.awards, slow.claw_backs)
    assert fast.stock_left == slow.stock_left
    assert fast.budget_left_minor == slow.budget_left_minor


@settings(max_examples=40, deadline=None)
@given(rules=plain_plans(), history=histories(most_orders=14, most_refunds=8))
def test_tables_and_arrays_give_what_settling_order_by_order_gives(rules, history):
    _assert_equal(*_both(rules, history))


HAPPY = (
    offer(
        "happy",
        *(GiftBenefit("mug", 1), CouponBenefit("ten-off", 1), PointsBenefit(5), CreditBenefit(100)),
        trigger=Trigger.BIRTHDAY,
        limits=Limits(per_customer_per_day=1, total=7),
        budget=ALL_LINES,
        otherwise=(GiftBenefit("sample", 2),),
    ),
    offer("month", GiftBenefit("hamper", 1), trigger=Trigger.BIRTHDAY, budget=ALL_LINES),
)


@st.composite
def told(draw):
    """Birthdays of those who bought something, of those who did not, and of a clerk."""
    customers = st.sampled_from(["c1", "c3", "nobody", "somebody", "clerk"])
    return [
        Occasion(f"~birthday/{n}", Trigger.BIRTHDAY, who, when, when, 0, of)
        for n, (who, when, of) in enumerate(
            draw(st.lists(st.tuples(customers, moments, st.sampled_from(["happy", "month"])), max_size=9))
        )
        if when in RUN
    ]


@settings(max_examples=25, deadline=None)
@given(rules=st.one_of(plain_plans(), scarce_plans()), history=histories(), occasions=told())
def test_birthdays_among_orders_come_to_the_same_order_by_order_and_in_tables(rules, history, occasions):
    _assert_equal(*_both(replace(rules, offers=(HAPPY[0], *rules.offers, HAPPY[1])), history, occasions))


@settings(max_examples=10, deadline=None)
@given(rules=scarce_plans(), history=histories())
def test_plans_that_bear_on_prices_are_replayed_just_as_exactly(rules, history):
    _assert_equal(*_both(rules, history))


def test_what_lapses_before_the_last_event_of_any_kind_is_free_at_the_end():
    coupon = offer("coupon", CouponBenefit("ten-off", 1), budget={"coupon": "money"})
    rules = plan(coupon, budget={"money": 9000}, coupons=SHORT_COUPONS)
    first = order("1", 100)
    guest = order("2", 100, customer=None, paid_at=first.paid_at + timedelta(days=10))
    slow, fast, rows = _both(rules, [first, guest])
    _assert_equal(slow, fast, rows)
    assert [row["outcome"] for row in rows.to_pylist()] == ["granted"]
    assert fast.budget_left_minor["money"] == 9000


def test_an_empty_history_leaves_everything():
    rules = plan(OFFERS[0])
    slow, fast, rows = _both(rules, [])
    _assert_equal(slow, fast, rows)
    assert rows.num_rows == 0


def test_a_refund_of_an_order_outside_the_time_takes_nothing():
    rules = plan(OFFERS[0])
    early = order("1", 100, paid_at=rules.window.starts_at - timedelta(days=1))
    slow, fast, rows = _both(rules, [early, refund("r", early, ("tea", 1))])
    _assert_equal(slow, fast, rows)
