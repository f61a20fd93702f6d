"""The tables of a history: the keys by which orders, lines and refunds find each other."""

from tests.slices.orders_files import orders_file, read, refunds_file, row


def asked(history, query):
    return sorted(history.duckdb.execute(query).fetchall(), key=str)


def test_lines_and_refunds_know_their_order_by_its_key(tmp_path):
    orders = orders_file(tmp_path / "o.csv", row("1", "a"), row("2", "b"), row("1", "c"), row("3", "d"))
    refunds = refunds_file(tmp_path / "r.csv", "r1,2,2011-11-20,b,1,", "r2,unheard-of,2011-11-20,b,1,")
    with read(orders, refunds=(refunds,)) as history:
        keys = asked(history, "SELECT order_id, count(*), count(DISTINCT no) FROM orders GROUP BY order_id")
        assert keys == [("1", 1, 1), ("2", 1, 1), ("3", 1, 1)]
        assert asked(history, "SELECT count(DISTINCT no), count(no) FROM orders") == [(3, 3)]
        lines = asked(history, "SELECT orders.order_id, position, sku FROM lines JOIN orders USING (no)")
        assert lines == [("1", 2, "a"), ("1", 4, "c"), ("2", 3, "b"), ("3", 5, "d")]
        refunded = asked(
            history, "SELECT refund_id, orders.order_id, no IS NULL FROM refunds LEFT JOIN orders USING (no)"
        )
        assert refunded == [("r1", "2", False), ("r2", None, True)]


def test_a_customer_has_one_key_and_a_guest_has_none(tmp_path):
    rows = (row("1"), row("2", customer_id="c2"), row("3"), row("4", customer_id=""))
    with read(orders_file(tmp_path / "o.csv", *rows)) as history:
        assert asked(history, "SELECT count(DISTINCT customer_no), count(customer_no) FROM orders") == [(2, 3)]
        pairs = "SELECT DISTINCT customer_id, customer_no IS NULL FROM orders"
        assert asked(history, pairs) == [("c1", False), ("c2", False), (None, True)]
        same = "SELECT count(DISTINCT customer_no) FROM orders WHERE customer_id = 'c1'"
        assert asked(history, same) == [(1,)]
