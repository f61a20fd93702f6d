"""The same orders, whatever the file: format, encoding, separator, zone and spelling."""

import tempfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiacan.kernel.periods import Period
from jiacan.orders.contracts import OrderLine, RefundLine
from tests.slices.orders_files import ALWAYS, HEADER, facts, orders_file, read, refunds_file, row, text_file

CHINESE = (HEADER, row("1", title="加餐礼盒", customer_id="会员1"), row("2", title="马克杯"))


def only(file, zone="Europe/London"):
    with read(file, zone=ZoneInfo(zone)) as history:
        (order,) = history.orders(ALWAYS)
    return order


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk"])
def test_every_usual_encoding_is_read_the_same(tmp_path, encoding):
    orders, _ = facts(text_file(tmp_path / "orders.csv", *CHINESE, encoding=encoding))
    assert [(order.customer_id, order.lines[0].title) for order in orders] == [
        ("会员1", "加餐礼盒"),
        ("c1", "马克杯"),
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_usual_separator_is_found(tmp_path, separator):
    lines = [line.replace(",", separator) for line in CHINESE]
    assert facts(text_file(tmp_path / "a.csv", *lines)) == facts(text_file(tmp_path / "b.csv", *CHINESE))


def test_headers_are_known_by_name_whatever_their_case_order_and_neighbours(tmp_path):
    header = " SKU ,Note,Unit_Price,ORDER_ID,quantity,paid_at,customer_id"
    file = text_file(tmp_path / "orders.csv", header, "mug,hello,10.00,1,1,2011-11-14 09:00:00,c1")
    with read(file) as history:
        assert history.summary.unknown_columns == ("Note",)
    assert only(file) == only(orders_file(tmp_path / "plain.csv", row("1")))


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("12.5", 12_500_000),
        ('"1,234.50"', 1_234_500_000),
        ("0.000001", 1),
        ("2.5500000000", 2_550_000),
        (".5", 500_000),
        ("+7", 7_000_000),
        ("¥12.00", 12_000_000),
        ("£ 3", 3_000_000),
        ("0", 0),
        ("12345678.123456", 12_345_678_123_456),
        ("1000000000", 10**15),
    ],
)
def test_amounts_are_read_kindly_and_exactly(tmp_path, text, micros):
    assert only(orders_file(tmp_path / "o.csv", row(unit_price=text))).lines[0].unit_price_micros == micros


@pytest.mark.parametrize(("text", "units"), [("2.0", 2), ("+3", 3), ('"1,000"', 1000), ("1000000000", 10**9)])
def test_quantities_are_read_kindly_and_exactly(tmp_path, text, units):
    assert only(orders_file(tmp_path / "o.csv", row(quantity=text, unit_price="1"))).lines[0].quantity == units


@pytest.mark.parametrize(
    ("zone", "text", "utc"),
    [
        ("Europe/London", "2011-11-14 09:00:00", "2011-11-14 09:00"),
        ("Europe/London", "2011-06-14T09:00", "2011-06-14 08:00"),
        ("Europe/London", "2011-10-30 01:30:00", "2011-10-30 00:30"),
        ("Europe/London", "2011-10-30 02:00:00", "2011-10-30 02:00"),
        ("Europe/London", "2011-03-27 01:30:00", "2011-03-27 01:30"),
        ("Asia/Shanghai", "2011-11-14 08:30:00", "2011-11-14 00:30"),
        ("Asia/Shanghai", "2011-11-14", "2011-11-13 16:00"),
        ("Asia/Shanghai", "2011/11/4 8:30", "2011-11-04 00:30"),
        ("Asia/Shanghai", "1988-07-01 12:00", "1988-07-01 03:00"),
        ("Asia/Shanghai", "2011-11-14T08:30:00Z", "2011-11-14 08:30"),
        ("Asia/Shanghai", "2011-11-14T08:30:00+08:00", "2011-11-14 00:30"),
        ("Asia/Shanghai", "2011-11-14 08:30:00 -0500", "2011-11-14 13:30"),
        ("Asia/Shanghai", "2011-11-14 08:30:00 UTC", "2011-11-14 08:30"),
        ("America/New_York", "2011-11-06 01:30:00", "2011-11-06 05:30"),
    ],
)
def test_times_without_an_offset_are_told_in_the_zone(tmp_path, zone, text, utc):
    file = orders_file(tmp_path / "o.csv", row(paid_at=text))
    assert only(file, zone).paid_at == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_a_fraction_of_a_second_is_kept(tmp_path):
    file = orders_file(tmp_path / "o.csv", row(paid_at="2011-11-14T09:00:00.123456"))
    assert only(file).paid_at == datetime(2011, 11, 14, 9, 0, 0, 123456, tzinfo=UTC)


def test_a_customer_number_that_became_a_decimal_is_the_same_customer(tmp_path):
    assert only(orders_file(tmp_path / "o.csv", row(customer_id="17850.0"))).customer_id == "17850"


def test_an_order_without_customer_is_a_guest_and_has_no_number(tmp_path):
    order = only(orders_file(tmp_path / "o.csv", row(customer_id=" ")))
    assert (order.customer_id, order.number) == (None, 0)


def test_an_unpaid_order_is_counted_and_not_handed_out(tmp_path):
    with read(orders_file(tmp_path / "o.csv", row("1", paid_at=""), row("2"))) as history:
        assert (history.summary.orders, history.summary.unpaid_orders, history.summary.order_rows) == (2, 1, 2)
        assert [(order.order_id, order.number) for order in history.orders(ALWAYS)] == [("2", 1)]


def test_an_order_has_the_times_of_its_earliest_row(tmp_path):
    late = row("1", paid_at="2011-11-15 10:00", placed_at="2011-11-15", received_at="2011-11-16")
    early = row("1", "tea", paid_at="2011-11-14 10:00", placed_at="2011-11-13", received_at="2011-11-20")
    with read(orders_file(tmp_path / "o.csv", late, early)) as history:
        times = "SELECT epoch(placed_at), epoch(paid_at), epoch(received_at) FROM orders"
        assert history.duckdb.execute(times).fetchall() == [
            tuple(datetime(2011, 11, *at, tzinfo=UTC).timestamp() for at in ((13,), (14, 10), (20,)))
        ]


def test_numbers_count_all_paid_orders_of_the_customer_before_the_period_too(tmp_path):
    days = [("3", "2011-11-16"), ("1", "2011-11-14"), ("2", "2011-11-15"), ("4", "2011-11-16")]
    file = orders_file(tmp_path / "o.csv", *(row(order_id, paid_at=day) for order_id, day in days))
    with read(file) as history:
        period = Period(datetime(2011, 11, 15, tzinfo=UTC), datetime(2011, 11, 17, tzinfo=UTC))
        assert [(order.order_id, order.number) for order in history.orders(period)] == [("2", 2), ("3", 3), ("4", 4)]


def test_refunds_of_orders_outside_the_period_are_left_out(tmp_path):
    orders = orders_file(tmp_path / "o.csv", row("1"), row("2", paid_at="2011-12-14"))
    refunds = refunds_file(tmp_path / "r.csv", "b,2,2011-12-20,mug,1,", "a,1,2011-12-20,mug,1,10.00")
    with read(orders, refunds=(refunds,)) as history:
        period = Period(datetime(2011, 11, 14, tzinfo=UTC), datetime(2011, 11, 15, tzinfo=UTC))
        (refund,) = history.refunds(period)
        assert (refund.refund_id, refund.lines) == ("a", (RefundLine("mug", 1, 1000),))
        assert [refund.refund_id for refund in history.refunds(ALWAYS)] == ["a", "b"]


def test_refunds_of_unknown_orders_and_beyond_the_order_are_kept_and_noted(tmp_path):
    orders = orders_file(tmp_path / "o.csv", row("1"))
    refunds = refunds_file(tmp_path / "r.csv", "a,1,2011-11-20,mug,3,", "b,9,2011-11-20,mug,1,")
    with read(orders, refunds=(refunds,)) as history:
        assert [str(note) for note in history.summary.notes] == [
            "1 refund rows name orders that are not in these files; they wait for their orders.",
            "Of 1 products more units came back than their order had; the surplus takes nothing back.",
        ]
        assert history.duckdb.execute("SELECT count(*) FROM refunds").fetchall() == [(2,)]


cents = st.integers(0, 10**7).map(lambda n: Decimal(n) / 100)
texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=8).map(str.strip)
made_lines = st.lists(
    st.tuples(
        st.integers(1, 10**9).map(str),
        st.datetimes(datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2030-01-01")).map(
            lambda at: at.replace(microsecond=0)
        ),
        st.sampled_from(["mug", "tea", "22423"]),
        texts,
        st.integers(1, 500),
        cents,
    ),
    min_size=1,
    max_size=5,
)
NAMES = ("order_id", "paid_at", "sku", "title", "quantity", "unit_price")


def write_csv(path, lines):
    quoted = [",".join('"' + str(cell).replace('"', '""') + '"' for cell in line) for line in lines]
    return text_file(path, ",".join(NAMES), *quoted)


def write_parquet(path, lines):
    duck = duckdb.connect()
    duck.execute(
        "CREATE TABLE t (order_id BIGINT, paid_at TIMESTAMP, sku VARCHAR, title VARCHAR, quantity DOUBLE, "
        "unit_price DOUBLE)"
    )
    duck.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)", [[*line[:5], float(line[5])] for line in lines])
    duck.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    return path


def write_workbook(path, lines):
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet, time = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.write_row(0, 0, NAMES)
        for i, (order_id, paid_at, sku, title, quantity, price) in enumerate(lines, start=1):
            sheet.write_number(i, 0, int(order_id))
            sheet.write_datetime(i, 1, paid_at, time)
            sheet.write_row(i, 2, [sku, title, quantity, float(price)])
    return path


@given(made_lines)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_same_orders_are_read_from_csv_parquet_and_workbook(lines):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        from_csv = facts(write_csv(folder / "o.csv", lines))
        assert from_csv == facts(write_parquet(folder / "o.parquet", lines))
        assert from_csv == facts(write_workbook(folder / "o.xlsx", lines))
        assert sum(len(order.lines) for order in from_csv[0]) == len(lines)


def test_a_workbook_begins_wherever_its_header_stands_and_hidden_sheets_do_not_count(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "o.xlsx") as book:
        hidden, sheet = book.add_worksheet("old"), book.add_worksheet("new")
        hidden.write_row(0, 0, ["nothing"])
        hidden.hide()
        sheet.activate()
        sheet.set_first_sheet()
        sheet.write_row(2, 1, ["order_id", "paid_at", "sku", "quantity", "unit_price"])
        sheet.write_row(4, 1, [1, "2011-11-14", 22423, 2, 2.55])
        sheet.write_row(5, 1, [2, "2011-11-14", 22423, "x", 2.55])
    with read(tmp_path / "o.xlsx") as history:
        assert [order.lines for order in history.orders(ALWAYS)] == [(OrderLine("22423", 2, 2_550_000),)]
        assert [bad.line for bad in history.bad_rows()] == [6]


def test_a_path_that_looks_like_a_pattern_is_just_a_path(tmp_path):
    lines = [("1", datetime.fromisoformat("2011-11-14"), "mug", "", 1, Decimal(1))]
    file = write_parquet(tmp_path / "plain.parquet", lines).rename(tmp_path / "a*[1]'?.parquet")
    assert [order.order_id for order in facts(file)[0]] == ["1"]


def test_the_temporary_folder_goes_with_the_history(tmp_path):
    with read(orders_file(tmp_path / "o.csv", row())) as history:
        assert history.folder.is_dir()
    assert not history.folder.exists()
