"""Spend, and what refunds leave of an order."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from jiacan.orders.contracts import EventKey, Order, OrderLine, RefundLine, keep, spend_minor

PAID_AT = datetime(2011, 11, 14, 9, 0, tzinfo=UTC)

lines = st.lists(
    st.builds(
        OrderLine,
        sku=st.sampled_from("abc"),
        quantity=st.integers(1, 20),
        unit_price_micros=st.integers(0, 10**9),
        discount_micros=st.integers(0, 10**6),
    ),
    max_size=6,
)
returns = st.lists(st.builds(RefundLine, sku=st.sampled_from("abcd"), quantity=st.integers(1, 15)), max_size=6)


def order(*order_lines):
    return Order("1", "c1", PAID_AT, tuple(order_lines))


def test_each_line_is_rounded_on_its_own_halves_up():
    line = OrderLine("mug", quantity=1, unit_price_micros=1_005_000)
    assert (line.spend_minor("GBP"), line.spend_minor("JPY"), line.spend_minor("KWD")) == (101, 1, 1005)
    assert spend_minor([line, line], "GBP") == 202


def test_the_discount_is_taken_before_rounding():
    line = OrderLine("mug", quantity=3, unit_price_micros=1_000_000, discount_micros=4_999)
    assert line.spend_minor("GBP") == 300
    assert OrderLine("mug", 3, 1_000_000, 5_001).spend_minor("GBP") == 299


def test_a_refund_takes_from_the_earliest_line_of_its_sku():
    first, second = OrderLine("mug", 2, 1_000_000), OrderLine("mug", 5, 900_000)
    kept = order(first, OrderLine("tea", 1, 0), second).keeping([RefundLine("mug", 3)])
    assert kept.lines == (OrderLine("tea", 1, 0), OrderLine("mug", 4, 900_000))


def test_the_discount_shrinks_in_proportion_with_halves_up_in_micros():
    line = OrderLine("mug", 3, 1_000_000, discount_micros=100)
    assert order(line).keeping([RefundLine("mug", 1)]).lines == (OrderLine("mug", 2, 1_000_000, 67),)
    assert order(line).keeping([RefundLine("mug", 2)]).lines == (OrderLine("mug", 1, 1_000_000, 33),)


def test_what_was_never_bought_is_unmatched_and_takes_nothing():
    line = OrderLine("mug", 2, 1_000_000)
    assert keep([line], [RefundLine("tea", 1)]).lines == (line,)
    assert keep([line], [RefundLine("tea", 1), RefundLine("mug", 5)]).unmatched == (
        RefundLine("tea", 1),
        RefundLine("mug", 3),
    )


def test_an_order_that_came_back_whole_has_no_lines_and_no_spend():
    kept = order(OrderLine("mug", 2, 1_000_000)).keeping([RefundLine("mug", 1), RefundLine("mug", 1)])
    assert (kept.lines, kept.spend_minor("GBP")) == ((), 0)


@given(lines, returns)
def test_units_are_neither_lost_nor_made(order_lines, refund_lines):
    kept = keep(order_lines, refund_lines)
    for sku in "abcd":
        bought = sum(line.quantity for line in order_lines if line.sku == sku)
        back = sum(line.quantity for line in refund_lines if line.sku == sku)
        left = sum(line.quantity for line in kept.lines if line.sku == sku)
        nowhere = sum(line.quantity for line in kept.unmatched if line.sku == sku)
        assert (left, nowhere) == (max(bought - back, 0), max(back - bought, 0))


@given(lines, returns)
def test_the_order_of_the_refunds_does_not_matter(order_lines, refund_lines):
    assert keep(order_lines, refund_lines).lines == keep(order_lines, list(reversed(refund_lines))).lines


def test_an_order_settles_before_a_refund_of_the_same_moment():
    refund, paid = EventKey(PAID_AT, True, "a", "a"), EventKey(PAID_AT, False, "z", "z")
    assert sorted([refund, paid]) == [paid, refund]
