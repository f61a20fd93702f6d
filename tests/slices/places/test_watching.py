"""Whoever watches sees every server: figures are added, and the doctor names the one that is not well."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg import conninfo

from jiacan.project.doctor.examine import examine_database
from jiacan.project.doctor.findings import Finding, Level, Limits
from jiacan.project.places.contracts import Server
from tests.slices.test_serve_metrics import figure

pytestmark = pytest.mark.django_db(transaction=True)

JOB = "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('upkeep', 'webhooks.tidy', '{}')"


@pytest.fixture(autouse=True)
def nothing_waits(servers: Mapping[str, Server]) -> None:
    """Jobs that other tests put off wait in the directory's database for ever."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def wrong() -> list[Finding]:
    """What the doctor finds wrong, wherever it is."""
    found = examine_database(Path("/nowhere"), full=False, limits=Limits(), now=lambda: datetime.now(UTC))
    return [each for each in found if each.level is Level.WRONG and each.check != "settings"]


def test_figures_of_all_servers_are_added_and_the_doctor_names_the_one_that_lags(servers: Mapping[str, Server]):
    assert wrong() == []
    waiting = figure("jiacan_queue_jobs", state="waiting")
    with psycopg.connect(servers["east"].url, autocommit=True) as east:
        east.execute(JOB)
        east.execute(JOB)
    with psycopg.connect(servers["west"].url, autocommit=True) as west:
        west.execute(JOB)
        west.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert figure("jiacan_queue_jobs", state="waiting") - waiting == 3
    assert [(each.check, str(each.says)) for each in wrong()] == [
        ("worker", "On east: No worker gives a sign of life; jobs that are due: 2.")
    ]


def test_a_server_that_does_not_answer_is_named_and_the_others_are_looked_at(servers: Mapping[str, Server]):
    name = conninfo.conninfo_to_dict(servers["west"].url)["dbname"]
    elsewhere = conninfo.make_conninfo(servers["west"].url, dbname="postgres")
    with psycopg.connect(elsewhere, autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        try:
            admin.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [name])
            (finding,) = wrong()
            assert (figure("jiacan_database_up"), figure("jiacan_database_up")) == (0, 0)
        finally:
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    assert finding.check == "database"
    assert str(finding.says).startswith("On west: The database does not answer: ")
    assert wrong() == []
    assert figure("jiacan_database_up") == 1
