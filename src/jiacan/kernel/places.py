"""Where a shop's rows are. Every slice says for which shop it works; the project brings it to that shop's server.

With one server there is nothing to do, and nothing is done. With several, `at_place` lets the work that stands under
it meet the shop's own server, and keeps the shop there until the work is over; docs/decisions/0014-places.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

ONE_DATABASE = "default"


class Places(Protocol):
    """What knows the servers."""

    def at_place(self, shop_id: int) -> AbstractContextManager[None]: ...

    def long_at_place(self, shop_id: int) -> AbstractContextManager[None]: ...

    def each_server(self) -> Iterator[AbstractContextManager[None]]: ...

    def directory(self) -> str: ...


class _OnePlace:
    """Everything is in one database."""

    def at_place(self, shop_id: int) -> AbstractContextManager[None]:
        return nullcontext()

    def long_at_place(self, shop_id: int) -> AbstractContextManager[None]:
        return nullcontext()

    def each_server(self) -> Iterator[AbstractContextManager[None]]:
        yield nullcontext()

    def directory(self) -> str:
        return ONE_DATABASE


class _Known:
    places: Places = _OnePlace()


def at_place(shop_id: int) -> AbstractContextManager[None]:
    """Work for the shop where its rows are; it is not moved meanwhile. For work of a second or less.

    Inside itself it costs nothing, so whoever is not sure to be there may say it again.
    """
    return _Known.places.at_place(shop_id)


def long_at_place(shop_id: int) -> AbstractContextManager[None]:
    """The same for work that may take minutes, such as a report: a move waits for it before it holds anyone up."""
    return _Known.places.long_at_place(shop_id)


def each_server() -> Iterator[AbstractContextManager[None]]:
    """Every server in turn, for what concerns no one shop: `for here in each_server(): with here: …`."""
    return _Known.places.each_server()


def directory() -> str:
    """The database, as Django names it now, that holds what belongs to no one shop: people, sessions, tokens."""
    return _Known.places.directory()


def use(places: Places | None) -> None:
    """Let these places be known from now on, in this process; None for one place only."""
    _Known.places = places or _OnePlace()
