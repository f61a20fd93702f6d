"""Adding rows that are alike, many or few."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from django.db import connection
from psycopg import sql

FEW = 20
"""Up to so many rows go faster in one statement than by COPY, which takes several turns with the server."""


def add_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Add the rows, if there are any."""
    found = list(rows)
    if not found:
        return
    into = sql.SQL("{} ({})").format(
        sql.Identifier(table), sql.SQL(", ").join(sql.Identifier(column) for column in columns)
    )
    add = _insert if len(found) <= FEW else _copy
    add(into, found)


def _insert(into: sql.Composable, rows: Sequence[Sequence[object]]) -> None:
    row = sql.SQL("({})").format(sql.SQL(", ").join(sql.Placeholder() * len(rows[0])))
    query = sql.SQL("INSERT INTO {} VALUES {}").format(into, sql.SQL(", ").join([row] * len(rows)))
    with connection.cursor() as cursor:
        cursor.execute(query, list(itertools.chain.from_iterable(rows)))


def _copy(into: sql.Composable, rows: Sequence[Sequence[object]]) -> None:
    with connection.cursor() as cursor, cursor.copy(sql.SQL("COPY {} FROM STDIN").format(into)) as copy:
        for row in rows:
            copy.write_row(row)
