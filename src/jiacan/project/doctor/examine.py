"""The examination: everything is looked at in one order, and what cannot be looked at is itself found."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from jiacan.campaigns.contracts.waiting import UnsettledOrders
from jiacan.campaigns.facade.gathering import WRITERS
from jiacan.campaigns.facade.waiting import unsettled_orders
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import tell
from jiacan.kernel.periods import Period
from jiacan.kernel.places import each_server, long_at_place
from jiacan.ledger import facade as ledger
from jiacan.ledger.contracts import AuditReport
from jiacan.offers.facade.waiting import held_beyond
from jiacan.orders import facade as orders
from jiacan.orders.contracts import Archived
from jiacan.project import database
from jiacan.project.doctor import database as judging
from jiacan.project.doctor import machine, postgres, work
from jiacan.project.doctor.findings import Finding, Level, Limits
from jiacan.project.places.contracts import DIRECTORY_NAME
from jiacan.project.places.opening import opened_servers, use_servers
from jiacan.project.places.servers import known_servers
from jiacan.project.serving.metrics import counted_in
from jiacan.project.serving.parts import read_parts
from jiacan.project.serving.server import METRICS_FOLDER
from jiacan.project.serving.web import PAGE_THREADS
from jiacan.project.serving.worker import CONCURRENT_JOBS
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Shop
from jiacan.webhooks import facade as webhooks

CONNECTIONS_OF_WEB = PAGE_THREADS + 1 + WRITERS
"""One for each thread of pages, one for all streams, one for each writer of orders."""
CONNECTIONS_OF_WORKER = 2 * CONCURRENT_JOBS
"""Of a job its own and the queue's."""
LOOK_BACK = timedelta(hours=1)

Clock = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


def examine(home: Path, *, full: bool = False, limits: Limits | None = None, now: Clock = _now) -> Iterator[Finding]:
    """Look at everything; the database is joined or started, and never changed.

    Args:
        home: the server's folder.
        full: recompute every balance, and look at every order of live plans, not only at the last hour's.
        limits: from when on something is worth telling.
        now: this machine's clock.
    """
    within = limits or Limits()
    yield _disk(home, within)
    named = os.environ.get("JIACAN_DATABASE_URL")
    if not named and not (home / "postgres").is_dir():
        said = tell("There is no database in {home} yet.", home=str(home))
        yield Finding("database", Level.WARNING, said, {}, tell("jiacan serve makes one; or name one: JIACAN_HOME."))
        return
    try:
        database.connect(named or database.start_embedded(home))
        connection.ensure_connection()
        use_servers(known_servers(database.current_url()))
    except (Error, JiacanError) as error:
        reason = error.message() if isinstance(error, JiacanError) else _first_line(error)
        remedy = tell("Nothing works without it: start it, or see that JIACAN_DATABASE_URL names it.")
        yield Finding("database", Level.WRONG, tell("The database does not answer: {said}", said=reason), {}, remedy)
        return
    yield from examine_database(home, full=full, limits=within, now=now)


def examine_database(home: Path, *, full: bool, limits: Limits, now: Clock) -> Iterator[Finding]:
    """Everything that databases are asked for, where Django's connection and the servers' file lead to."""
    parts = read_parts(home)
    found = list(_servers(parts, limits, now))
    yield from found
    if all(finding.level is Level.OK for finding in found if finding.check in {"database", "migrations"}):
        yield from _processes(home, parts, limits, now())
        yield from _work(full=full, limits=limits, at=now())


def _servers(parts: dict[str, int], limits: Limits, now: Clock) -> Iterator[Finding]:
    names = [server.name for server in opened_servers()] or [DIRECTORY_NAME]
    for name, here in zip(names, each_server(), strict=True):
        with here:
            found = _of_server(parts, limits, now)
        for each in found:
            many = len(names) > 1
            yield replace(each, says=tell("On {server}: {says}", server=name, says=each.says)) if many else each


def _of_server(parts: dict[str, int], limits: Limits, now: Clock) -> list[Finding]:
    try:
        return list(_server(parts, limits, now))
    except Error as error:
        connection.close()
        said = tell("The database does not answer: {said}", said=_first_line(error))
        remedy = tell("Its shops stand still without it: start it, or see that the file of servers names it right.")
        return [Finding("database", Level.WRONG, said, {}, remedy)]


def _server(parts: dict[str, int], limits: Limits, now: Clock) -> Iterator[Finding]:
    server = postgres.load_server()
    yield from judging.judge_server(server, limits)
    yield machine.judge_clock(now(), server.at, limits)
    migrated = _migrations()
    yield migrated
    yield judging.judge_connections(server, _connections_wanted(parts), limits)
    yield from judging.judge_open(postgres.load_open(), limits)
    yield from judging.judge_tables(postgres.load_tables(), limits)
    yield from judging.judge_indexes(postgres.load_indexes(), limits)
    if migrated.level is Level.OK:
        yield from work.judge_queue(webhooks.queue_of_all(), now(), limits)
        yield from work.judge_webhooks(webhooks.backlog_of_all(), limits)


def _disk(home: Path, limits: Limits) -> Finding:
    folder = next(each for each in (home, *home.parents) if each.exists())
    usage = shutil.disk_usage(folder)
    return machine.judge_disk(folder, usage.free, usage.total, limits)


def _migrations() -> Finding:
    executor = MigrationExecutor(connection)
    known = set(executor.loader.disk_migrations)
    newer = sorted(f"{app}.{name}" for app, name in executor.loader.applied_migrations if (app, name) not in known)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if newer:
        said = tell("The database was written by a newer Jiacan: it has {names}.", names=tuple(newer))
        return Finding("migrations", Level.WRONG, said, {"newer": newer}, tell("Install that version."))
    if missing:
        said = tell("The tables are those of an older Jiacan; migrations that are missing: {count}.", count=missing)
        remedy = tell("Start the server again: jiacan serve brings them up to date.")
        return Finding("migrations", Level.WRONG, said, {"missing": missing}, remedy)
    return Finding("migrations", Level.OK, tell("The tables are those of this version."), {"missing": 0})


def _processes(home: Path, parts: dict[str, int], limits: Limits, at: datetime) -> Iterator[Finding]:
    silent = work.worker_is_silent(webhooks.queue_of_all(), at, limits)
    yield from machine.judge_parts(parts, group_commit=settings.GROUP_COMMIT, worker_is_silent=silent)
    if parts and (home / METRICS_FOLDER).is_dir():
        yield from machine.judge_stages(machine.stages_in(counted_in(home / METRICS_FOLDER)), limits)


def _work(*, full: bool, limits: Limits, at: datetime) -> Iterator[Finding]:
    """What is done for shops, each at its place."""
    shops = tenancy.find_shops()
    until = at - timedelta(seconds=limits.unsettled_within_seconds)
    period = None if full else Period(until - LOOK_BACK, until)
    unsettled: list[tuple[str, UnsettledOrders]] = []
    audits: list[tuple[str, AuditReport]] = []
    sums: list[tuple[str, tuple[str, ...]]] = []
    archives: list[tuple[str, Archived, JiacanError | None]] = []
    for shop in shops:
        with long_at_place(shop.id):
            try:
                unsettled += [(shop.slug, each) for each in unsettled_orders(shop.id, period)]
            except JiacanError as error:
                remedy = tell("Put that right first; no order of the shop is settled before.")
                yield Finding("orders", Level.WRONG, error.message(), {"shop": shop.slug}, remedy)
            archives += [(shop.slug, each, _broken(each, full=full)) for each in orders.archives_of(shop.id)]
            if full:
                audits.append((shop.slug, ledger.audit(shop.id)))
            else:
                sums.append((shop.slug, ledger.units_out_of_balance(shop.id)))
    looked_at = tell("all time") if full else tell("the last hour")
    yield from work.judge_orders(unsettled, looked_at=looked_at)
    yield from work.judge_reservations(_held_beyond(shops, at, limits), limits)
    yield from work.judge_archives(archives)
    yield from work.judge_audits(audits) if full else work.judge_sums(sums)


def _broken(files: Archived, *, full: bool) -> JiacanError | None:
    try:
        orders.check_archive(files, whole=full)
    except JiacanError as error:
        return error
    return None


def _held_beyond(shops: Sequence[Shop], at: datetime, limits: Limits) -> list[tuple[str, str]]:
    slugs = {shop.id: shop.slug for shop in shops}
    held: list[tuple[int, str]] = []
    for here in each_server():
        with here:
            held += held_beyond(at - timedelta(seconds=limits.reservation_seconds))
    return [(slugs[shop_id], plan_id) for shop_id, plan_id in held]


def _connections_wanted(parts: dict[str, int]) -> int:
    webs = sum(name.startswith("web-") for name in parts)
    writers = sum(name.startswith("writer-") for name in parts)
    return webs * CONNECTIONS_OF_WEB + writers * WRITERS + (CONNECTIONS_OF_WORKER if parts else 0)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
