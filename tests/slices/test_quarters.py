"""Orders and awards lie in partitions by quarter; no look at them reads a large one whole."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from bench.partitions import PLANS, fill, plan_of, whole_scans
from jiacan.kernel.quarters import Quarter
from jiacan.orders import facade as orders
from jiacan.orders.contracts import IncomingOrder, OrderLine, Taken
from jiacan.project.quarters import keeping
from jiacan.tenancy import facade as tenancy

FEBRUARY, MAY = datetime(2024, 2, 10, tzinfo=UTC), datetime(2024, 5, 3, tzinfo=UTC)
LINES = (OrderLine("pot", 1, 1_000_000), OrderLine("cup", 2, 500_000))


@pytest.fixture
def shop(db):
    return tenancy.open_shop("quarters", zone=ZoneInfo("UTC"), currency="GBP")


def lies_in(table, order_id):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT tableoid::regclass::text FROM {table} WHERE order_id = %s", [order_id])
        return [name for (name,) in cursor.fetchall()]


def add_quarter(day):
    with connection.cursor() as cursor:
        for table, _ in keeping.tables_in_quarters():
            cursor.execute("SELECT jiacan_add_quarter(%s, %s)", [table, day])


def test_a_paid_order_moves_with_its_lines_to_the_quarter_of_its_payment(shop):
    add_quarter(FEBRUARY.date())
    add_quarter(MAY.date())
    placed = IncomingOrder("1", "ann", LINES, placed_at=FEBRUARY)
    assert orders.take(shop.id, [placed], [], currency="GBP").orders == (Taken.NEW,)
    assert lies_in("orders_order", "1") == ["orders_order_2024q1"]
    paid = IncomingOrder("1", "ann", LINES, placed_at=FEBRUARY, paid_at=MAY)
    assert orders.take(shop.id, [paid], [], currency="GBP").orders == (Taken.COMPLETED,)
    assert orders.take(shop.id, [paid], [], currency="GBP").orders == (Taken.KNOWN,)
    assert lies_in("orders_order", "1") == ["orders_order_2024q2"]
    assert lies_in("orders_orderline", "1") == ["orders_orderline_2024q2"] * 2
    found = orders.find_order(shop.id, "1")
    assert found is not None
    assert (found.order.paid_at, found.order.lines) == (MAY, LINES)


def test_rows_of_no_quarter_lie_with_the_rest_and_move_when_theirs_is_made(shop):
    incoming = [IncomingOrder("1", "ann", LINES, paid_at=FEBRUARY), IncomingOrder("2", "ann", LINES, paid_at=MAY)]
    orders.take(shop.id, incoming, [], currency="GBP")
    assert lies_in("orders_order", "1") == lies_in("orders_order", "2") == ["orders_order_rest"]
    add_quarter(FEBRUARY.date())
    assert (lies_in("orders_order", "1"), lies_in("orders_order", "2")) == (
        ["orders_order_2024q1"],
        ["orders_order_rest"],
    )
    assert [orders.load_orders(shop.id, ["1", "2"])[one].number for one in "12"] == [1, 2]


def test_quarters_are_there_before_they_begin_and_made_once(shop):
    today = date(2031, 12, 30)
    tables = len(keeping.tables_in_quarters())
    assert tables == len(("orders", "lines", "awards", "items"))
    assert keeping.add_quarters(today) == 3 * tables
    assert keeping.add_quarters(today) == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname LIKE 'orders_order_203_q_' ORDER BY 1")
        assert [name for (name,) in cursor.fetchall()] == [
            f"orders_order_{each}" for each in ("2031q4", "2032q1", "2032q2")
        ]


def test_many_rows_of_one_quarter_among_the_rest_get_a_partition(shop, monkeypatch):
    monkeypatch.setattr(keeping, "MANY_ROWS", 2)
    paid = [IncomingOrder(str(n), "ann", LINES, paid_at=FEBRUARY + timedelta(days=n)) for n in range(2)]
    orders.take(shop.id, paid, [], currency="GBP")
    keeping.add_quarters(date(2026, 11, 1))
    assert lies_in("orders_order", "1") == ["orders_order_2024q1"]
    assert lies_in("orders_orderline", "1") == ["orders_orderline_2024q1"] * 2


def test_the_moment_of_payment_is_the_moment_of_the_quarter(shop):
    orders.take(shop.id, [IncomingOrder("1", "ann", LINES, paid_at=MAY)], [], currency="GBP")
    with pytest.raises(Exception, match="is_counted_when_paid"), connection.cursor() as cursor:
        cursor.execute("UPDATE orders_order SET paid_at = paid_at + interval '1 day'")


def test_no_look_reads_a_large_partition_whole(shop):
    sizes = fill(shop.id, orders=80_000)
    assert len(sizes) > len(("quarters", "of", "two", "years"))
    for name in PLANS:
        plan = plan_of(shop.id, name)
        assert whole_scans(plan, sizes) == [], f"{name}\n{plan}"


def test_a_look_by_number_touches_one_partition_of_each_table(shop):
    fill(shop.id, orders=40_000)
    plan = plan_of(shop.id, "lines of some orders", analyze=True)
    read = re.findall(r" on (orders_orderline_\w+) \S+ +\(cost=[^)]*\) \(actual", plan)
    assert read == ["orders_orderline_2023q1"], plan


WHOLE = [("orders", "0001_initial"), ("offers", "0008_rows_by_name")]


@pytest.mark.django_db(transaction=True)
def test_tables_with_rows_become_partitions_with_the_same_rows():
    MigrationExecutor(connection).migrate(WHOLE)
    moment = datetime(2025, 2, 3, 4, 5, 6, tzinfo=UTC)
    with connection.cursor() as cursor:
        for order_id, paid_at, placed_at in (("paid", moment, None), ("placed", None, moment), ("bare", None, None)):
            cursor.execute(
                """INSERT INTO orders_order (shop_id, order_id, customer_id, paid_at, placed_at, status, channel,
                region, shipping_minor, spend_minor, goods_hash) VALUES (7, %s, 'ann', %s, %s, '', '', '', 0, 100,
                gen_random_uuid())""",
                [order_id, paid_at, placed_at],
            )
            cursor.execute(
                """INSERT INTO orders_orderline (shop_id, order_id, position, sku, title, category, quantity,
                unit_price_micros, discount_micros, spend_minor) VALUES (7, %s, 1, 'pot', '', '', 1, 1, 0, 1)""",
                [order_id],
            )
        cursor.execute(
            """INSERT INTO offers_award (shop_id, plan_id, plan_version, order_id, customer_id, offer_id, offer_place,
            rung, settled_for, spend_minor, outcome) VALUES (7, 'p', 1, 'paid', 'ann', 'mug', 0, 0, %s, 100,
            'granted')""",
            [moment],
        )
        cursor.execute(
            """INSERT INTO offers_awarditem (shop_id, plan_id, order_id, offer_id, place, kind, item, quantity,
            amount_minor, quantity_left, amount_left_minor, lapsed, hold_keys)
            VALUES (7, 'p', 'paid', 'mug', 0, 'gift', 'mug', 1, 9, 1, 9, false, '{}')"""
        )
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    now = Quarter.of(datetime.now(UTC)).name
    assert lies_in("orders_order", "paid") == lies_in("orders_order", "placed") == ["orders_order_2025q1"]
    assert lies_in("orders_order", "bare") == [f"orders_order_{now}"]
    assert lies_in("orders_orderline", "paid") == ["orders_orderline_2025q1"]
    assert lies_in("offers_award", "paid") == ["offers_award_2025q1"]
    assert lies_in("offers_awarditem", "paid") == ["offers_awarditem_2025q1"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT order_id, customer_id, paid_at, counted_at = %s FROM orders_knownorder ORDER BY 1", [moment]
        )
        assert cursor.fetchall() == [
            ("bare", "ann", None, False),
            ("paid", "ann", moment, True),
            ("placed", "ann", None, True),
        ]
        with pytest.raises(Exception, match="can only be added to"):
            cursor.execute("DELETE FROM offers_award")
