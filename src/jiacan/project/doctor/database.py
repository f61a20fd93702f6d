"""What is slow or wrong with the database, told from its own figures; nothing is asked here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jiacan.kernel.messages import Message, tell
from jiacan.project.doctor.findings import Finding, Level, Limits
from jiacan.project.doctor.postgres import Index, Open, Server, Table

OLDEST_VERSION = 150_000
BLOCK_BYTES = 8192
_DURABLE_COMMITS = frozenset({"on", "remote_write", "remote_apply", "local"})
_CONNECTIONS_FOR_OTHERS = 5


def judge_server(server: Server, limits: Limits) -> Iterator[Finding]:
    """Its version, and the settings that Jiacan's promises rest on."""
    figures = {"version": server.version_said, "bytes": server.database_bytes}
    size = tell("{size} MB", size=round(server.database_bytes / 1024**2))
    if server.version < OLDEST_VERSION:
        yield Finding(
            "database",
            Level.WRONG,
            tell("The database is PostgreSQL {version}.", version=server.version_said),
            figures,
            tell("Move it to PostgreSQL 15 or later."),
        )
    else:
        said = tell("PostgreSQL {version} answers; {size}.", version=server.version_said, size=size)
        yield Finding("database", Level.OK, said, figures)
    wrong = [*_unsafe(server), *_slow(server, limits)]
    yield from wrong or [
        Finding("settings", Level.OK, tell("Its settings are as Jiacan wants them."), server.settings)
    ]


def _unsafe(server: Server) -> Iterator[Finding]:
    for name in ("fsync", "full_page_writes"):
        if server.settings[name] != "on":
            yield _setting(server, name, Level.WRONG, tell("a crash of the machine can destroy the database"))
    if server.settings["synchronous_commit"] not in _DURABLE_COMMITS:
        loses = tell("an order that was answered can be lost in a crash")
        yield _setting(server, "synchronous_commit", Level.WRONG, loses)


def _slow(server: Server, limits: Limits) -> Iterator[Finding]:
    for name in ("autovacuum", "track_counts"):
        if server.settings[name] != "on":
            yield _setting(server, name, Level.WARNING, tell("tables grow and slow down, for nobody cleans them"))
    buffers = int(server.settings["shared_buffers"]) * BLOCK_BYTES
    if buffers < min(limits.shared_buffers_bytes, server.database_bytes):
        said = tell("shared_buffers is {size} MB, less than the database needs.", size=buffers // 1024**2)
        remedy = tell("Set it to a quarter of the machine's memory, 512MB at least, and start PostgreSQL again.")
        yield Finding("settings", Level.WARNING, said, {"shared_buffers_bytes": buffers}, remedy)


def _setting(server: Server, name: str, level: Level, why: Message) -> Finding:
    value = server.settings[name]
    said = tell("{name} is {value}: {why}.", name=name, value=value, why=why)
    remedy = tell("ALTER SYSTEM SET {name} = on; then SELECT pg_reload_conf().", name=name)
    return Finding("settings", level, said, {name: value}, remedy)


def judge_connections(server: Server, wanted: int, limits: Limits) -> Finding:
    """Whether there are enough: `wanted` is what the parts of the running server may open together."""
    most = int(server.settings["max_connections"])
    figures = {"used": server.connections, "most": most, "wanted": wanted}
    said = tell("{used} of {most} connections are used.", used=server.connections, most=most)
    if wanted + _CONNECTIONS_FOR_OTHERS > most:
        return Finding(
            "connections",
            Level.WRONG,
            tell("The server's parts may open {wanted} connections; the database takes {most}.", **figures),
            figures,
            tell("Raise max_connections and start PostgreSQL again, or serve with fewer --workers."),
        )
    if server.connections > limits.connections_share_warned * most:
        remedy = tell("See in pg_stat_activity whose they are; end what is not Jiacan's, or raise max_connections.")
        return Finding("connections", Level.WARNING, said, figures, remedy)
    return Finding("connections", Level.OK, said, figures)


def judge_open(transactions: Sequence[Open], limits: Limits) -> Iterator[Finding]:
    """Long transactions, and who holds up whom."""
    found = [finding for each in transactions if (finding := _judge_open(each, limits)) is not None]
    longest = max((each.seconds for each in transactions), default=0.0)
    fine = tell("No transaction is open for long, and nobody waits for long.")
    yield from found or [Finding("transactions", Level.OK, fine, {"longest_seconds": round(longest, 1)})]


def _judge_open(each: Open, limits: Limits) -> Finding | None:
    figures = {
        "pid": each.pid,
        "name": each.name,
        "state": each.state,
        "seconds": round(each.seconds, 1),
        "holds_up": each.holds_up,
        "longest_wait_seconds": round(each.longest_wait_seconds, 1),
    }
    remedy = tell(
        "See whether {name} still works; if it hangs, end it: SELECT pg_terminate_backend({pid}).",
        name=each.name,
        pid=str(each.pid),
    )
    if each.holds_up and each.longest_wait_seconds >= limits.lock_wait_seconds:
        said = tell(
            "{name} (process {pid}, {state}) holds others up: {count}, the longest for {seconds} seconds.",
            name=each.name,
            pid=str(each.pid),
            state=each.state,
            count=each.holds_up,
            seconds=round(each.longest_wait_seconds),
        )
        return Finding("transactions", Level.WRONG, said, figures, remedy)
    if each.seconds >= limits.transaction_seconds_warned:
        said = tell(
            "{name} (process {pid}, {state}) has a transaction open for {seconds} seconds; vacuum waits for it.",
            name=each.name,
            pid=str(each.pid),
            state=each.state,
            seconds=round(each.seconds),
        )
        level = Level.WRONG if each.seconds >= limits.transaction_seconds else Level.WARNING
        return Finding("transactions", level, said, figures, remedy)
    return None


def judge_tables(tables: Sequence[Table], limits: Limits) -> Iterator[Finding]:
    """Tables that vacuum or analyze has not kept up with."""
    found = [finding for each in tables for finding in _judge_table(each, limits)]
    rows = sum(each.live for each in tables)
    fine = tell("Vacuum and statistics keep up with every table; rows in all: {rows}.", rows=rows)
    yield from found or [Finding("tables", Level.OK, fine, {"rows": rows})]


def _judge_table(table: Table, limits: Limits) -> Iterator[Finding]:
    figures = {"table": table.name, "rows": table.live, "dead": table.dead, "vacuumed_at": table.vacuumed_at}
    vacuum = tell(
        "VACUUM (ANALYZE) {table}; if it comes back, set autovacuum_vacuum_scale_factor lower for it.",
        table=table.name,
    )
    if table.dead > limits.dead_share_warned * max(table.live, limits.table_rows):
        too_many = table.dead > limits.dead_share * max(table.live, limits.table_rows)
        said = tell("{table} has {dead} dead rows beside {rows} that live.", **figures)
        yield Finding("tables", Level.WRONG if too_many else Level.WARNING, said, figures, vacuum)
    if table.live >= limits.table_rows and (not table.analyzed or table.changed > table.live):
        said = tell(
            "{table} has changed wholly since its statistics were taken: queries may be planned badly.",
            table=table.name,
        )
        changed = {"table": table.name, "rows": table.live, "changed": table.changed}
        yield Finding("tables", Level.WARNING, said, changed, tell("ANALYZE {table}.", table=table.name))
    if table.freeze_age > limits.transactions_before_freeze_warned:
        too_old = table.freeze_age > limits.transactions_before_freeze
        said = tell(
            "{table} was not frozen for {age} transactions; at 2,000,000,000 the database stops writing.",
            table=table.name,
            age=table.freeze_age,
        )
        aged = {"table": table.name, "transactions": table.freeze_age}
        remedy = tell("VACUUM (FREEZE) {table}, and look for what keeps vacuum from it.", table=table.name)
        yield Finding("tables", Level.WRONG if too_old else Level.WARNING, said, aged, remedy)


def judge_indexes(indexes: Sequence[Index], limits: Limits) -> Iterator[Finding]:
    """Indexes that do not work, that are larger than they need be, or that nobody uses."""
    found = [finding for each in indexes if (finding := _judge_index(each, limits)) is not None]
    fine = tell("Every index is valid, used and of fair size.")
    yield from found or [Finding("indexes", Level.OK, fine, {"indexes": len(indexes)})]


def _judge_index(index: Index, limits: Limits) -> Finding | None:
    figures = {"index": index.name, "table": index.table, "bytes": index.bytes, "scans": index.scans}
    rebuild = tell("REINDEX INDEX CONCURRENTLY {index}.", index=index.name)
    megabytes = round(index.bytes / 1024**2)
    if not index.is_valid:
        said = tell("Index {index} on {table} is not valid: it costs and serves nothing.", **figures)
        return Finding("indexes", Level.WRONG, said, figures, rebuild)
    if index.bytes < limits.index_bytes:
        return None
    if index.bytes_needed is not None and index.bytes > limits.index_times_too_large * index.bytes_needed:
        said = tell(
            "Index {index} on {table} takes {size} MB where about {needed} would do.",
            index=index.name,
            table=index.table,
            size=megabytes,
            needed=max(1, round(index.bytes_needed / 1024**2)),
        )
        return Finding("indexes", Level.WARNING, said, {**figures, "bytes_needed": index.bytes_needed}, rebuild)
    if not index.is_bound and index.scans == 0 and index.counted_days >= limits.index_unused_days:
        said = tell(
            "Nobody has used index {index} on {table} for {days} days; it takes {size} MB.",
            index=index.name,
            table=index.table,
            days=int(index.counted_days),
            size=megabytes,
        )
        remedy = tell(
            "If your own people made it: DROP INDEX CONCURRENTLY {index}. If it came with Jiacan, leave it.",
            index=index.name,
        )
        return Finding("indexes", Level.WARNING, said, figures, remedy)
    return None
