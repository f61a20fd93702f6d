"""The test database emptied quickly: the few rows that most tests leave are deleted, and only much is truncated.

Django truncates every table and makes its content types and permissions anew, which takes longer than most tests.
"""

from __future__ import annotations

from django.db import OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import TransactionTestCase

STAYING = ("django_migrations", "django_content_type", "auth_permission")
"""Tables that migrations fill and no test changes."""

MANY_BYTES = 4_000_000
"""From here on truncating takes less than deleting; what earlier tests deleted and nobody swept up counts too."""

TRIES = 5
TABLES = """
    SELECT oid::regclass::text FROM pg_class
    WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace
    AND relname <> ALL(%s)
"""
SIZE = """
    SELECT coalesce(sum(pg_relation_size(oid)), 0)::bigint, current_setting('is_superuser') = 'on' FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""
UNHINDERED = "SET LOCAL session_replication_role = replica"
"""No trigger keeps a row, and no foreign key says in which order they go."""


def filled(connection: BaseDatabaseWrapper) -> list[str]:
    """The tables with a row in them that no migration put there."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES, [list(STAYING)])
        tables = [table for (table,) in cursor.fetchall()]
        cursor.execute(" UNION ALL ".join(f"SELECT '{each}' WHERE EXISTS (SELECT FROM {each})" for each in tables))
        return [table for (table,) in cursor.fetchall()]


def empty(connection: BaseDatabaseWrapper) -> None:
    """Leave no row in any table but those that migrations fill."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        tables = filled(connection)
        if not tables:
            return
        cursor.execute(SIZE)
        size_bytes, may_do_everything = cursor.fetchone()
        if size_bytes < MANY_BYTES and may_do_everything:
            cursor.execute("; ".join((UNHINDERED, *(f"DELETE FROM {each}" for each in tables))))
        else:
            cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")


def empty_after(test: TransactionTestCase) -> None:
    """Empty the databases of a test that is over, again where a last request of it was in the way."""
    for alias in test._databases_names(include_mirrors=False):
        for left in reversed(range(TRIES)):
            try:
                empty(connections[alias])
            except OperationalError:
                if left == 0:
                    raise
            else:
                break
