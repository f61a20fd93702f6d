"""Whole tables into PostgreSQL and out of it, without a Python object per row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path

import pyarrow as pa
from django.db import connection as here
from psycopg import Connection, Cursor, sql
from pyarrow import csv

_BLOCK_BYTES = 1 << 18


def copy_file(connection: Connection, path: Path, into: str) -> int:
    """Copy a CSV file without a header into `table (columns)`, and remove it; counts the rows."""
    query = sql.SQL(f"COPY {into} FROM STDIN (FORMAT csv)")
    _be_ready(connection)
    with path.open("rb") as file, connection.cursor() as cursor:
        with cursor.copy(query) as copy:
            while block := file.read(_BLOCK_BYTES):
                copy.write(block)
        path.unlink()
        return cursor.rowcount


def copy_out(
    connection: Connection, query: str, values: Mapping[str, object], types: Mapping[str, pa.DataType]
) -> pa.Table:
    """What the query selects, under these names and types, however much it is."""
    file = BytesIO()
    _be_ready(connection)
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)", values) as copy:
        file.writelines(copy)
    if file.tell() == 0:
        return pa.schema(list(types.items())).empty_table()
    file.seek(0)
    return csv.read_csv(
        file,
        read_options=csv.ReadOptions(column_names=list(types)),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=dict(types),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )


def _be_ready(connection: Connection) -> None:
    """COPY waits for nothing that was sent before it: on the caller's own connection that has to be done first."""
    if connection is here.connection:
        here.catch_up()


def fetch_columns(
    connection: Connection, query: str, values: Mapping[str, object], types: Mapping[str, pa.DataType]
) -> pa.Table:
    """The same as one array a column: some times faster than row by row, for as much as memory holds twice."""
    names, wanted = ", ".join(types), ", ".join(f"array_agg({name})" for name in types)
    with Cursor(connection) as cursor:
        cursor.execute(f"SELECT {wanted} FROM ({query}) AS found ({names})", values, binary=True)  # noqa: S608
        columns = cursor.fetchone() or [None] * len(types)
    schema = pa.schema(list(types.items()))
    return pa.Table.from_arrays(
        [pa.array(column or [], field.type) for column, field in zip(columns, schema, strict=True)], schema=schema
    )


def to_json(texts: Iterable[str]) -> str:
    """Many texts as one value, which is written and read faster than an array."""
    return json.dumps(list(texts), ensure_ascii=False)
