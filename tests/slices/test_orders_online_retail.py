"""The Online Retail data in its own form."""

from datetime import UTC, datetime

from jiacan.kernel.periods import Period
from tests.conftest import SHARED, needs_shared
from tests.slices.orders_files import ALWAYS, adds_up, read, text_file

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


def small(path, *rows):
    return text_file(path, HEADER, *rows)


@needs_shared
def test_the_whole_file_gives_exactly_the_known_counts():
    with read(SHARED / "data" / "online_retail.parquet") as history:
        summary = history.summary
        aside = {str(part.what): part.rows for part in summary.set_aside}
        assert (summary.rows, summary.orders, summary.order_rows) == (541909, 19773, 527725)
        assert (summary.refund_rows, summary.refunds) == (8704, 3774)
        assert aside == {"shipping": 2110, "not goods": 885, "no price or quantity": 2485}
        assert (summary.bad_rows, summary.repeated_rows, summary.unknown_columns) == (0, 0, ())
        (note,) = summary.notes
        assert note.values == {"unmatched": 1272, "rows": 8704}
        period = Period(datetime(2011, 11, 14, tzinfo=UTC), datetime(2011, 11, 28, tzinfo=UTC))
        orders = list(history.orders(period))
        assert (len(orders), sum(len(order.lines) for order in orders)) == (1303, 40276)
        assert adds_up(history)


def test_rows_are_told_apart_by_code_first_then_by_document_then_by_price(tmp_path):
    file = small(
        tmp_path / "o.csv",
        "1,22423,Stand,2,2010-12-01 08:26:00,10.95,17850.0,France",
        "1,POST,Postage,1,2010-12-01 08:26:00,4.50,17850.0,France",
        "C2,POST,Postage,-1,2010-12-02 08:26:00,4.50,17850.0,France",
        "1,M,Manual,1,2010-12-01 08:26:00,1.00,17850.0,France",
        "3,22423,lost,-5,2010-12-01 08:26:00,0,,France",
        "4,22423,gift,1,2010-12-01 08:26:00,0.00,17850.0,France",
        "C2,22423,Stand,-1,2010-12-02 08:26:00,10.95,17850.0,France",
    )
    with read(file) as history:
        (order,) = history.orders(ALWAYS)
        (refund,) = history.refunds(ALWAYS)
        assert (order.order_id, order.customer_id, order.region, len(order.lines)) == ("1", "17850", "France", 1)
        assert (refund.refund_id, refund.order_id, [(line.sku, line.quantity) for line in refund.lines]) == (
            "C2",
            "1",
            [("22423", 1)],
        )
        assert {str(part.what): part.rows for part in history.summary.set_aside} == {
            "shipping": 2,
            "not goods": 1,
            "no price or quantity": 2,
        }
        assert history.duckdb.execute("SELECT shipping_minor FROM orders").fetchall() == [(450,)]
        assert adds_up(history)


def test_times_in_the_american_form_of_the_data_are_read(tmp_path):
    with read(small(tmp_path / "o.csv", "1,22423,Stand,1,12/1/2010 8:26,10.95,17850,France")) as history:
        assert [order.paid_at for order in history.orders(ALWAYS)] == [datetime(2010, 12, 1, 8, 26, tzinfo=UTC)]


def test_a_guest_s_cancellation_finds_no_purchase(tmp_path):
    rows = ("1,22423,Stand,2,2010-12-01,10.95,,France", "C2,22423,Stand,-1,2010-12-02,10.95,,France")
    with read(small(tmp_path / "o.csv", *rows)) as history:
        assert history.refunds(ALWAYS) == ()
        assert [str(note) for note in history.summary.notes] == [
            "1 of 1 cancellation rows found no earlier purchase for some or all of their units."
        ]


def test_the_same_file_twice_cancels_once(tmp_path):
    rows = ("1,22423,Stand,5,2010-12-01,10.95,9,France", "C2,22423,Stand,-2,2010-12-02,10.95,9,France")
    with read(small(tmp_path / "a.csv", *rows), small(tmp_path / "b.csv", *rows)) as history:
        assert [refund.lines[0].quantity for refund in history.refunds(ALWAYS)] == [2]
        assert (history.summary.order_rows, history.summary.refund_rows, history.summary.repeated_rows) == (1, 1, 2)


def test_bad_rows_are_told_under_the_file_s_own_names(tmp_path):
    rows = ("1,22423,Stand,five,2010-12-01,10.95,9,France", "C2,22423,Stand,2,2010-12-02,10.95,9,France")
    with read(small(tmp_path / "o.csv", *rows)) as history:
        assert [(bad.line, bad.field, str(bad.reason)) for bad in history.bad_rows()] == [
            (2, "Quantity", "five is not a number; write a whole number of units"),
            (3, "Quantity", "2 in a cancellation is above 0; write the units that came back as -2"),
        ]
