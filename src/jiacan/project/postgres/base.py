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

from jiacan.kernel.statements import Prepared, Unanswered


class _PreparedCursor(psycopg.Cursor[Any]):
    """Prepares what it is given, at once and for as long as the connection lives."""

    def execute(self, query: Any, params: Any = None, **how: Any) -> _PreparedCursor:
        return super().execute(query, params, **{"prepare": True, **how})


class _Cursor(CursorWrapper):
    """Has statements prepared that say so, and leaves the others to Django's cursor."""

    def execute(self, sql: Any, params: Any = None) -> Any:
        wanted = isinstance(sql, Prepared)
        if isinstance(sql, Unanswered):
            self.db.send_ahead()
        elif not wanted:
            self.db.catch_up()
        if wanted is not isinstance(self.cursor, _PreparedCursor):
            self.cursor.close()
            self.cursor = _PreparedCursor(self.db.connection) if wanted else self.db.create_cursor()
        return super().execute(sql, params)

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

    def make_cursor(self, cursor: Any) -> CursorWrapper:
        """A wrapped cursor; one with a name is Django's own, since what it reads is read once."""
        if isinstance(cursor, psycopg.ServerCursor):
            self.catch_up()
            return super().make_cursor(cursor)
        return _Cursor(cursor, self)

    def send_ahead(self) -> None:
        """From here on send prepared statements without waiting for the answer to the last."""
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
