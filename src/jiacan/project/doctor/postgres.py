"""What PostgreSQL knows of itself, as values; every query of the doctor's that no slice answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

SETTINGS = (
    "autovacuum",
    "fsync",
    "full_page_writes",
    "max_connections",
    "shared_buffers",
    "synchronous_commit",
    "track_counts",
)


@dataclass(frozen=True, slots=True)
class Server:
    """The server, its settings in PostgreSQL's own units, the connections it has, and its clock."""

    version: int
    version_said: str
    settings: dict[str, str]
    database_bytes: int
    connections: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Open:
    """A transaction that is open: whose, for how long, and how many others wait for it, the longest for how long."""

    pid: int
    name: str
    state: str
    seconds: float
    holds_up: int
    longest_wait_seconds: float


@dataclass(frozen=True, slots=True)
class Table:
    """A table: rows that live, rows that wait for vacuum, and rows changed since its statistics were taken."""

    name: str
    live: int
    dead: int
    analyzed: bool
    changed: int
    freeze_age: int
    vacuumed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Index:
    """An index; `bytes_needed` is what its rows would take if it were built now, None where that is not known."""

    name: str
    table: str
    is_valid: bool
    is_bound: bool
    scans: int
    bytes: int
    bytes_needed: int | None
    counted_days: float


_SERVER = """
SELECT current_setting('server_version_num')::int, current_setting('server_version'),
       pg_database_size(current_database()),
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
       clock_timestamp()
"""
_SETTINGS = "SELECT name, setting FROM pg_settings WHERE name = ANY (%s)"

_OPEN = """
WITH waiting AS (
    SELECT unnest(pg_blocking_pids(activity.pid)) AS holder, activity.pid,
           coalesce((SELECT max(extract(epoch FROM clock_timestamp() - waitstart)) FROM pg_locks lock
                     WHERE lock.pid = activity.pid AND NOT lock.granted), 0) AS seconds
    FROM pg_stat_activity activity
    WHERE activity.datname = current_database() AND activity.wait_event_type = 'Lock'
)
SELECT activity.pid, coalesce(nullif(application_name, ''), backend_type), coalesce(state, ''),
       extract(epoch FROM clock_timestamp() - xact_start)::float,
       (SELECT count(DISTINCT waiting.pid) FROM waiting WHERE holder = activity.pid),
       (SELECT coalesce(max(waiting.seconds), 0) FROM waiting WHERE holder = activity.pid)::float
FROM pg_stat_activity activity
WHERE datname = current_database() AND activity.pid <> pg_backend_pid() AND xact_start IS NOT NULL
  AND backend_type = 'client backend'
ORDER BY xact_start
"""

_TABLES = """
SELECT stat.relname, n_live_tup, n_dead_tup, coalesce(last_analyze, last_autoanalyze) IS NOT NULL,
       n_mod_since_analyze, age(class.relfrozenxid), greatest(last_vacuum, last_autovacuum)
FROM pg_stat_user_tables stat JOIN pg_class class ON class.oid = stat.relid
WHERE class.relkind = 'r'
ORDER BY pg_total_relation_size(stat.relid) DESC
"""

# What a B-tree needs: an entry's header and its columns, pages filled to nine tenths.
_INDEXES = """
SELECT class.relname, heap.relname, index.indisvalid,
       index.indisunique OR index.indisprimary OR index.indisexclusion,
       stat.idx_scan, pg_relation_size(class.oid),
       CASE WHEN class.reltuples >= 0 AND index.indisvalid AND access.amname = 'btree'
                 AND width.known = index.indnkeyatts
            THEN (ceil(class.reltuples * (16 + width.bytes) / (8192 * 0.9)) + 2)::bigint * 8192 END,
       extract(epoch FROM now() - coalesce(counted.stats_reset, pg_postmaster_start_time()))::float / 86400
FROM pg_index index
JOIN pg_class class ON class.oid = index.indexrelid
JOIN pg_am access ON access.oid = class.relam
JOIN pg_class heap ON heap.oid = index.indrelid
JOIN pg_namespace space ON space.oid = heap.relnamespace AND space.nspname = current_schema()
JOIN pg_stat_database counted ON counted.datname = current_database()
LEFT JOIN pg_stat_user_indexes stat ON stat.indexrelid = index.indexrelid
CROSS JOIN LATERAL (
    SELECT count(*) AS known, coalesce(sum(column_stat.avg_width), 0) AS bytes
    FROM pg_attribute attribute
    JOIN pg_stats column_stat ON column_stat.schemaname = space.nspname
        AND column_stat.tablename = CASE WHEN 0 = ANY (index.indkey) THEN class.relname ELSE heap.relname END
        AND column_stat.attname = attribute.attname
    WHERE attribute.attrelid = CASE WHEN 0 = ANY (index.indkey) THEN class.oid ELSE heap.oid END
      AND (0 = ANY (index.indkey) OR attribute.attnum = ANY (index.indkey))
) width
WHERE class.relkind = 'i'
ORDER BY pg_relation_size(class.oid) DESC
"""


def load_server() -> Server:
    """The server as it is now."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTINGS, [list(SETTINGS)])
        settings = dict(cursor.fetchall())
        cursor.execute(_SERVER)
        version, said, size, connections, at = cursor.fetchone()
    return Server(version, said, settings, size, connections, at)


def load_open() -> Sequence[Open]:
    """Every transaction that is open, the oldest first."""
    return [Open(*row) for row in _fetch(_OPEN)]


def load_tables() -> Sequence[Table]:
    """Every table, the largest first."""
    return [Table(*row) for row in _fetch(_TABLES)]


def load_indexes() -> Sequence[Index]:
    """Every index, the largest first."""
    return [Index(*row) for row in _fetch(_INDEXES)]


def _fetch(query: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()
