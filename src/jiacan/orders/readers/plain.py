"""The orders of Parquet files that need no second look, told from the odd ones in one pass over typed columns.

An order is plain when one file holds it, no row of it is bad, and all its rows say the same of the order. Of such
orders the general rules (`parse`, `merge`) would make the same, at several times the cost; a test holds the two
against each other. All other orders are odd: their rows go into `parsed`, and the general rules have the only word.

Words that repeat (products, channels, …) are read once for each word. They are kept as an ENUM, a few bytes a row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import duckdb

from jiacan.orders.readers import typed
from jiacan.orders.readers.columns import Form
from jiacan.orders.readers.parse import parse_more_orders
from jiacan.orders.readers.places import NO_ORDER, find_places, order_of_line
from jiacan.orders.readers.sources import Source, as_text, text_rows

ORDER_WORDS = ("status", "channel", "region")
LINE_WORDS = ("sku", "title", "category")
MOMENTS = ("placed_at", "paid_at", "received_at")
_MOST_WORDS = 1_000_000

# Rows that say the same of the order are added up. So an order has several rows here where they do not say the same,
# or where several files have it. Its key is the place of its first row.
_PLAIN = """
CREATE TABLE plain (
    no BIGINT, file_no INTEGER, order_id VARCHAR, customer_id VARCHAR, placed_at TIMESTAMPTZ, paid_at TIMESTAMPTZ,
    received_at TIMESTAMPTZ, status status_word, channel channel_word, region region_word, shipping_micros BIGINT,
    lines INTEGER, spend_minor BIGINT, is_fine BOOLEAN, is_together BOOLEAN)
"""

_FILL = """
INSERT INTO plain
SELECT min(file_no::BIGINT << 40 | line), file_no::INTEGER, order_id, customer_id, placed_at, paid_at, received_at,
    status, channel, region, shipping_micros, count(*)::INTEGER, sum(spend_minor)::BIGINT, bool_and(is_fine),
    max(line) - min(line) < count(*)
FROM ($rows)
GROUP BY file_no, order_id, customer_id, placed_at, paid_at, received_at, status, channel, region, shipping_micros
"""

_ODD = """
CREATE TABLE odd AS
SELECT clean_id(stripped(order_id)) AS order_id FROM plain
WHERE NOT coalesce(is_fine AND as_it_stands(order_id) AND NOT is_reserved(order_id)
    AND (customer_id IS NULL OR as_it_stands(customer_id)), false)
UNION
SELECT order_id FROM plain GROUP BY order_id HAVING count(*) > 1
UNION
SELECT order_id FROM plain SEMI JOIN parsed USING (order_id)
"""

_LINES = """
INSERT INTO line_facts
SELECT no, line, sku, title, category, quantity, unit_price_micros, discount_micros,
    to_minor(gross_micros - discount_micros)
FROM (SELECT $order_of_line(line) AS no, line, $facts) WHERE no <> $none
"""

_SCATTERED_LINES = """
INSERT INTO line_facts
SELECT no, line, sku, title, category, quantity, unit_price_micros, discount_micros,
    to_minor(gross_micros - discount_micros)
FROM (SELECT $order_id AS order_id, line, $facts WHERE line IN (FROM others)) JOIN scattered USING (order_id)
"""

_DROP_ODD = """
DELETE FROM plain
WHERE clean_id(stripped(order_id)) IS NULL OR clean_id(stripped(order_id)) IN (FROM odd WHERE order_id IS NOT NULL)
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
        _make_type(duck, f"{field}_word", " UNION ".join(selects) if sources else None)


def find_plain_orders(duck: duckdb.DuckDBPyConnection, sources: Sequence[Source]) -> None:
    """Make the table `plain`, and add the rows of all other orders of these files to `parsed`."""
    duck.execute(_PLAIN)
    if not sources:
        return
    duck.execute(_FILL.replace("$rows", " UNION ALL ".join(_order_facts(duck, source) for source in sources)))
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


def add_plain_lines(duck: duckdb.DuckDBPyConnection, sources: Sequence[Source]) -> None:
    """Add the lines of plain orders to `line_facts`: by their places, or by `order_id` where they stand scattered."""
    duck.execute("CREATE VIEW scattered AS SELECT no, order_id FROM order_facts WHERE is_plain AND NOT is_together")
    some_scattered = _any(duck, "scattered")
    for source in sources:
        ((rows,),) = duck.execute(f"SELECT count(*) FROM {source.typed_table}").fetchall()  # noqa: S608 - our name
        places, facts = find_places(duck, source.number, last_line=int(rows) + 1), _line_facts(source)
        with order_of_line(duck, places) as order_of:
            together = _LINES.replace("$order_of_line", order_of).replace("$none", str(NO_ORDER))
            duck.execute(together.replace("$facts", facts)).fetchall()
        if some_scattered:
            duck.register("others", places.others())
            scattered = _SCATTERED_LINES.replace("$order_id", _text(source, "order_id"))
            duck.execute(scattered.replace("$facts", facts)).fetchall()
            duck.unregister("others")


def _order_facts(duck: duckdb.DuckDBPyConnection, source: Source) -> str:
    """The query for what each row says of its order, what was spent in it, and whether nothing in it is bad."""
    order_id, customer_id = _text(source, "order_id"), _text(source, "customer_id")
    moments = {field: _value(source, field, typed.moment, "TIMESTAMPTZ") for field in MOMENTS}
    shipping = _value(source, "shipping", typed.amount, "BIGINT")
    optional = {**moments, "shipping": shipping}
    fine = [
        f"{_column(source, 'sku')} IS NOT NULL",
        *(f"({value} IS NOT NULL OR NOT {_given(source, field)})" for field, value in optional.items()),
    ]
    words = {field: _word(source, field) for field in ORDER_WORDS}
    joined = [field for field in ORDER_WORDS if _cell(source, field)]
    for field in (*ORDER_WORDS, *LINE_WORDS):
        bad = "word IS NULL OR bad_id(word)" if field == "sku" else "unprintable(word)"
        refused = f"{_words(source, field)} WHERE {bad}"
        if _cell(source, field) and _any(duck, refused):
            fine.append(f"coalesce({_column(source, field)} NOT IN (SELECT cell FROM {refused}), true)")  # noqa: S608
    return f"""
    SELECT file_no, line, order_id, customer_id, placed_at, paid_at, received_at, status, channel, region,
        shipping_micros, to_minor(gross_micros - discount_micros) AS spend_minor,
        is_fine AND coalesce(discount_micros <= gross_micros, false) AS is_fine
    FROM (
        SELECT {source.number} AS file_no, line, {order_id} AS order_id, {customer_id} AS customer_id,
            {", ".join(f"{value} AS {field}" for field, value in (*moments.items(), *words.items()))},
            {shipping} AS shipping_micros, coalesce({" AND ".join(fine)}, false) AS is_fine, {_goods(source)}
        FROM {source.typed_table} {_join_words(source, joined)}
    )
    """  # noqa: S608 - names of ours only


def _line_facts(source: Source) -> str:
    """What lines say of the goods, and where it is said."""
    words = ", ".join(f"{_word(source, field)} AS {field}" for field in LINE_WORDS)
    joined = [field for field in LINE_WORDS if _cell(source, field)]
    return f"{words}, {_goods(source)} FROM {source.typed_table} {_join_words(source, joined)}"


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
            f"LEFT JOIN (SELECT cell AS {field}_cell, word::{field}_word AS {field}_word "  # noqa: S608 - names of ours
            f"FROM {_words(source, field)}) ON {cell[0]} = {field}_cell"
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


def _word(source: Source, field: str) -> str:
    return f"NULL::{field}_word" if _cell(source, field) is None else f"{field}_word"


def _words(source: Source, field: str) -> str:
    return f"{field}_words_{source.number}"


def _make_type(duck: duckdb.DuckDBPyConnection, name: str, words: str | None) -> None:
    if words is None:
        duck.execute(f"CREATE TYPE {name} AS VARCHAR")
        return
    found = f"SELECT DISTINCT word FROM ({words}) WHERE word IS NOT NULL"  # noqa: S608 - names of ours only
    row = duck.execute(f"SELECT count(*) FROM ({found})").fetchone()  # noqa: S608 - as above
    assert row is not None, "a count is a row"
    few = 0 < int(row[0]) <= _MOST_WORDS
    duck.execute(f"CREATE TYPE {name} AS {f'ENUM ({found})' if few else 'VARCHAR'}")


def _any(duck: duckdb.DuckDBPyConnection, table: str) -> bool:
    return bool(duck.execute(f"FROM {table} LIMIT 1").fetchall())
