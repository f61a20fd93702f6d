"""Three real servers: the tests' own as the directory, and two more in folders that go when the tests end."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg import conninfo

from jiacan.project import database
from jiacan.project.places import opening
from jiacan.project.places.contracts import Server

FURTHER = ("east", "west")
TEMPLATE = "empty"


@pytest.fixture(scope="session")
def further_servers(django_db_setup: None, database_url: str) -> Iterator[Mapping[str, str]]:
    """The addresses of two more servers, with a database there that has all tables and nothing in them."""
    with ExitStack() as stack:
        urls = {}
        for name in FURTHER:
            folder = Path(
                stack.enter_context(tempfile.TemporaryDirectory(prefix=f"jiacan-{name}-", ignore_cleanup_errors=True))
            )
            folder.chmod(0o755)
            urls[name] = database.start_embedded(folder)
        yield urls


@pytest.fixture
def servers(
    further_servers: Mapping[str, str], transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Mapping[str, Server]]:
    """Three servers by their names, opened in this process; the further ones are new for each test."""
    urls = {name: _new_database(url) for name, url in further_servers.items()}
    file = tmp_path / "servers.toml"
    file.write_text("[servers]\n" + "".join(f'{name} = "{url}"\n' for name, url in urls.items()))
    monkeypatch.setenv("JIACAN_SERVERS", str(file))
    before = dict(connection.settings_dict)
    opened = opening.open_servers(database.migrate)
    yield {server.name: server for server in opened}
    opening.close_servers()
    connection.settings_dict.update(before)


def _new_database(url: str) -> str:
    """A database of its own: made from one that was migrated once, which takes a moment rather than seconds."""
    with psycopg.connect(url, autocommit=True) as admin:
        known = {row[0] for row in admin.execute("SELECT datname FROM pg_database")}
        name = f"shops_{len(known)}"
        if TEMPLATE in known:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        else:
            admin.execute(f"CREATE DATABASE {TEMPLATE}")
    if TEMPLATE in known:
        return conninfo.make_conninfo(url, dbname=name)
    _migrate(conninfo.make_conninfo(url, dbname=TEMPLATE))
    return _new_database(url)


def _migrate(url: str) -> None:
    here = dict(connection.settings_dict)
    database.connect(url)
    database.migrate()
    connection.close()
    connection.settings_dict.update(here)
