"""Orders as values: the same record as a file makes, whichever comes first and however often."""

from datetime import UTC, datetime, timedelta

import pytest

from jiacan.orders import facade
from jiacan.orders.contracts import (
    EventKey,
    IncomingOrder,
    OrderFilter,
    OrderLine,
    OrderUnusable,
    RecordSummary,
    Refund,
    RefundLine,
    Taken,
)
from jiacan.orders.models import Order as OrderRow
from jiacan.orders.models import OrderLine as LineRow
from jiacan.orders.models import RefundRow
from jiacan.tenancy.facade import open_shop
from tests.slices.orders_files import orders_file, read, refunds_file, row

pytestmark = pytest.mark.django_db

AT = datetime(2011, 11, 14, 9, tzinfo=UTC)
MUG, TEA = OrderLine("mug", 2, 10_000_000), OrderLine("tea", 1, 2_555_000, 500_000, "drinks", "Tea")
NEW, KNOWN, COMPLETED, CONFLICT = Taken.NEW, Taken.KNOWN, Taken.COMPLETED, Taken.CONFLICT


@pytest.fixture
def shop():
    return open_shop("gifts").id


def order(number="1", *lines, customer="c1", paid_at=AT, **rest):
    return IncomingOrder(number, customer, lines or (MUG, TEA), paid_at=paid_at, **rest)


def refund(number="r", of="1", *lines, at=AT + timedelta(days=1)):
    return Refund(number, of, at, lines or (RefundLine("mug", 1, 1000),))


def take(shop, *orders, refunds=()):
    return facade.take(shop, orders, refunds, currency="GBP")


def stored(shop):
    """Everything the database holds of the shop's orders and refunds."""
    return [
        sorted(table.objects.filter(shop_id=shop).values_list(), key=str) for table in (OrderRow, LineRow, RefundRow)
    ]


def test_an_order_is_new_once_and_known_ever_after(shop):
    assert take(shop, order(), refunds=[refund()]).orders == (NEW,)
    before = stored(shop)
    again = take(shop, order(), order(), refunds=[refund(), refund()])
    assert (again.orders, again.refunds) == ((KNOWN, KNOWN), (KNOWN, KNOWN))
    assert stored(shop) == before


def test_what_is_taken_is_what_is_found(shop):
    given = order(placed_at=AT, received_at=AT, status="sent", channel="app", region="Hangzhou", shipping_minor=600)
    take(shop, given, refunds=[refund()])
    found = facade.find_order(shop, "1")
    assert (found.order, found.spend_minor, found.refunds) == (given, 2206, (refund(),))
    assert facade.load_orders(shop, ["1"]) == {"1": given.as_paid(AT, number=1)}
    assert facade.find_order(shop, "2") is None


def test_an_order_twice_in_a_batch_is_taken_twice_in_turn(shop):
    unpaid, paid, other = order(paid_at=None), order(), order("1", MUG)
    assert take(shop, unpaid, order("2"), paid, other, paid).orders == (NEW, NEW, COMPLETED, CONFLICT, KNOWN)
    assert facade.find_order(shop, "1").order == paid


def test_a_paid_delivery_completes_an_unpaid_one_and_brings_its_goods(shop):
    take(shop, order("1", TEA, paid_at=None, status="placed"))
    assert facade.events_of(shop, ["1"]) == {}
    assert take(shop, order("1", MUG, received_at=AT)).orders == (COMPLETED,)
    assert facade.find_order(shop, "1").order == order("1", MUG, received_at=AT, status="placed")


def test_an_unpaid_delivery_does_not_undo_a_paid_one_but_may_fill_it_in(shop):
    take(shop, order())
    assert take(shop, order("1", TEA, paid_at=None)).orders == (KNOWN,)
    assert take(shop, order("1", TEA, paid_at=None, status="sent", received_at=AT)).orders == (COMPLETED,)
    assert take(shop, order(status="back", received_at=AT + timedelta(1))).orders == (KNOWN,)
    assert facade.find_order(shop, "1").order == order(status="sent", received_at=AT)


@pytest.mark.parametrize("other", [order("1", MUG), order(customer="c2"), order(customer=None)])
def test_other_goods_or_another_customer_for_a_paid_order_is_a_conflict_and_the_first_stays(shop, other):
    take(shop, order())
    before = stored(shop)
    assert take(shop, other, order("2")).orders == (CONFLICT, NEW)
    OrderRow.objects.filter(order_id="2").delete()
    LineRow.objects.filter(order_id="2").delete()
    assert stored(shop) == before


def test_a_refund_with_another_quantity_is_a_conflict_and_with_more_goods_completes(shop):
    take(shop, order(), refunds=[refund()])
    more = refund("r", "1", RefundLine("mug", 1), RefundLine("tea", 1), at=AT + timedelta(5))
    other = refund("r", "1", RefundLine("mug", 2))
    assert take(shop, refunds=[more, other]).refunds == (COMPLETED, CONFLICT)
    (found,) = facade.find_order(shop, "1").refunds
    assert found == refund("r", "1", RefundLine("mug", 1, 1000), RefundLine("tea", 1))


def test_events_are_the_order_and_then_its_refunds_never_before_it(shop):
    take(shop, order(), order("2", paid_at=None), refunds=[refund("early", at=AT - timedelta(1)), refund("late")])
    assert facade.events_of(shop, ["1", "2", "3"]) == {
        "1": (
            EventKey(AT, False, "1", "1"),
            EventKey(AT, True, "early", "1"),
            EventKey(AT + timedelta(days=1), True, "late", "1"),
        )
    }


FILE_ROWS = (
    row("1", "mug", paid_at="2011-11-14 09:00", customer_id="c1", quantity=2, unit_price="10"),
    row("1", "tea", paid_at="2011-11-14 09:00", customer_id="c1", unit_price="2.555", line_discount="0.5",
        title="Tea", category="drinks"),
    row("g", "mug", paid_at="2011-11-15 09:00", customer_id="", quantity=2, unit_price="10"),
)  # fmt: skip
AS_VALUES = (order(), order("g", MUG, customer=None, paid_at=AT + timedelta(days=1)))
REFUND_ROW = "r,1,2011-11-15 09:00,mug,1,10.00"


@pytest.fixture
def history(tmp_path):
    with read(
        orders_file(tmp_path / "o.csv", *FILE_ROWS), refunds=[refunds_file(tmp_path / "r.csv", REFUND_ROW)]
    ) as h:
        yield h


def test_a_file_after_the_api_finds_everything_known(shop, history):
    take(shop, *AS_VALUES, refunds=[refund()])
    before = stored(shop)
    assert facade.record(shop, history) == RecordSummary(orders_known=2, refunds_known=1)
    assert stored(shop) == before


def test_the_api_after_a_file_finds_everything_known(shop, history):
    facade.record(shop, history)
    before = stored(shop)
    taken = take(shop, *AS_VALUES, refunds=[refund()])
    assert (taken.orders, taken.refunds) == ((KNOWN, KNOWN), (KNOWN,))
    assert stored(shop) == before


def test_pages_hold_every_order_once_unpaid_first_then_the_last_paid(shop):
    take(shop, *(order(str(n), paid_at=None if n < 3 else AT + timedelta(hours=n // 2)) for n in range(9)))
    seen, after = [], None
    while True:
        page = facade.orders_page(shop, after=after, limit=2)
        seen += [found.order.order_id for found in page.orders]
        after = page.next
        if after is None:
            break
    assert seen == ["2", "1", "0", "8", "7", "6", "5", "4", "3"]
    asked = OrderFilter(paid=True, since=AT + timedelta(hours=2), until=AT + timedelta(hours=4))
    assert [found.order.order_id for found in facade.orders_page(shop, asked=asked).orders] == ["7", "6", "5", "4"]
    assert facade.orders_page(shop, asked=OrderFilter(customer_id="c2")).orders == ()
    assert facade.orders_page(open_shop("other").id).orders == ()


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (order(""), "order_id: an id has 1 to 200 characters"),
        (order("x" * 201), "order_id: an id has 1 to 200 characters"),
        (order("a\x00b"), "order_id: there is an unprintable character"),
        (order("~7"), "order_id: an order's number cannot begin with ~; put another sign before it"),
        (order("1", OrderLine("mug", 0, 1)), "lines[1].quantity: a quantity is a whole number from 1"),
        (order("1", MUG, OrderLine("mug", 1, 10, 11)), "lines[2].line_discount: a discount is from 0"),
        (order("1", OrderLine("mug", 10**9, 10**15)), "lines[1].unit_price: quantity × unit price is above"),
        (order(paid_at=datetime(2011, 11, 14)), "paid_at: the time has no offset"),  # noqa: DTZ001
        (order(paid_at=datetime(1911, 11, 14, tzinfo=UTC)), "paid_at: the year is not between"),
        (IncomingOrder("1", None, ()), "lines: an order has one line at the least"),
    ],
)
def test_an_order_that_cannot_be_recorded_is_refused_in_words_and_nothing_is_taken(shop, bad, said):
    with pytest.raises(OrderUnusable) as refused:
        take(shop, order("good"), bad)
    assert said in str(refused.value)
    assert stored(shop) == [[], [], []]
