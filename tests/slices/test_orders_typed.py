"""Parquet columns with types give exactly what the same cells give as text."""

import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiacan.orders.readers import parse, runs, typed
from jiacan.orders.readers.sources import as_text
from tests.slices.orders_files import ALWAYS, LONDON, orders_file, read, row

MOMENTS = (
    [
        "1969-12-31 23:59:59.999999",
        "1970-01-01",
        "2011-03-27 01:30:00",
        "2011-10-30 01:30:00",
        "2011-11-14 08:30:00.5",
    ],
    ["2200-12-31 23:59:59.999999", "2201-01-01", "0001-01-01", "9999-12-31", "infinity", "-infinity"],
)
NUMBERS = ["-1", "0", "1", "2", "7", "100", "127"]
LARGE = ["255", "32767", "999999999", "1000000000", "1000000001", "2147483647"]
HUGE = ["9223372036854775807", "-9223372036854775808"]
DECIMALS = ["0.00", "0.01", "-0.01", "9.99", "1234.50", "999999999.99", "1000000000.00", "1000000000.01"]


def both_ways(type_name, texts, by_type, by_text):
    """Each cell of the type as its expression has it, and as the rules for text have it."""
    with duckdb.connect() as duck:
        duck.execute("SET TimeZone = 'UTC'")
        parse.define_rules(duck, "GBP")
        parse.set_clock(duck, LONDON, ["SELECT unnest([TIMESTAMP '2011-01-01', TIMESTAMP '2012-01-01']) AS local"])
        duck.execute(f"CREATE TABLE cells AS SELECT unnest(?::VARCHAR[])::{type_name} AS c", [[*texts, None]])
        asked = f"SELECT {by_type('c', type_name)}, {by_text.format(as_text('c', type_name))} FROM cells"
        rows = duck.execute(f"SELECT COLUMNS(*)::VARCHAR FROM ({asked})").fetchall()
    return [found for found, _ in rows], [expected for _, expected in rows]


@pytest.mark.parametrize(
    "type_name", ["TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "DATE", "TIMESTAMPTZ"]
)
def test_a_moment_is_the_same_by_its_type_and_as_text(type_name):
    named = "TIMESTAMP WITH TIME ZONE" if type_name == "TIMESTAMPTZ" else type_name
    texts = MOMENTS[0] if type_name == "TIMESTAMP_NS" else [*MOMENTS[0], *MOMENTS[1]]
    found, expected = both_ways(named, texts, typed.moment, "to_utc({})")
    assert found == expected
    assert sum(moment is not None for moment in found) >= 4


@pytest.mark.parametrize("type_name", sorted(typed.INTEGERS))
def test_a_whole_number_is_the_same_by_its_type_and_as_text(type_name):
    texts = [text for text in (*NUMBERS, *LARGE, *HUGE) if fits(type_name, text)]
    for by_type, by_text in ((typed.units, "units({})"), (typed.amount, "amount({})")):
        found, expected = both_ways(type_name, texts, by_type, by_text)
        assert found == expected
        assert "7" in found or "7000000" in found


@pytest.mark.parametrize(
    "type_name", ["DECIMAL(4,2)", "DECIMAL(9,0)", "DECIMAL(12,2)", "DECIMAL(18,2)", "DECIMAL(18,6)", "DECIMAL(38,10)"]
)
def test_an_amount_is_the_same_by_its_type_and_as_text(type_name):
    texts = [text for text in (*DECIMALS, "0.000001", "12.123456") if fits(type_name, text)]
    found, expected = both_ways(type_name, texts, typed.amount, "amount({})")
    assert found == expected
    assert "0" in found


def fits(type_name, text):
    with duckdb.connect() as duck:
        return duck.execute(f"SELECT TRY_CAST('{text}' AS {type_name}) IS NOT NULL").fetchall() == [(True,)]


TYPES = {
    "order_id": ("VARCHAR", ["1", "2", "3", "A-4", " 2", "3.0", "", "五", "4.6E+17", "x" * 201, "6\u3000", "~7"]),
    "customer_id": ("VARCHAR", ["c1", "c1", "c1", "c2", "", " c1", "会员", None]),
    "placed_at": (
        "TIMESTAMPTZ",
        ["2011-11-14 08:00:00+00", "2011-11-14 08:00:00+00", "1950-01-01 00:00:00+00", None],
    ),
    "paid_at": (
        "TIMESTAMP",
        ["2011-11-14 09:00:00", "2011-11-14 09:00:00", "2011-11-15 09:00:00", "2300-01-01", None],
    ),
    "received_at": ("DATE", ["2011-11-20", "2011-11-20", None]),
    "status": ("VARCHAR", ["done", "done", "sent", " sent ", "", None]),
    "channel": ("VARCHAR", ["app", "app", "app\x00", None]),
    "region": ("INTEGER", ["44", "44", "7", None]),
    "sku": ("VARCHAR", ["mug", "tea", "tea ", "", None, "4.6E+17"]),
    "title": ("VARCHAR", ["Mug", "加餐", "", None]),
    "category": ("VARCHAR", ["kitchen", None]),
    "quantity": ("INTEGER", ["1", "2", "3", "0", "-1", "1000000000", None]),
    "unit_price": ("DECIMAL(12,2)", ["10.00", "0.99", "0.00", "-1.00", "1000000000.00", None]),
    "line_discount": ("DECIMAL(12,2)", ["0.00", "0.50", "9.00", None]),
    "shipping": ("DOUBLE", ["0", "4.5", "4.5", "1e-07", None]),
}
ALTERNATIVES = {
    "order_id": ["VARCHAR"],
    "customer_id": ["VARCHAR"],
    "region": ["INTEGER", "VARCHAR", "DOUBLE"],
    "quantity": ["INTEGER", "BIGINT", "DOUBLE", "VARCHAR", "DECIMAL(12,2)"],
    "unit_price": ["DECIMAL(12,2)", "DOUBLE", "VARCHAR", "DECIMAL(18,6)"],
    "paid_at": ["TIMESTAMP", "VARCHAR", "TIMESTAMPTZ", "TIMESTAMP_NS", "TIMESTAMP_MS"],
}


@st.composite
def rows_of_orders(draw):
    """Rows as they come: most of them good and told the same for all rows of an order."""
    rows = []
    for order_id in draw(st.lists(st.sampled_from(TYPES["order_id"][1]), min_size=1, max_size=8)):
        usual = {field: choices[0] for field, (_, choices) in TYPES.items()} | {"order_id": order_id}
        for field in draw(st.lists(st.sampled_from(list(TYPES)[1:]), max_size=2)):
            usual[field] = draw(st.sampled_from(TYPES[field][1]))
        skus = draw(st.lists(st.sampled_from(["mug", "tea", "pot"]), min_size=1, max_size=3))
        rows += [usual | {"sku": sku} for sku in skus]
    return draw(st.permutations(rows)) if draw(st.booleans()) else rows


def told(*files):
    """All that a history says: orders, summary, bad rows, and what the tables have beyond them."""
    with read(*files, zone=ZoneInfo("Europe/London")) as history:
        bad = [(row.line, row.field, str(row.reason)) for row in history.bad_rows()]
        tables = history.duckdb.execute(
            "SELECT order_id, placed_at::VARCHAR, received_at::VARCHAR, status, shipping_minor, orders.spend_minor, "
            "number, lines, position, lines.sku, lines.spend_minor, row_number() OVER (ORDER BY no, position) "
            "FROM orders JOIN lines USING (no) ORDER BY ALL"
        ).fetchall()
        return tuple(history.orders(ALWAYS)), history.summary, bad, tables


def write_both(folder, name, rows, types):
    """The rows as typed Parquet and as the text of the same cells."""
    parquet, text = folder / f"{name}.parquet", folder / f"{name}.csv"
    with duckdb.connect() as duck:
        duck.execute("SET TimeZone = 'UTC'")
        duck.execute(f"CREATE TABLE cells ({', '.join(f'{field} VARCHAR' for field in TYPES)})")
        duck.executemany(
            f"INSERT INTO cells VALUES ({', '.join('?' * len(TYPES))})", [list(r.values()) for r in rows]
        )
        cast = ", ".join(f"TRY_CAST({field} AS {types[field]}) AS {field}" for field in TYPES)
        duck.execute(f"COPY (SELECT {cast} FROM cells) TO '{parquet}' (FORMAT parquet)")
        texts = ", ".join(f"{as_text(field, types[field])} AS {field}" for field in TYPES)
        parse.define_rules(duck, "GBP")
        duck.execute(f"COPY (SELECT {texts} FROM '{parquet}') TO '{text}' (FORMAT csv, HEADER)")
    return parquet, text


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_orders_of_parquet_are_the_same_as_of_the_same_cells_in_a_text_file(data):
    types = {field: name for field, (name, _) in TYPES.items()}
    types |= {field: data.draw(st.sampled_from(names), label=field) for field, names in ALTERNATIVES.items()}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = write_both(folder, "first", data.draw(rows_of_orders()), types)
        second = write_both(folder, "second", data.draw(rows_of_orders()), types) if data.draw(st.booleans()) else ()
        (fast, slow), *others = first, second
        both = [(fast, slow), *(pair for pair in others if pair)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(runs, "ROWS_AT_ONCE", data.draw(st.sampled_from([2, 5, runs.ROWS_AT_ONCE])))
            by_type = told(*(pair[0] for pair in both))
        by_text = told(*(pair[1] for pair in both))
    renamed = [(line, field, reason.replace(".csv", ".parquet")) for line, field, reason in by_text[2]]
    assert by_type[0] == by_text[0]
    assert by_type[1] == by_text[1]
    assert sorted(by_type[2]) == sorted(renamed)
    assert by_type[3] == by_text[3]


def test_an_order_in_a_parquet_and_a_text_file_is_one(tmp_path):
    text = orders_file(tmp_path / "o.csv", row("1"), row("2", paid_at="2011-11-15"))
    parquet = tmp_path / "o.parquet"
    duckdb.read_csv(str(orders_file(tmp_path / "p.csv", row("1"), row("3"))), all_varchar=True).write_parquet(
        str(parquet)
    )
    with read(text, parquet) as history:
        assert [order.order_id for order in history.orders(ALWAYS)] == ["1", "3", "2"]
        assert [order.number for order in history.orders(ALWAYS)] == [1, 2, 3]
        assert (history.summary.orders, history.summary.order_rows, history.summary.repeated_rows) == (3, 3, 1)
