"""Real orders, one by one: the rows that a run over the same files gives, and counters that agree."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from jiacan.campaigns.facade import awards, online, running
from jiacan.offers.facade import reading
from jiacan.orders import facade as orders
from jiacan.orders.contracts import IncomingOrder, Order, Refund
from tests.slices.histories import ONLINE_RETAIL, RUN_PHASE
from tests.slices.online_shop import (
    AT,
    LADDER,
    PLAN_ID,
    WHO,
    assert_books_add_up,
    assert_counters_agree,
    cart,
    go_live,
    order,
    refund,
    rules,
)

pytestmark = pytest.mark.django_db


EVENTS = 250


@pytest.fixture(scope="module")
def happened() -> list[Order | Refund]:
    """The first orders of the run phase and their refunds, as they happened."""
    with orders.read_history([ONLINE_RETAIL], [], zone=ZoneInfo("Europe/London"), currency="GBP") as history:
        found = {each.order_id: each for each in history.orders(RUN_PHASE)}
        refunds = history.refunds(RUN_PHASE)
    placed = [((each.paid_at, False, each.order_id), each) for each in found.values()]
    placed += [
        ((max(each.refunded_at, found[each.order_id].paid_at), True, each.refund_id), each) for each in refunds
    ]
    return [each for _, each in sorted(placed, key=lambda one: one[0])][:EVENTS]


def incoming(of: Order) -> IncomingOrder:
    return IncomingOrder(
        of.order_id,
        of.customer_id,
        of.lines,
        paid_at=of.paid_at,
        channel=of.channel,
        region=of.region,
        shipping_minor=of.shipping_minor,
    )


def rows(shop):
    return list(reading.award_rows_of(shop.id, PLAN_ID))


def test_one_order_at_a_time_gives_the_rows_of_a_run(happened):
    bulk, single = go_live("bulk"), go_live("single")
    everything = [incoming(each) for each in happened if isinstance(each, Order)]
    refunds = [each for each in happened if isinstance(each, Refund)]
    orders.take(bulk.id, everything, refunds, currency="GBP")
    running.settle_recorded(bulk.id, rules(bulk), on_progress=lambda *_: None)
    for each in happened:
        if isinstance(each, Order):
            online.take(single, [incoming(each)], (), at=each.paid_at)
        else:
            online.take(single, (), [each], at=each.refunded_at)
    assert len(rows(bulk)) > 500
    assert rows(single) == rows(bulk)
    for shop in (bulk, single):
        assert_books_add_up(shop)
        assert_counters_agree(shop)
    assert reading.award_pace(single.id, PLAN_ID, RUN_PHASE.starts_at, RUN_PHASE.ends_at) == reading.award_pace(
        bulk.id, PLAN_ID, RUN_PHASE.starts_at, RUN_PHASE.ends_at
    )


ORDERS = """order_id,customer_id,paid_at,sku,quantity,unit_price
o-1,c-1,2011-11-15T10:00,pot,1,160.00
o-2,c-2,2011-11-15T10:05,pot,1,160.00
"""
REFUNDS = "refund_id,order_id,refunded_at,sku,quantity\nr-1,o-1,2011-11-15T11:00,pot,1\n"


def run_files(shop, folder: Path) -> None:
    (folder / "o.csv").write_text(ORDERS)
    (folder / "r.csv").write_text(REFUNDS)
    files = running.OrderFiles(orders=(folder / "o.csv",), refunds=(folder / "r.csv",))
    with orders.read_history(files.orders, files.refunds, zone=shop.zone, currency="GBP") as history:
        orders.record(shop.id, history)
    running.settle_recorded(shop.id, rules(shop), on_progress=lambda *_: None)


def test_a_file_after_the_api_and_the_api_after_a_file_end_the_same(tmp_path):
    first, second = go_live("first"), go_live("second")
    as_values = [order(1), order(2, after=5)]
    run_files(first, tmp_path)
    again = online.take(first, as_values, [refund()], at=AT)
    online.take(second, as_values, [refund()], at=AT)
    run_files(second, tmp_path)
    assert rows(first) == rows(second)
    assert [each.state for each in (*again.orders, *again.refunds)] == ["known"] * 3
    assert {award.order_id for each in again.orders for award in each.awards[PLAN_ID]} == {"o-1", "o-2"}
    for shop in (first, second):
        assert_books_add_up(shop)
        assert_counters_agree(shop)


def test_counters_count_whatever_happens(tmp_path):
    shop = go_live("gifts", ("units: 150", "units: 2"))
    online.take(shop, [order(n, after=n) for n in range(4)], [refund(of=0)], at=AT)
    online.take(shop, [order(9, customer=None), order(10, customer="c-1", after=9)], (), at=AT)
    reserved = online.reserve(shop, cart(5, 900), at=AT, hold_seconds=900, actor=WHO)
    assert_counters_agree(shop)
    online.commit(shop, reserved.id, paid_at=AT, at=AT)
    awards.take_back(shop, PLAN_ID, "o-2", LADDER, reason="mistake", actor=WHO, at=AT)
    run_files(shop, tmp_path)
    assert_counters_agree(shop)
    total = reading.order_totals(shop.id, PLAN_ID)
    assert (total.orders, total.spend_minor, total.new_customers, total.refunds) == (7, 186000, 5, 2)
    counts = {(each.outcome, each.reason): each.awards for each in reading.award_totals(shop.id, PLAN_ID)
              if each.offer_id == LADDER}  # fmt: skip
    assert counts == {
        ("granted", ""): 3,
        ("otherwise", "stock:mug"): 2,
        ("refused", "limit:per_customer"): 1,
        ("clawed_back", ""): 3,
    }


def test_an_order_on_the_way_counts_in_no_other_shop():
    shop, other = go_live("gifts"), go_live("other")
    online.take(shop, [order()], (), at=AT)
    assert reading.award_totals(other.id, PLAN_ID) == ()
    assert reading.order_totals(other.id, PLAN_ID).orders == 0
    assert rows(other) == []
    assert online.take(other, [order()], (), at=AT).orders[0].state == "new"
