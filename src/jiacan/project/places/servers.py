"""The servers that are named, made ready: each of them has all tables, knows its name and has ids of its own."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from django.db import connections
from psycopg import conninfo

from jiacan.kernel.errors import system_reason
from jiacan.kernel.messages import tell
from jiacan.project.home import home
from jiacan.project.places import directory
from jiacan.project.places.contracts import (
    DIRECTORY_NAME,
    DIRECTORY_NUMBER,
    IDS_PER_SERVER,
    MOST_SERVERS,
    Server,
    ServerMistaken,
    ServersFileWrong,
    ServerTaken,
    ServerUnknown,
)

FILE_VARIABLE = "JIACAN_SERVERS"
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")

# Only up, and only where the sequence can count so far: repeated, it changes nothing. Materialized, because whoever
# asks for the last value of what is no sequence is refused.
_RAISE_IDS = """
WITH counting AS MATERIALIZED (
    SELECT sequence.oid FROM pg_class AS sequence
    JOIN pg_sequence ON seqrelid = sequence.oid AND seqtypid = 'bigint'::regtype
    JOIN pg_depend AS owned ON owned.classid = 'pg_class'::regclass AND owned.objid = sequence.oid
                           AND owned.deptype IN ('a', 'i') AND owned.refobjsubid > 0
    WHERE sequence.relkind = 'S' AND sequence.relnamespace = current_schema()::text::regnamespace
)
SELECT setval(oid, %(first)s, false) FROM counting WHERE coalesce(pg_sequence_last_value(oid), 0) < %(first)s
"""


def file_of_servers() -> Path:
    """The file that names further servers; there need be none."""
    named = os.environ.get(FILE_VARIABLE)
    return Path(named).expanduser() if named else home() / "servers.toml"


def named_servers() -> Mapping[str, str]:
    """The addresses of further servers, by their names.

    Raises:
        ServersFileWrong: the file cannot be read or does not say so.
    """
    path = file_of_servers()
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")).get("servers", {})
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ServersFileWrong(path=str(path), reason=system_reason(error)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ServersFileWrong(path=str(path), reason=tell("it is not TOML")) from error
    if not isinstance(found, dict):
        raise ServersFileWrong(path=str(path), reason=tell("[servers] is not a table"))
    for name, url in found.items():
        if not _NAME.fullmatch(name) or name == DIRECTORY_NAME:
            raise ServersFileWrong(path=str(path), reason=tell("“{name}” cannot be a server's name", name=name))
        if not isinstance(url, str) or not _is_address(url):
            raise ServersFileWrong(path=str(path), reason=tell("{name} has no address", name=name))
    return found


def _is_address(url: str) -> bool:
    try:
        return bool(conninfo.conninfo_to_dict(url))
    except Exception:  # psycopg gives libpq's own words, which are in the system's language
        return False


def known_servers(directory_url: str) -> tuple[Server, ...]:
    """Every server that is named, the directory first; a further one that is new gets its number.

    Raises:
        ServersFileWrong: the file that names them is wrong.
        ServerUnknown: a server that has shops is not named any more.
    """
    urls = named_servers()
    known = directory.load_servers()
    if not urls and not known:
        return (Server(DIRECTORY_NUMBER, DIRECTORY_NAME, directory_url),)
    numbers = directory.number_servers([DIRECTORY_NAME, *urls])
    for name in sorted(directory.servers_with_shops() - urls.keys() - {DIRECTORY_NAME}):
        raise ServerUnknown(name=name, known=(DIRECTORY_NAME, *urls))
    further = sorted((numbers[name], name, url) for name, url in urls.items())
    assert not further or further[-1][0] < MOST_SERVERS, "ids of a server beyond are not exact in JSON"
    return (
        Server(DIRECTORY_NUMBER, DIRECTORY_NAME, directory_url),
        *(Server(number, name, url) for number, name, url in further),
    )


def settle_in(server: Server) -> None:
    """Let the server on the current connection know its name, and give out ids of its own range.

    Raises:
        ServerMistaken: it knows itself by another name.
        ServerTaken: it has shops and was no server before.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT number, name FROM project_server ORDER BY number")
        own = cursor.fetchall()
        if not own:
            cursor.execute("SELECT EXISTS (SELECT FROM tenancy_shop)")
            if cursor.fetchone()[0]:
                raise ServerTaken(name=server.name)
            cursor.execute("INSERT INTO project_server VALUES (%s, %s)", [server.number, server.name])
        elif own != [(server.number, server.name)]:
            raise ServerMistaken(name=server.name, found=own[0][1])
        cursor.execute(_RAISE_IDS, {"first": server.number * IDS_PER_SERVER})
