"""Orders and refunds that come more than once, in pieces, or in any order."""

import random
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.slices.orders_files import ALWAYS, adds_up, facts, orders_file, read, refunds_file, row


def told(history):
    return [(bad.file, bad.line, str(bad.reason)) for bad in history.bad_rows()]


def test_rows_of_an_order_may_stand_anywhere_in_a_file(tmp_path):
    rows = [row("1", "a"), row("2", "a"), row("1", "b"), row("2", "b")]
    orders, _ = facts(orders_file(tmp_path / "o.csv", *rows))
    assert [(order.order_id, [line.sku for line in order.lines]) for order in orders] == [
        ("1", ["a", "b"]),
        ("2", ["a", "b"]),
    ]


def test_identical_rows_of_one_file_are_separate_lines(tmp_path):
    orders, _ = facts(orders_file(tmp_path / "o.csv", row("1"), row("1")))
    assert [line.quantity for line in orders[0].lines] == [1, 1]


def test_the_same_order_in_two_files_is_one(tmp_path):
    first = orders_file(tmp_path / "a.csv", row("1", "a"), row("1", "b"))
    second = orders_file(tmp_path / "b.csv", row("1", "b"), row("2"), row("1", "a"))
    with read(first, second) as history:
        assert [order.order_id for order in history.orders(ALWAYS)] == ["1", "2"]
        assert (history.summary.orders, history.summary.order_rows, history.summary.repeated_rows) == (2, 3, 2)
        assert adds_up(history)


def test_other_goods_in_a_second_file_are_handed_back_with_the_name_of_the_first(tmp_path):
    first = orders_file(tmp_path / "first.csv", row("1", paid_at="2011-11-14"))
    second = orders_file(tmp_path / "second.csv", row("1", "tea", paid_at="2011-11-15"))
    for files in ((first, second), (second, first)):
        with read(*files) as history:
            reason = "first.csv holds this order with other goods or another customer, and that one was taken; "
            assert told(history) == [("second.csv", 2, reason + "delete one of the two")]
            assert [order.lines[0].sku for order in history.orders(ALWAYS)] == ["mug"]
            assert adds_up(history)


def test_a_paid_delivery_completes_an_unpaid_one(tmp_path):
    unpaid = orders_file(tmp_path / "a.csv", row("1", paid_at="", quantity=5))
    paid = orders_file(tmp_path / "b.csv", row("1", quantity=4))
    for files in ((unpaid, paid), (paid, unpaid)):
        with read(*files) as history:
            assert [order.lines[0].quantity for order in history.orders(ALWAYS)] == [4]
            assert (history.summary.unpaid_orders, history.summary.repeated_rows, told(history)) == (0, 1, [])


def test_a_receipt_time_and_status_that_come_later_are_filled_in(tmp_path):
    early = orders_file(tmp_path / "a.csv", row("1"))
    late = orders_file(tmp_path / "b.csv", row("1", received_at="2011-11-20", status="finished"))
    for files in ((early, late), (late, early)):
        with read(*files) as history:
            found = history.duckdb.execute("SELECT received_at::DATE::VARCHAR, status FROM orders").fetchall()
            assert found == [("2011-11-20", "finished")]


def test_a_bad_row_in_one_file_does_not_spoil_the_order_of_another(tmp_path):
    bad = orders_file(tmp_path / "a.csv", row("1", quantity="x"))
    good = orders_file(tmp_path / "b.csv", row("1"))
    with read(bad, good) as history:
        assert [order.order_id for order in history.orders(ALWAYS)] == ["1"]
        assert [(bad.file, bad.line) for bad in history.bad_rows()] == [("a.csv", 2)]
        assert adds_up(history)


def test_the_same_refund_in_two_files_is_one_and_the_rest_of_it_is_added(tmp_path):
    orders = orders_file(tmp_path / "o.csv", row("1"), row("1", "tea"))
    first = refunds_file(tmp_path / "a.csv", "r,1,2011-11-20,mug,1,")
    second = refunds_file(tmp_path / "b.csv", "r,1,2011-11-20,tea,1,", "r,1,2011-11-20,mug,1,")
    with read(orders, refunds=(first, second)) as history:
        (refund,) = history.refunds(ALWAYS)
        assert [(line.sku, line.quantity) for line in refund.lines] == [("mug", 1), ("tea", 1)]
        assert (history.summary.refund_rows, history.summary.repeated_rows) == (2, 1)
        assert adds_up(history)


def test_the_same_refund_with_another_quantity_is_handed_back(tmp_path):
    orders = orders_file(tmp_path / "o.csv", row("1", quantity=5))
    first = refunds_file(tmp_path / "a.csv", "r,1,2011-11-20,mug,1,")
    second = refunds_file(tmp_path / "b.csv", "r,1,2011-11-20,mug,2,")
    with read(orders, refunds=(first, second)) as history:
        reason = "a.csv holds this refund with another quantity, and that one was taken; delete one of the two"
        assert told(history) == [("b.csv", 2, reason)]
        assert [refund.lines[0].quantity for refund in history.refunds(ALWAYS)] == [1]


order_lines = st.lists(
    st.tuples(
        st.sampled_from("123"),
        st.sampled_from(["mug", "tea"]),
        st.integers(1, 3),
        st.sampled_from(["1.00", "2.50"]),
        st.sampled_from(["", "2011-11-20"]),
    ),
    min_size=1,
    max_size=8,
)
refund_lines = st.lists(st.tuples(st.sampled_from("123"), st.sampled_from(["mug", "tea"])), max_size=4, unique=True)


def shuffled_across_orders(rows, seed):
    """The rows in another order, each order's own rows in the same order as before."""
    places = [of_order[0] for of_order in rows]
    random.Random(seed).shuffle(places)
    left = {order_id: [r for r in rows if r[0] == order_id] for order_id in set(places)}
    return [left[order_id].pop(0) for order_id in places]


def written(path, rows):
    lines = []
    for order_id, sku, quantity, price, received in rows:
        times = {"paid_at": f"2011-11-1{order_id}", "received_at": received}
        lines.append(row(order_id, sku, quantity=quantity, unit_price=price, **times))
    return orders_file(path, *lines)


@given(order_lines, refund_lines, st.integers(0, 99))
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_deliveries_up_to_three_times_in_any_order_end_the_same(rows, refunds, seed):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        once = written(folder / "once.csv", rows)
        again = written(folder / "again.csv", shuffled_across_orders(rows, seed))
        part = written(folder / "part.csv", [r for r in rows if r[0] == rows[0][0]])
        back = refunds_file(folder / "r.csv", *(f"r,{order},2011-11-20,{sku},1," for order, sku in refunds))
        back_again = refunds_file(folder / "s.csv", *back.read_text().splitlines()[:0:-1])
        expected = facts(once, refunds=(back,))
        for files in ((once, again, part), (part, again, once), (again, part, once)):
            assert facts(*files, refunds=(back_again, back)) == expected


@given(order_lines, order_lines)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_which_of_two_contradicting_files_is_named_first_does_not_matter(one, other):
    with tempfile.TemporaryDirectory() as name:
        first, second = written(Path(name) / "a.csv", one), written(Path(name) / "b.csv", other)
        assert facts(first, second) == facts(second, first)
        with read(first, second) as history, read(second, first) as turned:
            assert sorted(told(history)) == sorted(told(turned))
            assert adds_up(history)
