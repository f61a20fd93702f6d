"""A real PostgreSQL for every test that asks for one: embedded, in a folder that goes when the tests end."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.test import TransactionTestCase

import jiacan.project.start  # noqa: F401 - the tests' own process collects as seldom as those of the product
from jiacan.project import database
from tests.emptying import empty_after

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data folder is not beside the checkout")
WITH_SERVERS = ("tests/slices/", "tests/web/")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that start servers of their own: they take longest, and short ones fill up the end."""
    on_test_database = {item.path for item in items if _uses_test_database(item)}
    items.sort(key=lambda item: item.path in on_test_database or not item.nodeid.startswith(WITH_SERVERS))


def _uses_test_database(item: pytest.Item) -> bool:
    asked = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or "db" in asked or "transactional_db" in asked


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """The address of a server for this run of the tests: JIACAN_DATABASE_URL's, or an embedded one."""
    named = os.environ.get("JIACAN_DATABASE_URL")
    if named:
        yield named
        return
    with tempfile.TemporaryDirectory(prefix="jiacan-test-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        url = database.start_embedded(Path(folder))
        _hurry(url)
        yield url


def _hurry(url: str) -> None:
    """Have the server leave to the system when it writes: a test kills clients of it, and never the server."""
    with psycopg.connect(url, autocommit=True) as admin:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            admin.execute(f"ALTER SYSTEM SET {setting} = off")
        admin.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(database_url: str) -> None:
    """Point pytest-django at that server before it makes its test database."""
    database.connect(database_url)


@pytest.fixture(scope="session", autouse=True)
def tables_are_emptied_quickly() -> Iterator[None]:
    """Half a second less for each test whose rows others see."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_after)
        yield


@pytest.fixture
def test_database_url(transactional_db: None, database_url: str) -> str:
    """The test database's own address, to hand to child processes; tables are emptied after the test."""
    return database_address(database_url)


def database_address(server: str) -> str:
    """The test database's address on that server."""
    return database.conninfo.make_conninfo(server, dbname=connection.settings_dict["NAME"])
