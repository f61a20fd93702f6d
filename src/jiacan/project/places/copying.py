"""Copying a shop's rows from one server to another: all of them once, then those that were noted as changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from psycopg import Connection, sql

from jiacan.project.places.notes import notes_of
from jiacan.project.places.tables import Table

Progress = Callable[[str, int], object]

_TAKE_NOTES = """
CREATE TEMPORARY TABLE taken ON COMMIT DROP AS
WITH gone AS (DELETE FROM {notes} RETURNING relation, key) SELECT DISTINCT relation, key FROM gone
"""

_TAKE_JOBS = """
CREATE TEMPORARY TABLE leaving ON COMMIT DROP AS
SELECT * FROM procrastinate_jobs WHERE status IN ('todo', 'failed') AND (args ->> 'shop_id')::bigint = %s
FOR UPDATE SKIP LOCKED
"""
_JOBS = sql.SQL("id, queue_name, task_name, priority, lock, queueing_lock, args, status, scheduled_at, attempts")
_ADD_JOBS = sql.SQL("INSERT INTO procrastinate_jobs ({jobs}) SELECT {jobs} FROM coming ON CONFLICT DO NOTHING")
_REASONS = sql.SQL("job_id, at, reason")
_REASONS_OF = sql.SQL("SELECT {reasons} FROM webhooks_jobfailure WHERE job_id IN (SELECT id FROM leaving)")
_DELETE_JOBS = """
DELETE FROM procrastinate_jobs
WHERE (args ->> 'shop_id')::bigint = %s AND status NOT IN ('todo', 'doing') RETURNING id
"""
_COUNT_JOBS = "SELECT count(*) FROM procrastinate_jobs WHERE (args ->> 'shop_id')::bigint = %s"
_SHOP = "SELECT id, slug, name, zone, currency FROM tenancy_shop WHERE id = %s"
_ADD_SHOP = """
INSERT INTO tenancy_shop (id, slug, name, zone, currency) VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""


def copy_all(old: Connection, new: Connection, shop_id: int, tables: Sequence[Table], on_progress: Progress) -> int:
    """Copy every row as it is at one moment; what was there of the shop from a move that died goes first."""
    rows = 0
    with old.transaction(), new.transaction():
        old.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        delete_rows(new, shop_id, tables)
        _add_shop(old, new, shop_id)
        for table in tables:
            mine = sql.SQL("SELECT {columns} FROM {table} AS mine WHERE {belongs}").format(
                columns=table.listed(of="mine"), table=table.named, belongs=table.belongs(shop_id, row="mine")
            )
            on_progress(table.name, rows)
            rows += _pipe(old, new, mine, table)
    return rows


def copy_noted(old: Connection, new: Connection, shop_id: int, tables: Sequence[Table]) -> int:
    """Copy what was noted as changed since, as it is at one moment; says how many rows that were."""
    with old.transaction(), new.transaction():
        old.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        old.execute(sql.SQL(_TAKE_NOTES).format(notes=notes_of(shop_id)))
        _say_moving(new, shop_id)
        touched = {row[0]: row[1] for row in old.execute("SELECT relation, count(*) FROM taken GROUP BY 1")}
        for table in tables:
            if table.name in touched:
                _copy_touched(old, new, table)
    return sum(touched.values())


def move_jobs(old: Connection, new: Connection, shop_id: int) -> int:
    """Move the jobs that the shop has waiting, and those that failed with the reason; says how many.

    A job works for its shop from the queue of any server, and bears being run twice: nothing need be held for this.
    """
    with old.transaction():
        with new.transaction():
            old.execute(_TAKE_JOBS, [shop_id])
            new.execute("CREATE TEMPORARY TABLE coming (LIKE procrastinate_jobs) ON COMMIT DROP")
            leaving = sql.SQL("SELECT {} FROM leaving").format(_JOBS)
            moved = _copy(old, new, leaving, sql.SQL("coming ({})").format(_JOBS))
            new.execute(_ADD_JOBS.format(jobs=_JOBS))
            new.execute("DELETE FROM webhooks_jobfailure WHERE job_id IN (SELECT id FROM coming)")
            reasons = _REASONS_OF.format(reasons=_REASONS)
            _copy(old, new, reasons, sql.SQL("webhooks_jobfailure ({})").format(_REASONS))
        old.execute("DELETE FROM procrastinate_jobs WHERE id IN (SELECT id FROM leaving)")
    return moved


def delete_rows(server: Connection, shop_id: int, tables: Sequence[Table]) -> None:
    """Delete every row of a shop that is not in force here; part of the caller's transaction."""
    _say_moving(server, shop_id)
    for table in tables:
        server.execute(
            sql.SQL("DELETE FROM {table} AS mine WHERE {belongs}").format(
                table=table.named, belongs=table.belongs(shop_id, row="mine")
            )
        )


def delete_jobs(server: Connection, shop_id: int) -> int:
    """Delete what is over of the jobs of a shop that is elsewhere; says how many are still under way."""
    with server.transaction():
        ended = [row[0] for row in server.execute(_DELETE_JOBS, [shop_id])]
        server.execute("DELETE FROM webhooks_jobfailure WHERE job_id = ANY(%s)", [ended])
    left = server.execute(_COUNT_JOBS, [shop_id])
    return int(left.fetchall()[0][0])


def delete_shop(server: Connection, shop_id: int) -> None:
    """Delete the shop's own row of a server that is not the directory."""
    server.execute("DELETE FROM tenancy_shop WHERE id = %s", [shop_id])


def _add_shop(old: Connection, new: Connection, shop_id: int) -> None:
    """The shop's own row goes with it, for the sake of rows that refer to it; only the directory's is ever read."""
    new.execute(_ADD_SHOP, old.execute(_SHOP, [shop_id]).fetchone())


def _say_moving(server: Connection, shop_id: int) -> None:
    """Rows that are only added to let themselves be deleted by a transaction that has said this."""
    server.execute("SELECT set_config('jiacan.moved_shop', %s, true)", [str(shop_id)])


def _copy_touched(old: Connection, new: Connection, table: Table) -> None:
    keys = sql.SQL(", ").join(
        sql.SQL(f"(key ->> {place})::{kind} AS {{}}").format(sql.Identifier(name))
        for place, (name, kind) in enumerate(table.key)
    )
    taken = sql.SQL("SELECT {} FROM taken WHERE relation = {}").format(keys, sql.Literal(table.name))
    typed = sql.SQL(", ").join(sql.SQL(f"{{}} {kind}").format(sql.Identifier(name)) for name, kind in table.key)
    same = sql.SQL(" AND ").join(
        sql.SQL("mine.{key} = touched.{key}").format(key=sql.Identifier(name)) for name, _ in table.key
    )
    new.execute(sql.SQL("CREATE TEMPORARY TABLE touched ({}) ON COMMIT DROP").format(typed))
    _copy(old, new, taken, sql.SQL("touched"))
    new.execute(sql.SQL("DELETE FROM {} AS mine USING touched WHERE {}").format(table.named, same))
    changed = sql.SQL("SELECT {columns} FROM {table} AS mine JOIN ({taken}) AS touched ON {same}").format(
        columns=table.listed(of="mine"), table=table.named, taken=taken, same=same
    )
    _pipe(old, new, changed, table)
    new.execute("DROP TABLE touched")


def _pipe(old: Connection, new: Connection, rows: sql.Composable, table: Table) -> int:
    return _copy(old, new, rows, sql.SQL("{} ({})").format(table.named, table.listed()))


def _copy(old: Connection, new: Connection, rows: sql.Composable, into: sql.Composable) -> int:
    # The binary form is only promised between servers of one version.
    form = "BINARY" if old.info.server_version // 10_000 == new.info.server_version // 10_000 else "TEXT"
    with old.cursor() as source, new.cursor() as target:
        read = sql.SQL(f"COPY ({{}}) TO STDOUT (FORMAT {form})").format(rows)
        write = sql.SQL(f"COPY {{}} FROM STDIN (FORMAT {form})").format(into)
        with source.copy(read) as leaving, target.copy(write) as arriving:
            for block in leaving:
                arriving.write(block)
        return target.rowcount
