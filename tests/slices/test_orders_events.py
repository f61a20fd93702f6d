"""Events as tables: the same events as are walked one by one, with the orders, lines and refunds that they are of."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from jiacan.kernel.periods import Period
from jiacan.orders import facade
from jiacan.tenancy.facade import open_shop
from tests.slices.orders_files import orders_file, read, refunds_file, row

pytestmark = pytest.mark.django_db

PERIOD = Period(datetime(2011, 11, 14, tzinfo=UTC), datetime(2011, 11, 15, tzinfo=UTC))


@pytest.fixture
def shop(tmp_path):
    shop_id = open_shop("gifts").id
    rows = [row(str(n), paid_at=f"2011-11-14 09:0{n // 2}", customer_id=n % 4 or "") for n in range(6)]
    files = orders_file(
        tmp_path / "o.csv", *rows, row("before", paid_at="2011-11-13", customer_id=1), row("open", paid_at=""),
        row("1", '"a ""quoted"", tea"', paid_at="2011-11-14 09:00", customer_id=1),
    )  # fmt: skip
    back = [f"r{n % 2},{n},2011-11-14 09:01,mug,1," for n in range(4)]
    refunds = refunds_file(tmp_path / "r.csv", *back, "s,3,2011-11-20,tea,2,", "y,nowhere,2011-11-14,mug,1,")
    with read(files, refunds=(refunds,)) as history:
        facade.record(shop_id, history)
    return shop_id


def every(connection, keys):
    return np.ones(keys.num_rows, np.bool_)


def tables_of(shop, chunk, unsettled=every):
    with facade.event_tables(shop, PERIOD, chunk, unsettled=unsettled) as tables:
        return list(tables)


def keys_of(tables):
    return [tuple(key.values()) for each in tables for key in each.keys.to_pylist()]


@pytest.mark.parametrize("chunk", [1, 2, 3, 100])
def test_they_are_the_events_that_are_walked_whatever_the_chunk(shop, chunk):
    walked = [event for events in facade.walk_events(shop, PERIOD, 100) for event in events]
    found = tables_of(shop, chunk)
    assert keys_of(found) == [
        (int(event.occurred_at.timestamp()) * 1_000_000, event.is_refund, event.id, event.order_id)
        for event in walked
    ]
    assert len(walked) == 11
    assert max(each.keys.num_rows for each in found) <= 2 * chunk
    assert sum(each.passed for each in found) == 6


@pytest.mark.parametrize("chunk", [1, 3, 100])
def test_they_come_with_their_orders_lines_and_refunds(shop, chunk):
    for each in tables_of(shop, chunk):
        named = {*each.keys["order_id"].to_pylist()}
        orders, refunds = facade.load_orders(shop, named), facade.load_refunds(shop, named)
        told = {found["order_id"]: (found["customer_id"], found["number"]) for found in each.orders.to_pylist()}
        assert told == {key: (order.customer_id, order.number) for key, order in orders.items()}
        lines = sorted((found["order_id"], found["position"], found["sku"]) for found in each.lines.to_pylist())
        assert [(order_id, sku) for order_id, _, sku in lines] == [
            (order_id, line.sku) for order_id in sorted(orders) for line in orders[order_id].lines
        ]
        refunded = {key["order_id"] for key in each.keys.to_pylist() if key["is_refund"]}
        assert sorted(
            (found["order_id"], found["refund_id"], found["sku"]) for found in each.refunds.to_pylist()
        ) == [
            (order_id, refund.refund_id, line.sku)
            for order_id in sorted(refunded)
            for refund in sorted(refunds[order_id], key=lambda refund: refund.refund_id)
            for line in refund.lines
        ]


def test_nothing_is_read_of_what_is_not_wanted(shop):
    def only_order_3(connection, keys):
        return np.array([order_id == "3" for order_id in keys["order_id"].to_pylist()])

    found = tables_of(shop, 100, only_order_3)
    assert [(is_refund, key) for _, is_refund, key, _ in keys_of(found)] == [(False, "3"), (True, "r1"), (True, "s")]
    assert [each.orders["order_id"].to_pylist() for each in found] == [["3"]]
    assert sum(each.passed for each in found) == 6
