"""Adding rows that are alike, many or few."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.db import connection
from psycopg import sql

FEW = 20
"""Up to so many rows go faster in one statement than by COPY, which takes several turns with the server."""

Shape = tuple[str, tuple[str, ...], int]
"""A table, its columns, and how many rows it gets."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What a table gets more of."""

    table: str
    columns: tuple[str, ...]
    values: Sequence[Sequence[object]]

    @property
    def shape(self) -> Shape:
        """What a statement that adds them depends on."""
        return self.table, self.columns, len(self.values)


def add_rows(*wanted: Rows) -> None:
    """Add the rows, if there are any; those of tables that get few, in one statement."""
    few = [rows for rows in wanted if 0 < len(rows.values) <= FEW]
    if few:
        _insert(few)
    for rows in wanted:
        if len(rows.values) > FEW:
            _copy(rows)


def _insert(wanted: Iterable[Rows]) -> None:
    query = _insert_query(tuple(rows.shape for rows in wanted))
    values = [value for rows in wanted for value in itertools.chain.from_iterable(rows.values)]
    with connection.cursor() as cursor:
        cursor.execute(query, values)


@lru_cache(maxsize=1_000)
def _insert_query(shapes: Sequence[Shape]) -> str:
    inserts = [sql.SQL("INSERT INTO {} VALUES {}").format(_into(*shape[:2]), _places(shape)) for shape in shapes]
    before = [
        sql.SQL("{} AS ({})").format(sql.Identifier(f"part_{place}"), insert)
        for place, insert in enumerate(inserts[:-1])
    ]
    beginning = sql.SQL("WITH {} ").format(sql.SQL(", ").join(before)) if before else sql.SQL("")
    return (beginning + inserts[-1]).as_string()


def _places(shape: Shape) -> sql.Composable:
    _, columns, count = shape
    row = sql.SQL("({})").format(sql.SQL(", ").join(sql.Placeholder() * len(columns)))
    return sql.SQL(", ").join([row] * count)


def _into(table: str, columns: Iterable[str]) -> sql.Composable:
    return sql.SQL("{} ({})").format(sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns)))


def _copy(rows: Rows) -> None:
    query = sql.SQL("COPY {} FROM STDIN").format(_into(rows.table, rows.columns))
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        for row in rows.values:
            copy.write_row(row)
