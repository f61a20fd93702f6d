"""Recording: once however often, whoever is killed or comes at the same time."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jiacan.kernel.periods import Period
from jiacan.orders import facade
from jiacan.orders.contracts import EventKey, RecordSummary
from jiacan.orders.models import Order, OrderLine, RefundRow
from jiacan.tenancy.facade import open_shop
from tests.conftest import SHARED, needs_shared
from tests.slices.orders_files import ALWAYS, orders_file, read, refunds_file, row

pytestmark = pytest.mark.django_db

ORDERS = (
    row("1", paid_at="2011-11-14 09:00", title='"a ""quoted"", tea\\cup"'),
    row("1", "tea", paid_at="2011-11-14 09:00", unit_price="2.555", line_discount="0.5"),
    row("2", paid_at="2011-11-15", customer_id="", shipping="4.50"),
    row("3", paid_at="2011-11-16", title="\\N"),
    row("4", paid_at=""),
)
REFUNDS = ("r,1,2011-11-20,mug,1,10.00", "r,3,2011-11-20,mug,1,", "q,1,2011-11-18,tea,1,")

RECORDER = """
import sys
from pathlib import Path
from zoneinfo import ZoneInfo
import jiacan.project.start
from jiacan.project.database import connect
import os
connect(os.environ["JIACAN_DATABASE_URL"])
from jiacan.orders import facade
def on_progress(stage, share):
    if stage == "record":
        print(share, flush=True)
        if len(sys.argv) > 3:
            sys.stdin.readline()
with facade.read_history([Path(sys.argv[1])], [], zone=ZoneInfo("UTC"), currency="GBP") as history:
    summary = facade.record(int(sys.argv[2]), history, chunk_orders=100, on_progress=on_progress)
    print(summary.orders_new, summary.lines_new, flush=True)
"""


@pytest.fixture
def shop():
    return open_shop("gifts").id


@pytest.fixture
def files(tmp_path):
    return orders_file(tmp_path / "o.csv", *ORDERS), refunds_file(tmp_path / "r.csv", *REFUNDS)


def record(shop, *order_files, refunds=()):
    with read(*order_files, refunds=refunds) as history:
        return facade.record(shop, history)


def stored(shop):
    """Everything the database holds of the shop's orders and refunds."""
    tables = (Order, OrderLine, RefundRow)
    return [sorted(table.objects.filter(shop_id=shop).values_list(), key=str) for table in tables]


def test_what_is_loaded_is_what_was_read(shop, files):
    orders, refunds = files
    with read(orders, refunds=(refunds,)) as history:
        assert facade.record(shop, history) == RecordSummary(orders_new=4, lines_new=5, refunds_new=3)
        read_orders = {order.order_id: order for order in history.orders(ALWAYS)}
        read_refunds = history.refunds(ALWAYS)
    assert facade.load_orders(shop, ["1", "2", "3", "4", "nowhere"]) == read_orders
    assert {order_id: order.shipping_minor for order_id, order in read_orders.items()} == {"1": 0, "2": 450, "3": 0}
    loaded = facade.load_refunds(shop, ["1", "2", "3"])
    assert [refund.refund_id for refund in loaded["1"]] == ["q", "r"]
    assert {refund for of_order in loaded.values() for refund in of_order} == set(read_refunds)
    assert "2" not in loaded


def test_recording_twice_changes_nothing(shop, files):
    orders, refunds = files
    record(shop, orders, refunds=(refunds,))
    before = stored(shop)
    assert record(shop, orders, refunds=(refunds,)) == RecordSummary(orders_known=4, refunds_known=3)
    assert stored(shop) == before


def test_shops_do_not_see_each_other(shop, files):
    orders, refunds = files
    other = open_shop("other").id
    record(shop, orders, refunds=(refunds,))
    assert (facade.load_orders(other, ["1"]), facade.load_refunds(other, ["1"])) == ({}, {})
    assert list(facade.walk_events(other, ALWAYS, 10)) == []
    assert record(other, orders).orders_new == 4


def test_an_unpaid_order_is_completed_with_what_was_paid_for(shop, tmp_path):
    record(shop, orders_file(tmp_path / "a.csv", row("1", paid_at="", quantity=5), row("1", "tea", paid_at="")))
    assert facade.load_orders(shop, ["1"]) == {}
    summary = record(shop, orders_file(tmp_path / "b.csv", row("1", quantity=4)))
    assert summary == RecordSummary(orders_known=1, orders_completed=1, lines_new=1)
    assert [line.quantity for line in facade.load_orders(shop, ["1"])["1"].lines] == [4]


def test_an_unpaid_delivery_does_not_undo_a_paid_one(shop, tmp_path):
    record(shop, orders_file(tmp_path / "a.csv", row("1", quantity=4)))
    before = stored(shop)
    assert record(shop, orders_file(tmp_path / "b.csv", row("1", paid_at=""))) == RecordSummary(orders_known=1)
    assert stored(shop) == before


def test_a_receipt_time_and_a_status_that_come_later_are_filled_in_once(shop, tmp_path):
    record(shop, orders_file(tmp_path / "a.csv", row("1")))
    for day, completed in (("2011-11-20", 1), ("2011-11-21", 0)):
        file = orders_file(tmp_path / "b.csv", row("1", received_at=day, status=f"finished {day}"))
        assert record(shop, file) == RecordSummary(orders_known=1, orders_completed=completed)
    order = Order.objects.get(shop_id=shop)
    assert (order.received_at, order.status) == (datetime(2011, 11, 20, tzinfo=UTC), "finished 2011-11-20")


def test_other_goods_for_a_paid_order_are_handed_back_and_the_first_stay(shop, tmp_path):
    record(shop, orders_file(tmp_path / "a.csv", row("1")))
    before = stored(shop)
    with read(orders_file(tmp_path / "b.csv", row("2"), row("1", "tea"), row("1", "cup"))) as history:
        assert facade.record(shop, history) == RecordSummary(orders_new=1, orders_known=1, conflicts=1, lines_new=1)
        assert [(bad.file, bad.line, bad.field, str(bad.reason), bad.cells[3]) for bad in history.bad_rows()] == [
            (
                "b.csv",
                line,
                "order_id",
                (
                    "this order was recorded before with other goods or another customer, and "
                    "stays so; if it was exchanged, hand in a refund and a new order"
                ),
                sku,
            )
            for line, sku in ((3, "tea"), (4, "cup"))
        ]
    Order.objects.filter(shop_id=shop, order_id="2").delete()
    OrderLine.objects.filter(shop_id=shop, order_id="2").delete()
    assert stored(shop) == before


def test_a_refund_delivered_again_is_known_and_the_rest_of_it_is_added(shop, tmp_path):
    orders = orders_file(tmp_path / "o.csv", row("1"), row("1", "tea"))
    record(shop, orders, refunds=(refunds_file(tmp_path / "r.csv", "r,1,2011-11-20,mug,1,"),))
    more = refunds_file(tmp_path / "s.csv", "r,1,2011-11-21,mug,1,", "r,1,2011-11-20,tea,1,")
    assert record(shop, orders, refunds=(more,)).refunds_new == 1
    (refund,) = facade.load_refunds(shop, ["1"])["1"]
    assert [(line.sku, line.quantity) for line in refund.lines] == [("mug", 1), ("tea", 1)]


@pytest.mark.parametrize("chunk", [1, 2, 3, 100])
def test_events_are_walked_as_they_settle_whatever_the_chunk(shop, tmp_path, chunk):
    rows = [row(str(n), paid_at=f"2011-11-14 09:0{n // 2}") for n in range(6)]
    orders = orders_file(tmp_path / "o.csv", *rows, row("late", paid_at="2011-12-14"), row("open", paid_at=""))
    back = [f"r{n % 2},{n},2011-11-14 09:01,mug,1," for n in range(4)]
    refunds = refunds_file(tmp_path / "r.csv", *back, "x,late,2011-12-15,mug,1,", "y,nowhere,2011-11-14,mug,1,")
    record(shop, orders, refunds=(refunds,))
    period = Period(datetime(2011, 11, 14, tzinfo=UTC), datetime(2011, 11, 15, tzinfo=UTC))
    chunks = list(facade.walk_events(shop, period, chunk))
    events = [event for events in chunks for event in events]
    assert events == sorted(events)
    assert [(event.is_refund, event.id, event.order_id) for event in events] == [
        (False, "0", "0"),
        (False, "1", "1"),
        (False, "2", "2"),
        (False, "3", "3"),
        (True, "r0", "0"),
        (True, "r0", "2"),
        (True, "r1", "1"),
        (True, "r1", "3"),
        (False, "4", "4"),
        (False, "5", "5"),
    ]
    assert max(map(len, chunks)) <= chunk
    assert events[0] == EventKey(datetime(2011, 11, 14, 9, 0, tzinfo=UTC), False, "0", "0")


def child(url: str, file: Path, shop: int, *step: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", RECORDER, str(file), str(shop), *step],
        env={**os.environ, "JIACAN_DATABASE_URL": url},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def many_orders(path: Path) -> Path:
    return orders_file(path, *(row(f"{n:04}", sku) for n in range(1000) for sku in ("mug", "tea")))


def test_a_recording_that_was_killed_ends_the_same_when_repeated(test_database_url, tmp_path):
    file = many_orders(tmp_path / "o.csv")
    whole, killed = open_shop("whole").id, open_shop("killed").id
    record(whole, file)
    with child(test_database_url, file, killed, "stepwise") as recorder:
        assert recorder.stdout.readline() == "0.1\n"
        recorder.stdin.write("\n")
        recorder.stdin.flush()
        assert recorder.stdout.readline() == "0.2\n"
        recorder.send_signal(signal.SIGKILL)
    left = Order.objects.filter(shop_id=killed).count()
    assert left in (200, 300)  # a second connection may have been through with the next chunk
    assert OrderLine.objects.filter(shop_id=killed).count() == 2 * left
    rest = RecordSummary(orders_new=1000 - left, orders_known=left, lines_new=2 * (1000 - left))
    assert record(killed, file) == rest
    assert [[r[1:] for r in rows] for rows in stored(killed)] == [[r[1:] for r in rows] for rows in stored(whole)]


@pytest.mark.parametrize("known", ["0003", "0500", "0998"])
def test_one_known_order_among_many_that_are_not_is_found_wherever_it_stands(shop, tmp_path, known):
    record(shop, orders_file(tmp_path / "one.csv", row(known, "mug"), row(known, "tea")))
    before = stored(shop)
    summary = record(shop, many_orders(tmp_path / "o.csv"))
    assert summary == RecordSummary(orders_new=999, orders_known=1, lines_new=1998)
    assert [Order.objects.filter(shop_id=shop).count(), OrderLine.objects.filter(shop_id=shop).count()] == [
        1000,
        2000,
    ]
    assert [set(rows) <= set(now) for rows, now in zip(before, stored(shop), strict=True)] == [True] * 3


def test_recorders_of_the_same_orders_at_the_same_time_end_with_one_of_each(test_database_url, tmp_path):
    file = many_orders(tmp_path / "o.csv")
    shop = open_shop("gifts").id
    recorders = [child(test_database_url, file, shop) for _ in range(3)]
    ends = [recorder.communicate()[0].split("\n")[-2].split() for recorder in recorders]
    assert [sum(int(end[i]) for end in ends) for i in (0, 1)] == [1000, 2000]
    assert Order.objects.filter(shop_id=shop).count() == 1000
    assert OrderLine.objects.filter(shop_id=shop).count() == 2000


@needs_shared
def test_the_whole_online_retail_data_comes_back_as_it_was_read(shop):
    with read(SHARED / "data" / "online_retail.parquet") as history:
        summary = facade.record(shop, history)
        assert summary == RecordSummary(orders_new=19773, lines_new=527725, refunds_new=3774)
        period = Period(datetime(2011, 11, 14, tzinfo=UTC), datetime(2011, 11, 28, tzinfo=UTC))
        orders, refunds = list(history.orders(period)), history.refunds(period)
    events = [event for events in facade.walk_events(shop, period, 500) for event in events]
    assert [event.id for event in events if not event.is_refund] == [order.order_id for order in orders]
    assert [(e.occurred_at, e.id, e.order_id) for e in events if e.is_refund] == [
        (refund.refunded_at, refund.refund_id, refund.order_id) for refund in refunds
    ]
    loaded = facade.load_orders(shop, [order.order_id for order in orders])
    assert [loaded[order.order_id] for order in orders] == orders
