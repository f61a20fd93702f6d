"""The partitions of tables that are kept by quarter, made before they are needed; the catalogue names the tables.

Each such table has partitions named after it and the quarter, and one, `_rest`, for what no other takes: what is far
off, and quarters with few rows. See docs/decisions/0016-quarters.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import OperationalError, connection, transaction

from jiacan.kernel.quarters import MANY_ROWS, Quarter

AHEAD = 2
"""Quarters that are there before they begin."""

_TABLES = """
SELECT class.relname, by_when.attname
FROM pg_partitioned_table JOIN pg_class AS class ON class.oid = partrelid
JOIN pg_attribute AS by_when ON by_when.attrelid = partrelid AND by_when.attnum = partattrs[0]
WHERE class.relnamespace = current_schema()::text::regnamespace AND to_regclass(class.relname || '_rest') IS NOT NULL
ORDER BY class.relname
"""

_MANY = """
SELECT date_trunc('quarter', {by_when} AT TIME ZONE 'UTC')::date AS day FROM {table}_rest
GROUP BY day HAVING count(*) >= %s ORDER BY day
"""


def tables_in_quarters() -> Sequence[tuple[str, str]]:
    """Each table that is kept by quarter, with the column that says when."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        return tuple(cursor.fetchall())


def add_quarters(today: date) -> int:
    """Make partitions for this quarter, the two after it, and those with many rows among the rest; counts them.

    Where others are at work in the rest of a table for more than two seconds, the quarter waits for the next call.
    """
    added = 0
    for table, by_when in tables_in_quarters():
        with connection.cursor() as cursor:
            cursor.execute(_MANY.format(table=table, by_when=by_when), [MANY_ROWS])
            days = {day for (day,) in cursor.fetchall()}
        days |= {Quarter.of(today).after(ahead).first for ahead in range(AHEAD + 1)}
        added += sum(_add(table, day) for day in sorted(days))
        with connection.cursor() as cursor:
            # Autovacuum looks each partition over, but never a table as a whole.
            cursor.execute(f"ANALYZE {table}")
    return added


def _add(table: str, day: date) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT jiacan_add_quarter(%s, %s)", [table, day])
            (added,) = cursor.fetchone()
    except OperationalError:
        return False
    return bool(added)
