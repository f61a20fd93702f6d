"""Moving a shop to another server while it works: docs/decisions/0014-places.md says why this is safe at every step.

One row of the directory says where the shop is; everything before it is changed leaves the old place in force, and
everything after it the new one. Whatever a move that died has left is taken away by the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import monotonic, sleep
from uuid import UUID, uuid4

import psycopg
from psycopg import Connection, errors

from jiacan.kernel.messages import Message, tell
from jiacan.project.places import copying, notes
from jiacan.project.places.contracts import (
    DIRECTORY_NUMBER,
    Moved,
    MoveLost,
    MoveUnderWay,
    NeverQuiet,
    Place,
    Server,
    Stage,
)
from jiacan.project.places.directory import find_place, to_place
from jiacan.project.places.presence import LONG, SHORT
from jiacan.project.places.tables import Table, tables_of_shops
from jiacan.tenancy.contracts import Shop

Progress = Callable[[Message, float], object]

FEW = 500
"""With so few changes left to copy the shop is held; with more it works on and they are copied first."""
ROUNDS = 50
PATIENCE_SECONDS = 600
_IMPATIENTLY = "SET LOCAL lock_timeout = '2s'"
"""Who comes while the move queues for the lock waits, too: so long at most, then the move lets them by."""
_PATIENTLY = "SET LOCAL lock_timeout = '20s'"
_LOOK_AGAIN_SECONDS = 0.2
_JOBS_END_SECONDS = 30

_ONE_AT_A_TIME = "SELECT pg_try_advisory_lock(hashtextextended('jiacan move', 0))"
_COPY_ALONE = "SELECT pg_advisory_lock(hashtextextended('jiacan coming', %s))"
_HOLD = "SELECT pg_advisory_lock(hashtextextended(%s, %s))"
_TRY_HOLD = "SELECT pg_try_advisory_lock(hashtextextended(%s, %s))"
_RELEASE = "SELECT pg_advisory_unlock(hashtextextended(%s, %s))"

_PLACE = "SELECT server_id, stage, other_id, move_id FROM project_place WHERE shop_id = %s"
_BEGIN = """
INSERT INTO project_place (shop_id, server_id, stage, other_id, move_id)
VALUES (%(shop)s, %(old)s, 'copying', %(new)s, %(move)s)
ON CONFLICT (shop_id) DO UPDATE SET stage = 'copying', other_id = %(new)s, move_id = %(move)s
"""
_HELD = (
    "UPDATE project_place SET stage = 'held' WHERE shop_id = %(shop)s AND stage = 'copying' AND move_id = %(move)s"
)
_SWITCH = """
UPDATE project_place SET server_id = %(new)s, stage = 'left', other_id = %(old)s
WHERE shop_id = %(shop)s AND stage = 'held' AND move_id = %(move)s
"""
_STAY = """
UPDATE project_place SET stage = 'copying', move_id = NULL
WHERE shop_id = %(shop)s AND stage IN ('copying', 'held') AND move_id = %(move)s
"""
_SETTLED = "UPDATE project_place SET stage = 'settled', other_id = NULL, move_id = NULL WHERE shop_id = %s"


@dataclass(frozen=True, slots=True)
class _Move:
    """One move: `directory`, `old` and `new` are sessions of its own."""

    shop: Shop
    id: UUID
    directory: Connection
    old: Connection
    new: Connection
    tables: Sequence[Table]

    @property
    def shop_id(self) -> int:
        return self.shop.id


@dataclass(frozen=True, slots=True)
class _Held:
    """What was copied while the shop was held, and how long that was."""

    rows: int
    seconds: float


def move_shop(shop: Shop, to: Server, servers: Sequence[Server], *, on_progress: Progress) -> Moved:
    """Move the shop to that server while it works; where it is there already, tidy up what a move has left.

    Safe to kill and to repeat.

    Args:
        shop: which.
        to: its new server.
        servers: all of them, the directory first.
        on_progress: told what is being done.

    Raises:
        MoveUnderWay: a shop is being moved already.
        NeverQuiet: some long work of the shop does not end.
        MoveLost: a server or the hold of the shop was lost before the switch; the shop is where it was.
    """
    urls = {server.number: server.url for server in servers}
    began = monotonic()
    with _session(urls[DIRECTORY_NUMBER]) as directory:
        if not directory.execute(_ONE_AT_A_TIME).fetchall()[0][0]:
            raise MoveUnderWay
        _tidy(shop, directory, urls, on_progress)
        place = _place(directory, shop.id)
        if place.server == to.number:
            return Moved(shop.slug, to.name, 0, 0, 0, monotonic() - began, 0.0, was_moved=False)
        with _session(urls[place.server]) as old, _session(urls[to.number]) as new:
            move = _Move(shop, uuid4(), directory, old, new, tables_of_shops(old))
            rows, again, held = _bring_over(move, place.server, to.number, on_progress)
            jobs = copying.move_jobs(old, new, shop.id)
        _tidy(shop, directory, urls, on_progress)
    return Moved(shop.slug, to.name, rows, again + held.rows, jobs, monotonic() - began, held.seconds)


def _bring_over(move: _Move, old: int, new: int, on_progress: Progress) -> tuple[int, int, _Held]:
    of_move = {"shop": move.shop_id, "old": old, "new": new, "move": move.id}
    move.directory.execute(_BEGIN, of_move)
    try:
        _copy_alone(move.new, move.shop_id)
        notes.start_noting(move.old, move.shop_id, move.tables)
        rows = copying.copy_all(
            move.old,
            move.new,
            move.shop_id,
            move.tables,
            lambda table, done: on_progress(tell("Copying {table}: {rows} rows", table=table, rows=f"{done:,}"), -1),
        )
        on_progress(tell("Copying what has changed since"), -1)
        again = _catch_up(move)
        on_progress(tell("Waiting for the shop's long work to end"), -1)
        more, held = _hold_and_switch(move, of_move)
    except psycopg.Error as error:
        lost = tell("a server was lost: {error}", error=str(error).splitlines()[0])
        raise MoveLost(shop=move.shop.slug, reason=lost) from error
    finally:
        with suppress(psycopg.Error):
            move.directory.execute(_STAY, of_move)
    return rows, again + more, held


def _catch_up(move: _Move) -> int:
    """Copy what has changed until there is little left; a shop that changes faster is held with what there is."""
    copied = 0
    for _ in range(ROUNDS):
        if notes.count_notes(move.old, move.shop_id) <= FEW:
            break
        copied += copying.copy_noted(move.old, move.new, move.shop_id, move.tables)
    return copied


def _hold_and_switch(move: _Move, of_move: dict[str, object]) -> tuple[int, _Held]:
    copied = _hold(move)
    began = monotonic()
    try:
        if move.directory.execute(_HELD, of_move).rowcount != 1:
            raise MoveLost(shop=move.shop.slug, reason=tell("another move has begun"))
        # On the session that holds the shop: should it have been lost before this, so is the move.
        rows = copying.copy_noted(move.old, move.new, move.shop_id, move.tables)
        if move.directory.execute(_SWITCH, of_move).rowcount != 1:
            raise MoveLost(shop=move.shop.slug, reason=tell("the shop went on before it was switched"))
    except BaseException:
        with suppress(psycopg.Error):
            move.directory.execute(_STAY, of_move)  # before anyone comes in, who would else have to find out
        raise
    finally:
        for lock in (SHORT, LONG):
            move.old.execute(_RELEASE, [lock, move.shop_id])
    return copied, _Held(rows, monotonic() - began)


def _hold(move: _Move) -> int:
    """Hold the shop when nobody works for it; until then it is kept nearly copied. Says how many rows that took."""
    give_up_at = monotonic() + PATIENCE_SECONDS
    copied = 0
    while monotonic() < give_up_at:
        copied += _catch_up(move)
        if move.old.execute(_TRY_HOLD, [LONG, move.shop_id]).fetchall()[0][0]:
            copied += _catch_up(move)
            if _hold_short(move):
                return copied
            move.old.execute(_RELEASE, [LONG, move.shop_id])
        sleep(_LOOK_AGAIN_SECONDS)
    raise NeverQuiet(shop=move.shop.slug, seconds=PATIENCE_SECONDS)


def _hold_short(move: _Move) -> bool:
    with suppress(errors.LockNotAvailable), move.old.transaction():
        move.old.execute(_IMPATIENTLY)
        move.old.execute(_HOLD, [SHORT, move.shop_id])
        return True
    return False


# --- what moves leave behind ------------------------------------------------------------------------------


def _tidy(shop: Shop, directory: Connection, urls: dict[int, str], on_progress: Progress) -> None:
    """Take away what is not in force of the shop: old rows after a switch, copies of a move that died before it."""
    place = _place(directory, shop.id)
    if place.other is None:
        return
    on_progress(tell("Deleting rows of the shop that are not in force"), -1)
    with _session(urls[place.server]) as here, _session(urls[place.other]) as other:
        _copy_alone(other, shop.id)
        tables = tables_of_shops(here)
        noted = other if place.stage is Stage.LEFT else here
        notes.stop_noting(noted, shop.id, tables)
        with other.transaction():
            copying.delete_rows(other, shop.id, tables)
            if place.other != DIRECTORY_NUMBER:
                copying.delete_shop(other, shop.id)
        if place.stage is Stage.LEFT:
            _end_jobs(shop, other, here)
    directory.execute(_SETTLED, [shop.id])


def _copy_alone(server: Connection, shop_id: int) -> None:
    """A move that lost only the directory may still be copying: nobody else touches its copies until it has ended."""
    try:
        with server.transaction():
            server.execute(_PATIENTLY)
            server.execute(_COPY_ALONE, [shop_id])
    except errors.LockNotAvailable as error:
        raise MoveUnderWay from error


def _end_jobs(shop: Shop, other: Connection, here: Connection) -> None:
    """Jobs that were under way at the old server's worker may end there; what they put in there follows them."""
    give_up_at = monotonic() + _JOBS_END_SECONDS
    while True:
        copying.move_jobs(other, here, shop.id)
        if not copying.delete_jobs(other, shop.id) or monotonic() > give_up_at:
            return
        sleep(_LOOK_AGAIN_SECONDS)


def _place(directory: Connection, shop_id: int) -> Place:
    row = directory.execute(_PLACE, [shop_id]).fetchone()
    return find_place(shop_id) if row is None else to_place(row)


@contextmanager
def _session(url: str) -> Iterator[Connection]:
    with psycopg.connect(url, autocommit=True) as session:
        yield session
