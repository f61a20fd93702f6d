"""Being where a shop is: the shop's server takes the place of Django's default connection while work for it is done.

Whoever works for a shop holds a lock of the shop, shared, on the shop's server, and only then reads in the directory
where the shop is: a move holds the same lock alone when it switches. So no work begins on the old server after the
switch, and none is under way at it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend

from jiacan.project.places import directory
from jiacan.project.places.addresses import settings_of
from jiacan.project.places.contracts import DIRECTORY_NUMBER, PlaceLost, Server, Stage

DIRECTORY = "directory"
SHORT = "jiacan at place"
LONG = "jiacan long at place"
"""The names of the two locks: a move queues for short work; for long work it waits without keeping anyone waiting."""

IDLE_SECONDS = 1.0
"""A connection that was not used for so long is looked at first: its server may have been restarted."""

_LOCK = "SELECT pg_advisory_lock_shared(hashtextextended(%s, %s))"
_LOCK_UNTIL_COMMIT = "SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, %s))"
_UNLOCK = "SELECT pg_advisory_unlock_shared(hashtextextended(%s, %s))"


@dataclass(slots=True)
class _Presence:
    """One piece of work at a shop's place, on this thread; `session` is the database session that holds its lock."""

    shop_id: int
    server: int
    lock: str
    connection: BaseDatabaseWrapper
    session: Any = None
    until_commit: bool = False


class _Here(threading.local):
    """What this thread is at: the server it was brought to, if any, and the work it is in the midst of."""

    def __init__(self) -> None:
        self.server: int | None = None
        self.whole = False
        self.presences: list[_Presence] = []
        self.connections: dict[int, BaseDatabaseWrapper] = {}
        self.used_at: dict[int, float] = {}


class SeveralPlaces:
    """The places of a process: `home` is the server of its own default connection.

    Args:
        servers: every server, the directory first.
        home: the number of the server that the process' default connection leads to.
    """

    def __init__(self, servers: Sequence[Server], *, home: int) -> None:
        self._servers: Mapping[int, Server] = {server.number: server for server in servers}
        self._home = home
        self._here = _Here()
        self._last_known: dict[int, int] = {}

    @property
    def servers(self) -> tuple[Server, ...]:
        """Every server, the directory first."""
        return tuple(self._servers.values())

    def forget(self) -> None:
        """End this thread's connections to other servers than the process' own."""
        for number, known in self._here.connections.items():
            if number != self._home:
                known.close()
            del connections[_alias(number)]
        self._here = _Here()

    # --- what the slices say ------------------------------------------------------------------------------

    def at_place(self, shop_id: int) -> AbstractContextManager[None]:
        """See `kernel.places.at_place`."""
        return self._at(shop_id, SHORT)

    def long_at_place(self, shop_id: int) -> AbstractContextManager[None]:
        """See `kernel.places.long_at_place`."""
        return self._at(shop_id, LONG)

    def each_server(self) -> Iterator[AbstractContextManager[None]]:
        """See `kernel.places.each_server`."""
        for number in self._servers:
            yield self.at_server(number)

    def directory(self) -> str:
        """See `kernel.places.directory`."""
        here = self._here
        server = self._home if here.server is None else here.server
        if here.whole or server == DIRECTORY_NUMBER:
            return DEFAULT_DB_ALIAS
        self._connection(DIRECTORY_NUMBER)
        return DIRECTORY

    # --- how that is done ---------------------------------------------------------------------------------

    @contextmanager
    def at_server(self, number: int, *, whole: bool = False) -> Iterator[None]:
        """Work on that server, for no shop; `whole` is for its keeper, to whom the directory's tables are its own."""
        here = self._here
        before = here.server, here.whole, connections[DEFAULT_DB_ALIAS]
        connections[DEFAULT_DB_ALIAS] = self._usable_connection(number)
        here.server, here.whole = number, whole
        try:
            yield
        finally:
            here.server, here.whole, connections[DEFAULT_DB_ALIAS] = before

    @contextmanager
    def _at(self, shop_id: int, lock: str) -> Iterator[None]:
        here = self._here
        last = here.presences[-1] if here.presences else None
        if last is not None and (last.shop_id, last.server) == (shop_id, here.server):
            yield
            return
        presence = self._come(shop_id, lock)
        here.presences.append(presence)
        try:
            with self.at_server(presence.server):
                yield
        finally:
            here.presences.remove(presence)
            _let_go(presence)

    def _come(self, shop_id: int, lock: str) -> _Presence:
        """Hold the shop's lock where the shop is; where it was last is only where the search begins."""
        server = self._last_known.get(shop_id, DIRECTORY_NUMBER)
        while True:
            presence = _Presence(shop_id, server, lock, self._usable_connection(server))
            _take_hold(presence)
            try:
                place = directory.find_place(shop_id)
            except BaseException:
                _let_go(presence)
                raise
            if place.server == server and place.stage is not Stage.HELD:
                self._last_known[shop_id] = server
                return presence
            _let_go(presence)
            if place.server == server:
                directory.recover(shop_id, place.move_id)  # we came in, so nobody holds it
            server = place.server

    def look_again(self, connection: BaseDatabaseWrapper) -> None:
        """A connection was made anew: the locks that its session held are taken again, if their shops are there.

        Raises:
            PlaceLost: one has moved.
        """
        for presence in self._here.presences:
            if presence.connection is connection and presence.session not in (None, connection.connection):
                _take_hold(presence)
                if directory.find_place(presence.shop_id).server != presence.server:
                    raise PlaceLost

    def _usable_connection(self, number: int) -> BaseDatabaseWrapper:
        connection, now = self._connection(number), monotonic()
        was_idle = now - self._here.used_at.get(number, 0.0) > IDLE_SECONDS
        self._here.used_at[number] = now
        if not connection.in_atomic_block and (connection.errors_occurred or was_idle):
            connection.close_if_unusable_or_obsolete()  # and have it looked at once more before it is used
        return connection

    def _connection(self, number: int) -> BaseDatabaseWrapper:
        """This thread's connection to the server; it is Django's own where the process began there."""
        known = self._here.connections
        if number == self._home:
            if self._here.server is None:
                known[number] = connections[_alias(number)] = connections[DEFAULT_DB_ALIAS]
        elif number not in known:
            settings = settings_of(self._servers[number].url)
            backend = load_backend(settings["ENGINE"])
            known[number] = connections[_alias(number)] = backend.DatabaseWrapper(settings, _alias(number))
        return known[number]


def _alias(number: int) -> str:
    return DIRECTORY if number == DIRECTORY_NUMBER else f"server-{number}"


def _take_hold(presence: _Presence) -> None:
    connection = presence.connection
    # Within a transaction that might fail nothing could be unlocked afterwards.
    presence.until_commit = connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_UNTIL_COMMIT if presence.until_commit else _LOCK, [presence.lock, presence.shop_id])
    presence.session = connection.connection


def _let_go(presence: _Presence) -> None:
    connection = presence.connection
    if presence.until_commit or connection.connection is not presence.session:
        return
    if connection.in_atomic_block or connection.errors_occurred:
        connection.close()  # the session ends, and its locks with it
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute(_UNLOCK, [presence.lock, presence.shop_id])
    except DatabaseError:
        connection.close()
