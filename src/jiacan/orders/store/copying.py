"""Files that go into PostgreSQL as they are."""

from __future__ import annotations

from pathlib import Path

from psycopg import Connection, sql

_BLOCK_BYTES = 1 << 18


def copy_file(connection: Connection, path: Path, into: str) -> int:
    """Copy a CSV file without a header into `table (columns)`, and remove it; counts the rows."""
    query = sql.SQL(f"COPY {into} FROM STDIN (FORMAT csv)")
    with path.open("rb") as file, connection.cursor() as cursor:
        with cursor.copy(query) as copy:
            while block := file.read(_BLOCK_BYTES):
                copy.write(block)
        path.unlink()
        return cursor.rowcount
