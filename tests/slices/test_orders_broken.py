"""Broken files: what is wrong is said exactly, and what is right is taken."""

import csv

import pytest
import xlsxwriter

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import ENGLISH
from tests.slices.orders_files import ALWAYS, GOOD, GOOD_REFUND, HEADER, REFUND_HEADER, adds_up, read, row, text_file

TIME = "is not a time; write it as 2011-11-14 08:30:00"
CALENDAR = "is no day of the calendar between 1970 and 2200; correct it"
AMOUNT = "is not an amount; write it as 1,234.50 with a decimal point"
UNITS = "is not a number; write a whole number of units"
MISQUOTED = (
    "a quotation mark is not closed as it should be; put one at both ends of the cell and double those inside it"
)
LONG = "x" * 201

CELLS = [
    ({"order_id": ""}, "order_id", "order_id is empty; fill it in"),
    ({"order_id": LONG}, "order_id", "order_id is longer than 200 characters; shorten it"),
    ({"order_id": " ~7"}, "order_id", "an order's number cannot begin with ~; put another sign before it"),
    (
        {"order_id": "4.61E+17"},
        "order_id",
        "4.61E+17 has lost digits in a spreadsheet; format the column order_id as text and export again",
    ),
    (
        {"customer_id": "1.38E+10"},
        "customer_id",
        "1.38E+10 has lost digits in a spreadsheet; format the column customer_id as text and export again",
    ),
    ({"customer_id": LONG}, "customer_id", "customer_id is longer than 200 characters; shorten it"),
    ({"sku": ""}, "sku", "sku is empty; fill it in"),
    ({"sku": LONG}, "sku", "sku is longer than 200 characters; shorten it"),
    ({"sku": "m\x00g"}, "sku", r"there is an unprintable character in 'm\x00g'; delete it"),
    ({"title": "m\x00g"}, "title", r"there is an unprintable character in 'm\x00g'; delete it"),
    ({"paid_at": "yesterday"}, "paid_at", f"yesterday {TIME}"),
    ({"paid_at": "14/11/2011 09:00"}, "paid_at", f"14/11/2011 09:00 {TIME}"),
    ({"paid_at": "40861.375"}, "paid_at", f"40861.375 {TIME}"),
    ({"paid_at": "2011-11-14 25:00:00"}, "paid_at", f"2011-11-14 25:00:00 {TIME}"),
    ({"paid_at": "2011-02-30 09:00:00"}, "paid_at", f"2011-02-30 09:00:00 {CALENDAR}"),
    ({"paid_at": "1066-10-14"}, "paid_at", f"1066-10-14 {CALENDAR}"),
    ({"paid_at": "9999-12-31 23:59:59"}, "paid_at", f"9999-12-31 23:59:59 {CALENDAR}"),
    ({"placed_at": "soon"}, "placed_at", f"soon {TIME}"),
    ({"received_at": "0000-00-00"}, "received_at", f"0000-00-00 {CALENDAR}"),
    ({"quantity": ""}, "quantity", "quantity is empty; write how many units it was"),
    ({"quantity": "two"}, "quantity", f"two {UNITS}"),
    ({"quantity": "0"}, "quantity", "the quantity 0 is below 1; returns belong in a refund file"),
    ({"quantity": "-1"}, "quantity", "the quantity -1 is below 1; returns belong in a refund file"),
    ({"quantity": "1.5"}, "quantity", "the quantity 1.5 is not whole; write a whole number of units"),
    ({"quantity": "1000000001"}, "quantity", "the quantity 1000000001 is above 1,000,000,000; correct it"),
    ({"quantity": "9" * 40}, "quantity", f"the quantity {'9' * 40} is above 1,000,000,000; correct it"),
    ({"unit_price": ""}, "unit_price", "unit_price is empty; write an amount, 0 if it was free"),
    ({"unit_price": "free"}, "unit_price", f"free {AMOUNT}"),
    ({"unit_price": "NaN"}, "unit_price", f"NaN {AMOUNT}"),
    ({"unit_price": "1.2.3"}, "unit_price", f"1.2.3 {AMOUNT}"),
    ({"unit_price": '"1,2"'}, "unit_price", f"1,2 {AMOUNT}"),
    ({"unit_price": "-5"}, "unit_price", "unit_price is negative (-5); write it as an amount of 0 or more"),
    ({"unit_price": "0.0000001"}, "unit_price", "0.0000001 has more than 6 decimals; round it"),
    ({"unit_price": "1000000000.01"}, "unit_price", "1000000000.01 is above 1,000,000,000; correct it"),
    (
        {"unit_price": "10000", "quantity": "1000000000"},
        "unit_price",
        "quantity × unit price is above 1,000,000,000,000; correct one of them",
    ),
    ({"line_discount": "some"}, "line_discount", f"some {AMOUNT}"),
    ({"line_discount": "-1"}, "line_discount", "line_discount is negative (-1); write it as an amount of 0 or more"),
    (
        {"line_discount": "10.01"},
        "line_discount",
        (
            "the discount 10.01 is more than quantity × unit price (1 × 10.00); "
            "give the discount of the whole line, and of this line only"
        ),
    ),
    ({"shipping": "-3"}, "shipping", "shipping is negative (-3); write it as an amount of 0 or more"),
    ({"shipping": "?"}, "shipping", f"? {AMOUNT}"),
    ({"title": '5" mug'}, None, None),
    ({"title": '"5" mug"'}, "", MISQUOTED),
    ({"title": '"mug'}, "", MISQUOTED),
    (
        {"title": "mug,red"},
        "",
        "the row has more cells than the header; put cells that hold the separator in quotation marks",
    ),
]

REFUNDS = [
    (",good,2011-11-20,mug,1,", "refund_id", "refund_id is empty; fill it in"),
    ("r1,,2011-11-20,mug,1,", "order_id", "order_id is empty; fill it in"),
    (
        "r1,~7,2011-11-20,mug,1,",
        "order_id",
        "an order's number cannot begin with ~; put another sign before it",
    ),
    ("r1,good,,mug,1,", "refunded_at", "refunded_at is empty; write a time such as 2011-11-14 08:30:00"),
    ("r1,good,then,mug,1,", "refunded_at", f"then {TIME}"),
    ("r1,good,2011-11-20,,1,", "sku", "sku is empty; fill it in"),
    ("r1,good,2011-11-20,mug,,", "quantity", "quantity is empty; write how many units it was"),
    ("r1,good,2011-11-20,mug,-1,", "quantity", "the quantity -1 is below 1; returns belong in a refund file"),
    ("r1,good,2011-11-20,mug,1,-5", "amount", "amount is negative (-5); write it as an amount of 0 or more"),
    ("r1,good,2011-11-20,mug", "", "the row has fewer cells than the header, as if it were cut off; complete it"),
]


def told(history):
    return [(bad.line, bad.field, str(bad.reason)) for bad in history.bad_rows()]


@pytest.mark.parametrize(
    ("cells", "field", "reason"), CELLS, ids=[f"{i}-{next(iter(c[0]))}" for i, c in enumerate(CELLS)]
)
def test_a_bad_row_is_handed_back_with_its_reason_and_the_good_one_is_taken(tmp_path, cells, field, reason):
    file = text_file(tmp_path / "orders.csv", HEADER, GOOD, row(**{"order_id": "bad", **cells}), row("also-good"))
    with read(file) as history:
        assert told(history) == ([] if field is None else [(3, field, reason)])
        assert adds_up(history)
        taken = {order.order_id for order in history.orders(ALWAYS)}
        assert {"good", "also-good"} <= taken
        assert ("bad" in taken) is (field is None)


@pytest.mark.parametrize(("line", "field", "reason"), REFUNDS)
def test_a_bad_refund_row_is_handed_back_with_its_reason_and_the_good_one_is_taken(tmp_path, line, field, reason):
    orders = text_file(tmp_path / "orders.csv", HEADER, GOOD)
    refunds = text_file(tmp_path / "refunds.csv", REFUND_HEADER, line, GOOD_REFUND)
    with read(orders, refunds=(refunds,)) as history:
        assert told(history) == [(2, field, reason)]
        assert adds_up(history)
        assert [refund.refund_id for refund in history.refunds(ALWAYS)] == ["r-good"]


def test_an_order_with_a_bad_row_is_handed_back_whole(tmp_path):
    file = text_file(tmp_path / "orders.csv", HEADER, row("1"), GOOD, row("1", "tea", quantity="x"), row("1", "cup"))
    companion = "another row of this order (line 4) is bad; correct that one and hand in both"
    with read(file) as history:
        assert told(history) == [
            (2, "order_id", companion),
            (4, "quantity", f"x {UNITS}"),
            (5, "order_id", companion),
        ]
        assert [order.order_id for order in history.orders(ALWAYS)] == ["good"]
        assert adds_up(history)


def test_a_refund_with_a_bad_row_is_handed_back_whole(tmp_path):
    orders = text_file(tmp_path / "orders.csv", HEADER, GOOD)
    refunds = text_file(tmp_path / "r.csv", REFUND_HEADER, GOOD_REFUND, "r-good,good,2011-11-20,tea,x,")
    with read(orders, refunds=(refunds,)) as history:
        assert told(history) == [
            (2, "refund_id", "another row of this refund (line 3) is bad; correct that one and hand in both"),
            (3, "quantity", f"x {UNITS}"),
        ]
        assert history.refunds(ALWAYS) == ()


def test_an_order_of_two_customers_is_handed_back(tmp_path):
    file = text_file(tmp_path / "orders.csv", HEADER, GOOD, row("1"), row("1", "tea", customer_id="c2"))
    with read(file) as history:
        reason = "the order names two customers (c1, c2); keep one of them"
        assert told(history) == [(3, "customer_id", reason), (4, "customer_id", reason)]
        assert [order.order_id for order in history.orders(ALWAYS)] == ["good"]


def test_an_unclosed_quotation_mark_costs_one_order_and_not_the_rest_of_the_file(tmp_path):
    rest = [row(str(n)) for n in range(50_000, 50_200)]
    file = text_file(tmp_path / "orders.csv", HEADER, GOOD, row("bad", title='"mug'), row("bad", "tea"), *rest)
    with read(file) as history:
        assert [(line, field) for line, field, _ in told(history)] == [(3, ""), (4, "order_id")]
        assert history.summary.orders == 201
        assert adds_up(history)


def test_the_line_told_is_the_physical_one_behind_cells_with_line_breaks(tmp_path):
    file = text_file(
        tmp_path / "orders.csv", "", HEADER, row("1", title='"two\r\nlines"'), "", row("2", quantity="x")
    )
    with read(file) as history:
        assert told(history) == [(6, "quantity", f"x {UNITS}")]
        assert [order.lines[0].title for order in history.orders(ALWAYS)] == ["two\r\nlines"]


def test_bytes_that_are_no_text_cost_their_own_row(tmp_path):
    file = tmp_path / "orders.csv"
    lines = [HEADER, GOOD, row("bad", title="caf\udce9"), row("2", title="加餐")]
    file.write_bytes("\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n")
    with read(file) as history:
        reason = "some characters are no text in UTF-8, UTF-16 or GB18030; save the file as UTF-8"
        assert told(history) == [(3, "", reason)]
        assert [order.lines[0].title for order in history.orders(ALWAYS)] == ["加餐", ""]


def test_bad_rows_are_written_to_correct_and_read_again(tmp_path):
    file = text_file(tmp_path / "orders.csv", f"{HEADER},shop", f"{GOOD},s", row("1", quantity="x") + ",s")
    with read(file) as history:
        assert history.write_bad_rows(tmp_path / "bad.csv", ENGLISH) == 1
    assert (tmp_path / "bad.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    written = list(csv.reader((tmp_path / "bad.csv").read_text("utf-8-sig").splitlines()))
    assert written[0] == ["file", "line", "field", "reason", *HEADER.split(","), "shop"]
    assert written[1] == ["orders.csv", "3", "quantity", f"x {UNITS}", *row("1", quantity="x").split(","), "s"]
    corrected = (tmp_path / "bad.csv").read_text("utf-8-sig").replace(",mug,x,", ",mug,3,")
    (tmp_path / "bad.csv").write_text(corrected)
    with read(file, tmp_path / "bad.csv") as history:
        assert [order.order_id for order in history.orders(ALWAYS)] == ["1", "good"]
        assert history.summary.unknown_columns == ("shop", "file", "line", "field", "reason")


def test_bad_rows_that_cannot_be_written_are_said_so(tmp_path):
    with (
        read(text_file(tmp_path / "o.csv", HEADER, row(quantity="x"))) as history,
        pytest.raises(JiacanError) as caught,
    ):
        history.write_bad_rows(tmp_path / "no" / "bad.csv", ENGLISH)
    said = f"Cannot write {tmp_path}/no/bad.csv: there is no such file or folder; check the path."
    assert str(caught.value) == said


def missing(path):
    pass


def folder(path):
    path.mkdir()


def empty(path):
    path.write_bytes(b"")


def blank(path):
    path.write_text("\n \n\n")


def binary(path):
    path.write_bytes(bytes(range(256)) * 20)


def compressed(path):
    path.write_bytes(b"\x1f\x8b\x08\x00abc")


def cut_off_parquet(path):
    path.write_bytes(b"PAR1" + b"x" * 500)


def damaged_workbook(path):
    path.write_bytes(b"PK\x03\x04" + b"x" * 500)


def empty_workbook(path):
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet()


def locked_workbook(path):
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600)


def no_header(path):
    path.write_text("1,c1,mug,2\n")


def no_price(path):
    path.write_text("order_id,sku,quantity,paid_at\n1,mug,2,\n")


def refunds_for_orders(path):
    path.write_text(f"{REFUND_HEADER}\n{GOOD_REFUND}\n")


def two_skus(path):
    path.write_text("order_id,sku,quantity,paid_at,unit_price,SKU \n1,mug,2,,1,tea\n")


NOT_TEXT = "it is not text; give a CSV, Parquet, XLSX or XLS file with one row per line"
WORKBOOK = "it is not a whole workbook; open it in a spreadsheet and save it again as XLSX"
ADVICE = "Rename the columns or add the missing ones; docs/guide/orders.md lists them."
UNREADABLE = [
    (missing, "Cannot read {path}: there is no such file or folder; check the path."),
    (folder, "Cannot read {path}: it is a folder; name a file."),
    (empty, "Cannot read {path}: it is empty; export it again."),
    (blank, "Cannot read {path}: it is empty; export it again."),
    (binary, f"Cannot read {{path}}: {NOT_TEXT}."),
    (compressed, "Cannot read {path}: it is compressed; unpack it first."),
    (
        cut_off_parquet,
        "Cannot read {path}: it is not a whole Parquet file, perhaps cut off on its way; export it again.",
    ),
    (damaged_workbook, f"Cannot read {{path}}: {WORKBOOK}."),
    (locked_workbook, f"Cannot read {{path}}: {WORKBOOK}."),
    (empty_workbook, "Cannot read {path}: its visible sheets are empty; put the rows into the first sheet."),
    (
        no_header,
        (
            "{path} has no column order_id, paid_at, sku, quantity, unit_price. Its first row must name the "
            f"columns, and it says: 1, c1, mug, 2. {ADVICE}"
        ),
    ),
    (
        no_price,
        (
            "{path} has no column unit_price. Its first row must name the columns, and it says: order_id, sku, "
            f"quantity, paid_at. {ADVICE}"
        ),
    ),
    (
        refunds_for_orders,
        (
            "{path} has no column paid_at, unit_price. Its first row must name the columns, and it says: "
            f"refund_id, order_id, refunded_at, sku, quantity, amount. {ADVICE}"
        ),
    ),
    (two_skus, "{path} has the column SKU twice; delete or rename one of them."),
]


@pytest.mark.parametrize(("make", "message"), UNREADABLE, ids=[make.__name__ for make, _ in UNREADABLE])
def test_a_file_of_which_no_row_can_be_read_is_named_with_what_to_do(tmp_path, make, message):
    make(tmp_path / "orders")
    with pytest.raises(JiacanError) as caught, read(tmp_path / "orders"):
        pass
    assert str(caught.value) == message.format(path=tmp_path / "orders")


def test_a_file_with_a_header_only_has_no_orders_and_is_no_error(tmp_path):
    with read(text_file(tmp_path / "orders.csv", HEADER)) as history:
        assert (history.summary.rows, history.summary.orders, list(history.orders(ALWAYS))) == (0, 0, [])
