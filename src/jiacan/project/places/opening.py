"""Opening the servers in a process: from then on every slice's `at_place` leads to them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence

import psycopg
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from jiacan.kernel import places as kernel
from jiacan.project.places.addresses import settings_of, url_of
from jiacan.project.places.contracts import DIRECTORY_NAME, Server, ServerUnknown, ServerUnreachable
from jiacan.project.places.presence import SeveralPlaces
from jiacan.project.places.servers import known_servers, settle_in

CHILDREN_VARIABLE = "JIACAN_OPENED_SERVERS"


class _Opened:
    places: SeveralPlaces | None = None


def open_servers(prepare: Callable[[], None]) -> tuple[Server, ...]:
    """Open every named server beside the directory, which is on Django's connection, and bring its tables up to date.

    Args:
        prepare: applies what migrations the server on Django's connection lacks.

    Raises:
        JiacanError: the servers' file is wrong, or a server does not answer or is not the one it is called.
    """
    close_servers()
    servers = known_servers(url_of(connection.settings_dict))
    use_servers(servers)
    for server in servers[1:]:
        _refuse_unreachable(server)
        with _places().at_server(server.number, whole=True):
            prepare()
            settle_in(server)
    return servers


def use_servers(servers: Sequence[Server], *, home: str = DIRECTORY_NAME) -> None:
    """Let this process know the servers, which somebody has opened before.

    Args:
        servers: all of them, the directory first; Django's connection leads there.
        home: the server that Django's connection is to lead to from now on.

    Raises:
        ServerUnknown: there is no such server.
    """
    close_servers()
    own = next((server for server in servers if server.name == home), None)
    if own is None:
        raise ServerUnknown(name=home, known=tuple(server.name for server in servers))
    if len(servers) > 1:
        connection.close()
        connection.settings_dict.update(settings_of(own.url))
        _Opened.places = SeveralPlaces(servers, home=own.number)
        kernel.use(_Opened.places)
        connection_created.connect(_look_again, dispatch_uid="jiacan places")


def opened_servers() -> tuple[Server, ...]:
    """The servers that this process knows, the directory first; none where there is only one."""
    return () if _Opened.places is None else _Opened.places.servers


def tell_children() -> dict[str, str]:
    """What a child process is to have in its environment, so that it knows the same servers."""
    return {CHILDREN_VARIABLE: json.dumps([[each.number, each.name, each.url] for each in opened_servers()])}


def use_parents_servers(home: str = DIRECTORY_NAME) -> None:
    """Let this process know the servers that the one which started it has opened; see `use_servers`."""
    told = json.loads(os.environ.get(CHILDREN_VARIABLE, "[]"))
    if told:
        use_servers([Server(*each) for each in told], home=home)


def close_servers() -> None:
    """Know one place only again."""
    if _Opened.places is not None:
        _Opened.places.forget()
    _Opened.places = None
    kernel.use(None)


def _places() -> SeveralPlaces:
    assert _Opened.places is not None, "there are several servers"
    return _Opened.places


def _look_again(sender: object, connection: BaseDatabaseWrapper, **_: object) -> None:
    if _Opened.places is not None:
        _Opened.places.look_again(connection)


def _refuse_unreachable(server: Server) -> None:
    try:
        psycopg.connect(server.url).close()
    except psycopg.Error as error:
        raise ServerUnreachable(name=server.name, reason=str(error).splitlines()[0]) from error
