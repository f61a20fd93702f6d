"""The orders of Parquet files that need no second look, told from the odd ones in one pass over typed columns.

An order is plain when one file holds it, no row of it is bad, and all its rows say the same of the order. Of such
orders the general rules (`parse`, `merge`) would make the same, at several times the cost; a test holds the two
against each other. All other orders are odd: their rows go into `parsed`, and the general rules have the only word.

Words that repeat (products, channels, …) are read once for each word, and are a number until they are stored. They
are kept as an ENUM, a few bytes a row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import duckdb
import numpy as np
import pyarrow as pa

from jiacan.orders.readers import typed
from jiacan.orders.readers.columns import Form
from jiacan.orders.readers.parse import parse_more_orders
from jiacan.orders.readers.runs import lengths_of, parts_of, starts_of
from jiacan.orders.readers.sources import Source, as_text, text_rows

ORDER_WORDS = ("status", "channel", "region")
LINE_WORDS = ("sku", "title", "category")
MOMENTS = ("placed_at", "paid_at", "received_at")
_OF_ORDER = ("order_id", "customer_id", *MOMENTS, *ORDER_WORDS, "shipping_micros")
_OF_LINE = ("quantity", "unit_price_micros", "discount_micros", "spend_minor")
_MOST_WORDS = 1_000_000

# A row for each run of rows that say the same of one order. Its key is the place of its first row; lines have it too.
_PLAIN = """
CREATE TABLE plain (
    no BIGINT, file_no INTEGER, order_id VARCHAR, customer_id VARCHAR, placed_at TIMESTAMPTZ, paid_at TIMESTAMPTZ,
    received_at TIMESTAMPTZ, status status_word, channel channel_word, region region_word, shipping_micros BIGINT,
    lines INTEGER, spend_minor BIGINT, is_fine BOOLEAN);
CREATE TABLE line_facts (
    no BIGINT, position BIGINT, sku sku_word, title title_word, category category_word, quantity BIGINT,
    unit_price_micros BIGINT, discount_micros BIGINT, spend_minor BIGINT)
"""

_ADD_RUNS = f"""
INSERT INTO plain
SELECT no, file_no, order_id, customer_id, placed_at, paid_at, received_at,
    {", ".join(f"{field}_words.word" for field in ORDER_WORDS)}, shipping_micros, lines, spend_minor, is_fine
FROM runs {" ".join(f"LEFT JOIN {field}_words ON runs.{field} = {field}_words.code" for field in ORDER_WORDS)}
"""  # noqa: S608 - names of ours only

_ADD_LINES = f"""
INSERT INTO line_facts
SELECT no, line, {", ".join(f"{field}_words.word" for field in LINE_WORDS)}, {", ".join(_OF_LINE)}
FROM rows_of_runs {
    " ".join(f"LEFT JOIN {field}_words ON rows_of_runs.{field} = {field}_words.code" for field in LINE_WORDS)
}
"""  # noqa: S608 - as above

# Runs that say the same of the same order, as where its rows stand scattered, are one.
_SCATTERED = f"""
CREATE TABLE again AS SELECT order_id FROM plain GROUP BY order_id HAVING count(*) > 1;
CREATE TABLE joined AS
SELECT min(no) AS no, file_no, order_id, sum(lines)::INTEGER AS lines, sum(spend_minor)::BIGINT AS spend_minor,
    bool_and(is_fine) AS is_fine
FROM plain SEMI JOIN again USING (order_id) GROUP BY file_no, {", ".join(_OF_ORDER)};
CREATE TABLE scattered AS
SELECT plain.no, kept FROM plain
JOIN (SELECT min(no) AS kept, file_no, order_id FROM joined GROUP BY file_no, order_id HAVING count(*) = 1)
    USING (file_no, order_id)
WHERE plain.no <> kept
"""  # noqa: S608 - as above

_JOIN_SCATTERED = """
DELETE FROM plain WHERE no IN (SELECT no FROM scattered);
UPDATE plain SET lines = joined.lines, spend_minor = joined.spend_minor, is_fine = joined.is_fine
FROM joined SEMI JOIN scattered ON joined.no = scattered.kept WHERE plain.no = joined.no;
UPDATE line_facts SET no = kept FROM scattered WHERE line_facts.no = scattered.no
"""

_ODD = """
CREATE TABLE odd AS
SELECT clean_id(stripped(order_id)) AS order_id FROM plain
WHERE NOT coalesce(is_fine AND as_it_stands(order_id) AND NOT is_reserved(order_id)
    AND (customer_id IS NULL OR as_it_stands(customer_id)), false)
UNION
SELECT order_id FROM plain SEMI JOIN again USING (order_id) GROUP BY order_id HAVING count(*) > 1
UNION
SELECT order_id FROM plain SEMI JOIN parsed USING (order_id)
"""

_DROP_ODD = """
CREATE TABLE dropped AS
SELECT no FROM plain
WHERE clean_id(stripped(order_id)) IS NULL OR clean_id(stripped(order_id)) IN (FROM odd WHERE order_id IS NOT NULL);
DELETE FROM plain WHERE no IN (FROM dropped);
DELETE FROM line_facts WHERE no IN (FROM dropped)
"""


def is_swift(source: Source) -> bool:
    """Whether the file's orders may be plain: it is Parquet in the canonical form."""
    return bool(source.types) and source.columns.form is Form.ORDERS and "BLOB" not in source.types


def collect_words(duck: duckdb.DuckDBPyConnection, sources: Sequence[Source]) -> None:
    """Make the types `status_word`, `sku_word`, … of all words of these files and of `parsed`."""
    for field in (*ORDER_WORDS, *LINE_WORDS):
        selects = [f"SELECT {field} AS word FROM parsed"]  # noqa: S608 - names of ours only
        for source in sources:
            cell = _cell(source, field)
            if cell is not None:
                duck.execute(
                    f"CREATE TABLE {_words(source, field)} AS SELECT cell, {as_text('cell', cell[1])} AS word "  # noqa: S608
                    f"FROM (SELECT DISTINCT {cell[0]} AS cell FROM {source.typed_table}) WHERE cell IS NOT NULL"
                )
                selects.append(f"SELECT word FROM {_words(source, field)}")  # noqa: S608 - names of ours only
        _make_type(duck, field, " UNION ".join(selects) if sources else None)


def find_plain_orders(duck: duckdb.DuckDBPyConnection, sources: Sequence[Source]) -> None:
    """Make `plain` and, of its orders' lines, `line_facts`; add the rows of all other orders to `parsed`."""
    duck.execute(_PLAIN)
    if not sources:
        return
    duck.execute("SET preserve_insertion_order = true")
    for source in sources:
        _add_runs(duck, source)
    duck.execute("SET preserve_insertion_order = false")
    duck.execute(_SCATTERED)
    if _any(duck, "scattered"):
        duck.execute(_JOIN_SCATTERED)
    duck.execute(_ODD)
    if not _any(duck, "odd"):
        return
    duck.execute(_DROP_ODD)
    for source in sources:
        order_id = f"clean_id(stripped({_text(source, 'order_id')}))"
        duck.execute(
            f"CREATE TABLE picked AS SELECT * FROM {source.typed_table} "  # noqa: S608 - names of ours only
            f"WHERE {order_id} IS NULL OR {order_id} IN (FROM odd WHERE order_id IS NOT NULL)"
        )
        parse_more_orders(duck, source, text_rows(source, "picked"))
        duck.execute("DROP TABLE picked")


def _add_runs(duck: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Add the file's rows to `plain` and `line_facts`, as they stand."""
    ((first, last),) = duck.execute(f"SELECT min(line), max(line) FROM {source.typed_table}").fetchall()  # noqa: S608
    if first is None:
        return
    for rows in parts_of(duck, _facts(duck, source), first_line=first, last_line=last):
        starts = starts_of(rows, _OF_ORDER)
        lines = rows["line"].to_numpy()
        firsts = (source.number << 40) | lines[starts]
        lengths = lengths_of(starts, len(lines))
        runs = rows.select(_OF_ORDER).take(pa.array(starts))
        spend, is_fine = (rows[name].to_numpy() for name in ("spend_minor", "is_fine"))
        of_runs = {
            "no": firsts,
            "file_no": np.full(len(starts), source.number),
            "lines": lengths,
            "spend_minor": np.add.reduceat(spend, starts),
            "is_fine": np.logical_and.reduceat(is_fine, starts),
        }
        for name, column in of_runs.items():
            runs = runs.append_column(name, pa.array(column))
        of_lines = rows.select(("line", *LINE_WORDS, *_OF_LINE)).append_column("no", pa.array(firsts.repeat(lengths)))
        _insert(duck, "runs", runs, _ADD_RUNS)
        _insert(duck, "rows_of_runs", of_lines, _ADD_LINES)


def _insert(duck: duckdb.DuckDBPyConnection, name: str, rows: pa.Table, query: str) -> None:
    duck.register(name, rows)
    duck.execute(query).fetchall()
    duck.unregister(name)


def _facts(duck: duckdb.DuckDBPyConnection, source: Source) -> str:
    """The query for what each row says of its order and of its goods, and whether nothing in it is bad."""
    order_id, customer_id = _text(source, "order_id"), _text(source, "customer_id")
    moments = {field: _value(source, field, typed.moment, "TIMESTAMPTZ") for field in MOMENTS}
    shipping = _value(source, "shipping", typed.amount, "BIGINT")
    optional = {**moments, "shipping": shipping}
    fine = [
        f"{_column(source, 'sku')} IS NOT NULL",
        *(f"({value} IS NOT NULL OR NOT {_given(source, field)})" for field, value in optional.items()),
    ]
    fields = (*ORDER_WORDS, *LINE_WORDS)
    for field in fields:
        bad = "word IS NULL OR bad_id(word)" if field == "sku" else "unprintable(word)"
        refused = f"{_words(source, field)} WHERE {bad}"
        if _cell(source, field) and _any(duck, refused):
            fine.append(f"coalesce({_column(source, field)} NOT IN (SELECT cell FROM {refused}), true)")  # noqa: S608
    words = {field: f"{field}_code" if _cell(source, field) else "NULL::INTEGER" for field in fields}
    joined = [field for field in fields if _cell(source, field)]
    return f"""
    SELECT line, {", ".join(_OF_ORDER)}, {", ".join(LINE_WORDS)}, quantity, unit_price_micros, discount_micros,
        coalesce(to_minor(gross_micros - discount_micros), 0) AS spend_minor,
        is_fine AND coalesce(discount_micros <= gross_micros, false) AS is_fine
    FROM (
        SELECT line, {order_id} AS order_id, {customer_id} AS customer_id,
            {", ".join(f"{value} AS {field}" for field, value in (*moments.items(), *words.items()))},
            {shipping} AS shipping_micros, coalesce({" AND ".join(fine)}, false) AS is_fine, {_goods(source)}
        FROM {source.typed_table} {_join_words(source, joined)}
    )
    """  # noqa: S608 - names of ours only


def _goods(source: Source) -> str:
    """Quantity, price and discount of a line, and the price of all its units."""
    quantity = _value(source, "quantity", typed.units, "BIGINT")
    price = _value(source, "unit_price", typed.amount, "BIGINT")
    discount = _value(source, "line_discount", typed.amount, "BIGINT")
    if _cell(source, "line_discount") is None:
        discount = "0::BIGINT"
    else:
        discount = f"CASE WHEN {_given(source, 'line_discount')} THEN {discount} ELSE 0 END"
    return (
        f"{quantity} AS quantity, {price} AS unit_price_micros, {discount} AS discount_micros, "
        f"gross({quantity}, {price}) AS gross_micros"
    )


def _join_words(source: Source, fields: Sequence[str]) -> str:
    joins = []
    for field in fields:
        cell = _cell(source, field)
        assert cell is not None, "only columns of the file are joined"
        joins.append(
            f"LEFT JOIN (SELECT cell AS {field}_cell, code AS {field}_code FROM {_words(source, field)} "  # noqa: S608
            f"JOIN {field}_words USING (word)) ON {cell[0]} = {field}_cell"
        )
    return " ".join(joins)


def _cell(source: Source, field: str) -> tuple[str, str] | None:
    """The file's column of a canonical name and its type."""
    place = source.columns.index.get(field)
    return None if place is None else (f"c{place}", source.types[place])


def _column(source: Source, field: str) -> str:
    cell = _cell(source, field)
    return "NULL" if cell is None else cell[0]


def _text(source: Source, field: str) -> str:
    cell = _cell(source, field)
    return "NULL::VARCHAR" if cell is None else typed.text(*cell)


def _value(source: Source, field: str, read: Callable[[str, str], str], type_name: str) -> str:
    cell = _cell(source, field)
    return f"NULL::{type_name}" if cell is None else read(*cell)


def _given(source: Source, field: str) -> str:
    cell = _cell(source, field)
    return "false" if cell is None else typed.given(*cell)


def _words(source: Source, field: str) -> str:
    return f"{field}_words_{source.number}"


def _make_type(duck: duckdb.DuckDBPyConnection, field: str, words: str | None) -> None:
    """Make the type of the field's words, and their table with a number for each."""
    found = f"SELECT DISTINCT word FROM ({words or 'SELECT NULL AS word'}) WHERE word IS NOT NULL"  # noqa: S608 - ours
    ((count,),) = duck.execute(f"SELECT count(*) FROM ({found})").fetchall()  # noqa: S608 - as above
    kept_as = f"ENUM ({found})" if 0 < int(count) <= _MOST_WORDS else "VARCHAR"
    duck.execute(f"CREATE TYPE {field}_word AS {kept_as}")
    duck.execute(
        f"CREATE TABLE {field}_words AS "  # noqa: S608 - names of ours only
        f"SELECT word::{field}_word AS word, row_number() OVER ()::INTEGER AS code FROM ({found})"
    )


def _any(duck: duckdb.DuckDBPyConnection, table: str) -> bool:
    return bool(duck.execute(f"FROM {table} LIMIT 1").fetchall())
