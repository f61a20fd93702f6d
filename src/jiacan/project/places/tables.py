"""Which rows are a shop's: the tables that move with it, found in the catalogue of the server itself."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from psycopg import Connection, sql

from jiacan.project.places.routing import is_of_directory

_TABLES = """
SELECT class.relname,
       array(SELECT attname::text FROM pg_attribute WHERE attrelid = class.oid AND attnum > 0 AND NOT attisdropped
                   AND attgenerated = '' ORDER BY attnum) AS columns,
       array(SELECT attname::text FROM pg_index JOIN unnest(indkey) WITH ORDINALITY AS part (number, place) ON true
                   JOIN pg_attribute ON attrelid = class.oid AND attnum = part.number
             WHERE indrelid = class.oid AND indisprimary ORDER BY place) AS key,
       array(SELECT format_type(atttypid, atttypmod) FROM pg_index
                   JOIN unnest(indkey) WITH ORDINALITY AS part (number, place) ON true
                   JOIN pg_attribute ON attrelid = class.oid AND attnum = part.number
             WHERE indrelid = class.oid AND indisprimary ORDER BY place) AS key_types
FROM pg_class AS class
WHERE class.relnamespace = current_schema()::text::regnamespace AND class.relkind IN ('r', 'p')
  AND NOT class.relispartition
  AND (class.relname = ANY(%s)
       OR EXISTS (SELECT FROM pg_attribute WHERE attrelid = class.oid AND attname = 'shop_id' AND NOT attisdropped))
ORDER BY class.relname
"""

PARENTS = {"webhooks_attempt": ("delivery_id", "webhooks_delivery")}
"""Tables that do not name the shop, by the column and the table which do."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with rows of shops; `key` is its primary key, with types."""

    name: str
    columns: tuple[str, ...]
    key: tuple[tuple[str, str], ...]

    @property
    def named(self) -> sql.Identifier:
        """Its name in a query."""
        return sql.Identifier(self.name)

    def listed(self, *, of: str = "") -> sql.Composed:
        """Its columns in a query, of that alias."""
        return sql.SQL(", ").join(
            sql.Identifier(of, column) if of else sql.Identifier(column) for column in self.columns
        )

    def belongs(self, shop_id: int, *, row: str) -> sql.Composed:
        """What is true of the shop's rows."""
        if self.name not in PARENTS:
            return sql.SQL("{}.shop_id = {}").format(sql.Identifier(row), shop_id)
        column, parent = PARENTS[self.name]
        return sql.SQL("{}.{} IN (SELECT id FROM {} WHERE shop_id = {})").format(
            sql.Identifier(row), sql.Identifier(column), sql.Identifier(parent), shop_id
        )


def tables_of_shops(server: Connection) -> tuple[Table, ...]:
    """Every table whose rows move with their shop, children before their parents."""
    of_directory = {model._meta.db_table for model in apps.get_models() if is_of_directory(model)}
    rows = server.execute(_TABLES, [list(PARENTS)]).fetchall()
    found = [
        Table(name, tuple(columns), tuple(zip(key, types, strict=True)))
        for name, columns, key, types in rows
        if name not in of_directory
    ]
    return tuple(sorted(found, key=lambda table: (table.name not in PARENTS, table.name)))
