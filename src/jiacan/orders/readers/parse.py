"""From text to values: one set of rules in SQL, whatever kind of file the rows came in.

A row that does not pass keeps its place with `fault` set: the canonical column that was refused, or the fault
of its shape. Why, in words, is told by `orders.core.cells` for the rows that are handed back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import duckdb

from jiacan.kernel.money import MICROS, minor_digits
from jiacan.orders.contracts import RESERVED_MARK
from jiacan.orders.core import cells
from jiacan.orders.core.local_times import offset_steps
from jiacan.orders.readers import typed
from jiacan.orders.readers.columns import ORDER_COLUMNS, REFUND_COLUMNS, Form
from jiacan.orders.readers.sources import BLANKS, Source

_US_MOMENT = r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}"

# `stripped` trims what differs from row to row: nearly all of it begins and ends with a sign that is no blank, and
# trimming costs ten times as much as a look. Words that repeat are trimmed once for each word as they are.
# `scientific` is a CASE because what stands after an AND may be asked of every row.
_MACROS = f"""
CREATE MACRO stripped(t) AS CASE WHEN t BETWEEN '!' AND '~' AND t[-1] BETWEEN '!' AND '~' THEN t
    ELSE nullif(trim(t, '{BLANKS}'), '') END;
CREATE MACRO clean_id(t) AS
    CASE WHEN ends_with(t, '.0') AND regexp_full_match(t, '\\d+\\.0') THEN left(t, -2) ELSE t END;
CREATE MACRO scientific(t) AS
    CASE WHEN contains(t, '+') THEN regexp_full_match(t, '{cells.SCIENTIFIC}') ELSE false END;
CREATE MACRO unprintable(t) AS coalesce(contains(t, chr(0)), false);
CREATE MACRO bad_id(t) AS length(t) > {cells.LONGEST_ID} OR contains(t, chr(0))
    OR scientific(t);
CREATE MACRO is_reserved(t) AS starts_with(t, '{RESERVED_MARK}');
CREATE MACRO as_it_stands(t) AS stripped(t) IS NOT DISTINCT FROM t AND strlen(t) <= {cells.LONGEST_ID}
    AND NOT contains(t, chr(0)) AND NOT ends_with(t, '.0')
    AND NOT scientific(t);
CREATE MACRO plain_number(t) AS translate(t, '{cells.SIGNS}', '');
CREATE MACRO decimal_of(t) AS CASE WHEN regexp_full_match(t, '{cells.AMOUNT}') THEN
    coalesce(TRY_CAST(t AS DECIMAL(18, 6)), TRY_CAST(plain_number(t) AS DECIMAL(18, 6))) END;
CREATE MACRO amount(t) AS CASE WHEN decimal_of(t) <= {cells.HIGHEST_AMOUNT} THEN
    (decimal_of(t)::DECIMAL(38, 6) * {MICROS})::BIGINT END;
CREATE MACRO whole(t) AS CASE WHEN regexp_full_match(t, '{cells.WHOLE}') THEN
    coalesce(TRY_CAST(t AS BIGINT), TRY_CAST(plain_number(t) AS BIGINT)) END;
CREATE MACRO units(t) AS CASE WHEN whole(t) BETWEEN 1 AND {cells.MOST_UNITS} THEN whole(t) END;
CREATE MACRO local_time(t) AS CASE WHEN regexp_full_match(t, '{cells.LOCAL_MOMENT}')
    THEN TRY_CAST(t AS TIMESTAMP) END;
CREATE MACRO plausible(moment) AS
    CASE WHEN moment >= '{cells.FIRST_YEAR}-01-01' AND moment < '{cells.LAST_YEAR + 1}-01-01' THEN moment END;
CREATE MACRO gross(units, price_micros) AS CASE WHEN units::DOUBLE * price_micros::DOUBLE
    <= {cells.HIGHEST_LINE * MICROS} THEN units * price_micros END;
CREATE MACRO offset_time(t) AS CASE WHEN regexp_full_match(t, '{cells.LOCAL_MOMENT}{cells.OFFSET}')
    THEN TRY_CAST(replace(replace(replace(t, ' UTC', 'Z'), ' +', '+'), ' -', '-') AS TIMESTAMPTZ) END;
"""

_ORDER_ROWS = """
SELECT file_no, line, kind, order_id, customer_id, placed_at, paid_at, received_at, status, channel, region, sku,
    title, category, quantity::INTEGER AS quantity, unit_price_micros, discount_micros, shipping_micros,
    to_minor(gross_micros - discount_micros) AS spend_minor,
    CASE
        WHEN shape <> '' THEN shape
        WHEN kind NOT IN ('order', 'cancellation') THEN NULL
        WHEN order_id IS NULL OR bad_id(order_id) OR is_reserved(order_id) THEN 'order_id'
        WHEN sku IS NULL OR bad_id(sku) THEN 'sku'
        WHEN bad_id(customer_id) THEN 'customer_id'
        WHEN placed_at IS NULL AND placed_at_text IS NOT NULL THEN 'placed_at'
        WHEN paid_at IS NULL AND (paid_at_text IS NOT NULL OR kind = 'cancellation') THEN 'paid_at'
        WHEN received_at IS NULL AND received_at_text IS NOT NULL THEN 'received_at'
        WHEN quantity IS NULL THEN 'quantity'
        WHEN unprintable(status) THEN 'status'
        WHEN unprintable(channel) THEN 'channel'
        WHEN unprintable(region) THEN 'region'
        WHEN unprintable(title) THEN 'title'
        WHEN unprintable(category) THEN 'category'
        WHEN kind = 'cancellation' THEN NULL
        WHEN gross_micros IS NULL THEN 'unit_price'
        WHEN discount_micros IS NULL OR discount_micros > gross_micros THEN 'line_discount'
        WHEN shipping_micros IS NULL AND shipping_text IS NOT NULL THEN 'shipping'
    END AS fault
FROM (
    SELECT *, gross(quantity, unit_price_micros) AS gross_micros FROM (
        SELECT file_no, line, shape, kind, clean_id(order_id) AS order_id, clean_id(customer_id) AS customer_id,
            to_utc(placed_at) AS placed_at, placed_at AS placed_at_text,
            to_utc(paid_at) AS paid_at, paid_at AS paid_at_text,
            to_utc(received_at) AS received_at, received_at AS received_at_text,
            status, channel, region, sku, title, category,
            units(quantity) AS quantity, amount(unit_price) AS unit_price_micros,
            CASE WHEN line_discount IS NULL THEN 0 ELSE amount(line_discount) END AS discount_micros,
            amount(shipping) AS shipping_micros, shipping AS shipping_text
        FROM ($cells)
    )
)
"""

_REFUND_ROWS = """
SELECT file_no, line, refund_id, order_id, refunded_at, sku, quantity, amount_minor,
    CASE
        WHEN shape <> '' THEN shape
        WHEN refund_id IS NULL OR bad_id(refund_id) THEN 'refund_id'
        WHEN order_id IS NULL OR bad_id(order_id) OR is_reserved(order_id) THEN 'order_id'
        WHEN refunded_at IS NULL THEN 'refunded_at'
        WHEN sku IS NULL OR bad_id(sku) THEN 'sku'
        WHEN quantity IS NULL THEN 'quantity'
        WHEN amount_minor IS NULL AND amount_text IS NOT NULL THEN 'amount'
    END AS fault
FROM (
    SELECT file_no, line, shape, clean_id(refund_id) AS refund_id, clean_id(order_id) AS order_id,
        to_utc(refunded_at) AS refunded_at, sku, units(quantity) AS quantity,
        to_minor(amount(amount)) AS amount_minor, amount AS amount_text
    FROM ($cells)
)
"""


def define_rules(duck: duckdb.DuckDBPyConnection, currency: str) -> None:
    """Teach the connection how cells are read and money is rounded (halves up)."""
    duck.execute(_MACROS)
    unit = 10 ** (6 - minor_digits(currency))
    duck.execute(f"CREATE MACRO to_minor(micros) AS (micros + {unit // 2}) // {unit}")


def parse_orders(duck: duckdb.DuckDBPyConnection, sources: Sequence[Source]) -> None:
    """Make the table `parsed` of every row of these order files; the clock must be set."""
    cells_of_rows = _gather([_canonical(source, ORDER_COLUMNS, source.table) for source in sources], ORDER_COLUMNS)
    duck.execute("CREATE TABLE parsed AS " + _ORDER_ROWS.replace("$cells", cells_of_rows))


def parse_more_orders(duck: duckdb.DuckDBPyConnection, source: Source, rows: str) -> None:
    """Add to `parsed` some rows of an order file: what a query gives that has the columns of the source's table."""
    cells_of_rows = _canonical(source, ORDER_COLUMNS, f"({rows})")
    duck.execute("INSERT INTO parsed " + _ORDER_ROWS.replace("$cells", cells_of_rows))


def parse_refunds(duck: duckdb.DuckDBPyConnection, sources: Sequence[Source], zone: ZoneInfo) -> None:
    """Make the table `parsed_refunds` of every row of the refund files."""
    set_clock(duck, zone, [local_moments(source, ("refunded_at",)) for source in sources])
    cells_of_rows = _gather([_canonical(source, REFUND_COLUMNS, source.table) for source in sources], REFUND_COLUMNS)
    duck.execute("CREATE TABLE parsed_refunds AS " + _REFUND_ROWS.replace("$cells", cells_of_rows))


def local_moments(source: Source, fields: Sequence[str]) -> str:
    """The query for the local moments that these columns of a file speak of."""
    index = source.columns.index
    if source.types and source.columns.form is not Form.ONLINE_RETAIL:
        table = source.typed_table
        typed_cells = [(f"c{index[field]}", source.types[index[field]]) for field in fields if field in index]
        moments = [local for cell in typed_cells if (local := typed.local_moment(*cell))]
    else:
        every = REFUND_COLUMNS if source.columns.form is Form.REFUNDS else ORDER_COLUMNS
        table = f"({_canonical(source, every, source.table)})"
        moments = [f"local_time({field})" for field in fields]
    if not moments:
        return "SELECT NULL::TIMESTAMP AS local"
    return f"SELECT unnest([{', '.join(moments)}]) AS local FROM {table}"  # noqa: S608 - names of ours only


def set_clock(duck: duckdb.DuckDBPyConnection, zone: ZoneInfo, moments: Sequence[str]) -> None:
    """Define `from_local` and `to_utc` by the zone's own rules for the years that the rows speak of.

    Args:
        duck: where they are defined.
        zone: whose rules.
        moments: queries for the local moments, in the column `local`.
    """
    known = []
    for query in moments:
        asked = f"SELECT min(plausible(local)), max(plausible(local)) FROM ({query})"  # noqa: S608 - names of ours
        known += [at for row in duck.execute(asked).fetchall() for at in row if at is not None]
    known = known or [datetime(2000, 1, 1)]  # noqa: DTZ001 - local by nature
    *steps, last = offset_steps(zone, min(known), max(known))
    changes = "".join(
        f"WHEN local < TIMESTAMP '{step.until}' THEN {int(step.offset.total_seconds() * MICROS)} " for step in steps
    )
    final = int(last.offset.total_seconds() * MICROS)
    offset = f"CASE {changes} ELSE {final} END" if steps else str(final)
    duck.execute(f"""
    CREATE OR REPLACE MACRO from_local(local) AS make_timestamptz(epoch_us(local) - {offset});
    CREATE OR REPLACE MACRO to_utc(t) AS
        coalesce(from_local(plausible(local_time(t))), plausible(offset_time(t)));
    """)


def _gather(selects: Sequence[str], fields: Sequence[str]) -> str:
    if selects:
        return " UNION ALL ".join(selects)
    nothing = ", ".join(f"NULL::VARCHAR AS {field}" for field in fields)
    return f"SELECT 0 AS file_no, 0::BIGINT AS line, '' AS shape, NULL::VARCHAR AS kind, {nothing} WHERE false"


def _canonical(source: Source, fields: Sequence[str], table: str) -> str:
    """The file's rows under the canonical names, blank rows left out."""
    index = source.columns.index
    named = ", ".join(
        f"c{index[field]} AS {field}" if field in index else f"NULL::VARCHAR AS {field}" for field in fields
    )
    cells_of_row = ", ".join(f"c{i}" for i in range(len(source.columns.header)))
    rows = (
        f"SELECT {source.number} AS file_no, line, fault AS shape, {named} "  # noqa: S608 - names of ours only
        f"FROM {table} WHERE coalesce({cells_of_row}) IS NOT NULL"
    )
    match source.columns.form:
        case Form.ONLINE_RETAIL:
            return _online_retail(rows)
        case Form.ORDERS:
            return f"SELECT file_no, line, shape, 'order' AS kind, * EXCLUDE (file_no, line, shape) FROM ({rows})"  # noqa: S608
        case Form.REFUNDS | Form.NAMED:
            return rows


def _online_retail(rows: str) -> str:
    """The rows told apart: goods begin with five digits, documents that begin with C are cancellations."""
    return f"""
    SELECT file_no, line, shape, kind, * EXCLUDE (file_no, line, shape, kind) REPLACE (
        CASE WHEN kind <> 'cancellation' THEN quantity WHEN starts_with(quantity, '-') THEN quantity[2:]
            ELSE '-' || quantity END AS quantity,
        CASE WHEN regexp_full_match(paid_at, '{_US_MOMENT}')
            THEN strftime(try_strptime(paid_at, '%m/%d/%Y %H:%M'), '%Y-%m-%d %H:%M:%S') ELSE paid_at END AS paid_at)
    FROM (SELECT *, CASE
            WHEN sku IN ('POST', 'DOT', 'C2') THEN 'shipping'
            WHEN NOT coalesce(regexp_matches(sku, '^[0-9]{{5}}'), false) THEN 'not goods'
            WHEN starts_with(order_id, 'C') THEN 'cancellation'
            WHEN unit_price IS NULL OR TRY_CAST(unit_price AS DECIMAL(18, 6)) <= 0
                OR quantity IS NULL OR TRY_CAST(quantity AS DECIMAL(18, 6)) < 1 THEN 'no price or quantity'
            ELSE 'order' END AS kind FROM ({rows}))
    """  # noqa: S608 - built of the constants above
