"""Noting what changes of a shop while its rows are copied: triggers write down the keys of rows that were touched.

A trigger asks of each row only whether it is the shop's; the other shops of the server feel nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from time import sleep

from psycopg import Connection, errors, sql

from jiacan.project.places.tables import PARENTS, Table

_BRIEFLY = "SET LOCAL lock_timeout = 200"
ATTEMPTS = 600
_AGAIN_SECONDS = 0.1

# Lost in a crash, as the move is: its session ends with the server.
_NOTES = "CREATE UNLOGGED TABLE {notes} (relation text NOT NULL, key jsonb NOT NULL)"

_NOTE = """
CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $note$
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO {notes} VALUES ({relation}, jsonb_build_array({old_key}));
    {condition}
        INSERT INTO {notes} VALUES ({relation}, jsonb_build_array({new_key}));
    END IF;
    RETURN NULL;
END $note$
"""

_TRIGGERS = """
CREATE TRIGGER {saved} AFTER INSERT OR UPDATE ON {table} FOR EACH ROW {when_new} EXECUTE FUNCTION {function}();
CREATE TRIGGER {deleted} AFTER DELETE ON {table} FOR EACH ROW {when_old} EXECUTE FUNCTION {function}();
"""


def notes_of(shop_id: int) -> sql.Identifier:
    """The table of notes of the shop."""
    return sql.Identifier(f"moved_{shop_id}")


def start_noting(server: Connection, shop_id: int, tables: Sequence[Table]) -> None:
    """From when this returns every change of the shop's rows is noted, in the transaction that makes it."""
    server.execute(sql.SQL(_NOTES).format(notes=notes_of(shop_id)))
    for table in tables:
        _briefly(server, partial(_note, server, shop_id, table))


def stop_noting(server: Connection, shop_id: int, tables: Sequence[Table]) -> None:
    """Take all of it away, also what an earlier move left."""
    for table in tables:
        _briefly(server, partial(_forget, server, shop_id, table))
    server.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(notes_of(shop_id)))


def count_notes(server: Connection, shop_id: int) -> int:
    """How many changes are noted and not yet copied."""
    row = server.execute(sql.SQL("SELECT count(*) FROM {}").format(notes_of(shop_id))).fetchone()
    assert row is not None, "a count has a row"
    return int(row[0])


def _note(server: Connection, shop_id: int, table: Table) -> None:
    parts = {
        "function": _function(shop_id, table),
        "notes": notes_of(shop_id),
        "relation": sql.Literal(table.name),
        "old_key": _key("old", table),
        "new_key": _key("new", table),
        "condition": sql.SQL("ELSE"),
        "table": table.named,
        "saved": sql.Identifier(f"moved_{shop_id}_saved"),
        "deleted": sql.Identifier(f"moved_{shop_id}_deleted"),
        "when_new": sql.SQL("WHEN ({})").format(table.belongs(shop_id, row="new")),
        "when_old": sql.SQL("WHEN ({})").format(table.belongs(shop_id, row="old")),
    }
    if table.name in PARENTS:
        # A trigger's own condition cannot look into another table; and whose row it was that is deleted nobody knows.
        parts["condition"] = sql.SQL("ELSIF {} THEN").format(table.belongs(shop_id, row="new"))
        parts["when_new"] = parts["when_old"] = sql.SQL("")
    server.execute(sql.SQL(_NOTE).format(**parts))
    server.execute(sql.SQL(_TRIGGERS).format(**parts))


def _forget(server: Connection, shop_id: int, table: Table) -> None:
    known = "SELECT FROM pg_proc WHERE proname = %s AND pronamespace = current_schema()::text::regnamespace"
    if server.execute(known, [_function(shop_id, table)._obj[0]]).fetchone() is not None:
        server.execute(sql.SQL("DROP FUNCTION {} CASCADE").format(_function(shop_id, table)))


def _function(shop_id: int, table: Table) -> sql.Identifier:
    return sql.Identifier(f"moved_{shop_id}_{table.name}")


def _key(row: str, table: Table) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(row, name) for name, _ in table.key)


def _briefly(server: Connection, work: Callable[[], None]) -> None:
    """A trigger needs its table for itself for a moment; rather than have writers queue behind us, we come again."""
    attempts_left = ATTEMPTS
    while True:
        attempts_left -= 1
        try:
            with server.transaction():
                server.execute(_BRIEFLY)
                work()
                return
        except errors.LockNotAvailable:
            if attempts_left == 0:
                raise
        sleep(_AGAIN_SECONDS)
