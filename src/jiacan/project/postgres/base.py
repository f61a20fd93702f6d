"""Django's own PostgreSQL backend, which besides has the server prepare the statements that say so.

Django binds values on this side, so that the server reads and plans every statement anew: for what every order asks
that costs more than doing it.
"""

from __future__ import annotations

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
    """Has statements prepared that say so, and leaves the others to Django's cursor."""

    def execute(self, sql: Any, params: Any = None) -> Any:
        wanted = isinstance(sql, Prepared)
        if wanted is not isinstance(self.cursor, _PreparedCursor):
            self.cursor.close()
            self.cursor = _PreparedCursor(self.db.connection) if wanted else self.db.create_cursor()
        return super().execute(sql, params)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose cursors do so."""

    def make_cursor(self, cursor: Any) -> CursorWrapper:
        """A wrapped cursor; one with a name is Django's own, since what it reads is read once."""
        return super().make_cursor(cursor) if isinstance(cursor, psycopg.ServerCursor) else _Cursor(cursor, self)
