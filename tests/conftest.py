"""A real PostgreSQL for every test that asks for one: embedded, in a folder that goes when the tests end."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from jiacan.project import database

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data folder is not beside the checkout")


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """The address of a server for this run of the tests: JIACAN_DATABASE_URL's, or an embedded one."""
    named = os.environ.get("JIACAN_DATABASE_URL")
    if named:
        yield named
        return
    with tempfile.TemporaryDirectory(prefix="jiacan-test-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield database.start_embedded(Path(folder))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(database_url: str) -> None:
    """Point pytest-django at that server before it makes its test database."""
    database.connect(database_url)


@pytest.fixture
def test_database_url(transactional_db: None, database_url: str) -> str:
    """The test database's own address, to hand to child processes; tables are emptied after the test."""
    return f"{database.conninfo.make_conninfo(database_url, dbname=connection.settings_dict['NAME'])}"
