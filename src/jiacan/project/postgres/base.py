"""Django's own PostgreSQL backend, which besides has the server prepare the statements that say so.

Django binds values on this side, so that the server reads and plans every statement anew, and it waits for each
answer before it sends the next: for what every order asks, both cost more than doing it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from django.db.backends.utils import CursorWrapper

from jiacan.kernel.statements import Prepared


class _PreparedCursor(psycopg.Cursor[Any]):
    """Prepares what it is given, at once and for as long as the connection lives."""

    def execute(self, query: Any, params: Any = None, **how: Any) -> _PreparedCursor:
        return super().execute(query, params, **{"prepare": True, **how})


class _Cursor(CursorWrapper):
    """Has statements prepared that say so, and leaves the others to Django's cursor, which is made for the first."""

    def __init__(self, db: DatabaseWrapper) -> None:
        self.db = db
        self._made: Any = None

    @property
    def cursor(self) -> Any:
        """Psycopg's cursor."""
        if self._made is None:
            self._made = self.db.own_cursor()
        return self._made

    def execute(self, sql: Any, params: Any = None) -> Any:
        wanted = isinstance(sql, Prepared)
        if wanted:
            self.db.send_ahead()
        else:
            self.db.catch_up()
        if self._made is None or wanted is not isinstance(self._made, _PreparedCursor):
            self.close()
            self._made = _PreparedCursor(self.db.connection) if wanted else self.db.own_cursor()
        return super().execute(sql, params)

    def close(self) -> None:
        """Close what was made."""
        if self._made is not None:
            self._made.close()

    def executemany(self, sql: Any, param_list: Any) -> Any:
        self.db.catch_up()
        return super().executemany(sql, param_list)

    def copy(self, statement: Any, *how: Any) -> Any:
        """Psycopg's COPY."""
        self.db.catch_up()
        return self.cursor.copy(statement, *how)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose cursors do so."""

    def __init__(self, *settings: Any, **named: Any) -> None:
        super().__init__(*settings, **named)
        self._ahead: psycopg.Pipeline | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection on which statements may be prepared; Django's own cursors never do."""
        made = super().get_new_connection(conn_params)
        made.prepare_threshold = 0
        return made

    def create_cursor(self, name: str | None = None) -> Any:
        """One with a name is Django's own, since what it reads is read once; any other is made when it is used."""
        if name is None:
            return None
        self.catch_up()
        return super().create_cursor(name)

    def own_cursor(self) -> Any:
        """Django's own cursor."""
        return super().create_cursor()

    def make_cursor(self, cursor: Any) -> CursorWrapper:
        """The cursor, wrapped as Django wants it."""
        return _Cursor(self) if cursor is None else super().make_cursor(cursor)

    def make_debug_cursor(self, cursor: Any) -> CursorWrapper:
        """The same where every statement is written down; then none is prepared, and each is waited for."""
        self.catch_up()
        return super().make_debug_cursor(self.own_cursor() if cursor is None else cursor)

    def send_ahead(self) -> None:
        """From here on, inside a transaction, wait for the answer to a statement only when it is read."""
        if self._ahead is None and self.in_atomic_block:
            self.ensure_connection()
            ahead = self.connection.pipeline()
            ahead.__enter__()
            self._ahead = ahead

    def catch_up(self) -> None:
        """Wait for the answers to all that was sent; what went wrong with it is told now."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            with self.wrap_database_errors:
                ahead.__exit__(None, None, None)

    def _commit(self) -> None:
        try:
            super()._commit()
        finally:
            self._give_up()

    def _savepoint_rollback(self, sid: str) -> None:
        self._give_up()
        super()._savepoint_rollback(sid)

    def _rollback(self) -> None:
        self._give_up()
        super()._rollback()

    def _close(self) -> None:
        self._give_up()
        super()._close()

    def _give_up(self) -> None:
        """Wait for the answers, of which nobody wants to know any more whether they were good."""
        with suppress(Exception):
            self.catch_up()
