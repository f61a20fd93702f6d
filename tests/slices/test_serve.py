"""`jiacan serve`: what it starts, what it says, what it survives, and how it ends."""

from __future__ import annotations

import os
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slices.commands import jiacan
from tests.slices.served import Served, free_port, serving, until

pytestmark = pytest.mark.django_db

LINK = re.compile(r"http://127\.0\.0\.1:\d+/start/\S+")


@pytest.fixture
def served(tmp_path: Path, test_database_url: str) -> Iterator[Served]:
    """A server on the test database."""
    with serving(tmp_path, database_url=test_database_url) as running:
        yield running


def test_a_server_is_alive_ready_and_counted_and_stops_with_nothing_left_behind(served: Served):
    assert served.get("/health").json() == {"alive": True}
    assert served.get("/ready").json() == {
        "ready": True,
        "database": True,
        "migrations": True,
        "worker": True,
        "static": True,
    }
    counted = served.get("/metrics").text
    assert 'jiacan_requests_total{method="GET",route="health",status="200"} 1.0' in counted
    assert 'jiacan_queue_jobs{state="waiting"}' in counted
    assert "jiacan_open_streams" in counted

    parts = [served.pid("web-1"), served.pid("worker")]
    assert served.stop() == 0
    assert not any(_lives(pid) for pid in parts)
    with socket.socket() as again:
        again.bind(("127.0.0.1", served.port))


def test_the_link_for_the_first_owner_is_printed_once_opens_a_page_and_is_never_logged(served: Served):
    (link,) = LINK.findall("\n".join(served.said))
    path = link.removeprefix(served.url)
    page = served.get(path)
    assert page.status_code == 200
    assert served.get("/start/jia_of-nobody").status_code == 410
    assert served.stop(signal.SIGINT) == 0
    links = [(each["route"], each["status"]) for each in served.records("request")]
    assert links == [("start/<str:secret>", 200), ("start/<str:secret>", 410)]
    log = "\n".join(served.log)
    assert path.rsplit("/", 1)[1] not in log
    assert "jia_of-nobody" not in log


@pytest.mark.parametrize("part", ["web-1", "worker"])
def test_a_part_that_is_killed_is_back_within_ten_seconds(served: Served, part: str):
    killed = served.pid(part)
    os.kill(killed, signal.SIGKILL)
    until(lambda: served.pid(part) != killed and served.is_ready(), seconds=10)
    (said,) = served.records("a part died and is started again")
    assert (said["part"], said["exit_code"]) == (part, -signal.SIGKILL)
    assert served.stop() == 0


def test_no_part_outlives_a_server_that_is_killed_and_the_next_one_starts(tmp_path: Path, test_database_url: str):
    with serving(tmp_path, database_url=test_database_url) as first:
        parts = [first.pid("web-1"), first.pid("worker")]
        first.process.kill()
        until(lambda: not any(_lives(pid) for pid in parts), seconds=10)
    with serving(tmp_path, database_url=test_database_url) as second:
        assert second.is_ready()
        assert second.stop() == 0


def test_the_embedded_database_is_started_kept_alive_and_stopped(tmp_path: Path):
    tmp_path.chmod(0o755)
    with serving(tmp_path) as served:
        postmaster = int((tmp_path / "postgres" / "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGKILL)
        until(lambda: not _lives(postmaster))
        until(served.is_ready, seconds=10)
        assert served.get("/account/login/").status_code == 200
        assert served.stop() == 0
        assert not (tmp_path / "postgres" / "postmaster.pid").exists()


def test_static_files_are_served_hashed_compressed_and_for_ever(served: Served):
    (path,) = set(re.findall(r"/static/console/[\w.-]+\.css", served.get("/account/login/").text)[:1])
    assert re.search(r"\.[0-9a-f]{12}\.css$", path)
    asked = served.get(path, **{"Accept-Encoding": "br"})
    assert asked.status_code == 200
    assert asked.headers["Content-Encoding"] == "br"
    assert "immutable" in asked.headers["Cache-Control"]
    assert "max-age=315360000" in asked.headers["Cache-Control"]


def test_a_request_carries_the_id_it_came_with_or_a_new_one(served: Served):
    assert served.get("/health", **{"X-Request-ID": "from-the-proxy-1"}).headers["X-Request-ID"] == "from-the-proxy-1"
    made = served.get("/health", **{"X-Request-ID": "spaces and ; more"}).headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{16}", made)
    served.get("/account/login/?email=someone@shop.example", **{"X-Request-ID": "a-login-page"})
    until(lambda: any(each["request_id"] == "a-login-page" for each in served.records("request")), seconds=5)
    assert "someone@shop.example" not in "\n".join(served.log)


def test_what_is_counted_is_for_this_machine_or_for_whoever_has_the_token(tmp_path: Path, test_database_url: str):
    token = {"JIACAN_METRICS_TOKEN": "a-token-for-the-meter"}
    with serving(tmp_path, database_url=test_database_url, **token) as served:
        assert served.get("/metrics").status_code == 200
        through_a_proxy = {"X-Forwarded-For": "203.0.113.9"}
        assert served.get("/metrics", **through_a_proxy).status_code == 403
        assert served.get("/metrics", **through_a_proxy, Authorization="Bearer another").status_code == 403
        known = served.get("/metrics", **through_a_proxy, Authorization="Bearer a-token-for-the-meter")
        assert known.status_code == 200


def test_a_port_that_is_taken_is_refused_in_words(tmp_path: Path, test_database_url: str):
    port = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        said = _refused(tmp_path, test_database_url, "--port", port)
    assert f"Cannot listen on 127.0.0.1, port {port}: Address already in use. Name another port by --port" in said


def test_a_second_server_on_the_same_home_is_refused_in_words(served: Served, tmp_path: Path, test_database_url: str):
    said = _refused(tmp_path, test_database_url, "--port", free_port())
    assert f"A server is running already on {tmp_path}. Stop it first" in said
    assert served.is_ready()


def test_a_home_that_is_a_file_is_refused_in_words(tmp_path: Path, test_database_url: str):
    home = tmp_path / "file"
    home.write_text("")
    said = _refused(home, test_database_url, "--port", free_port())
    assert f"The server cannot keep its files in {home}: a part of its path is a file, not a folder." in said


def test_the_secret_key_is_made_once_and_for_its_owner_only(tmp_path: Path, test_database_url: str):
    keys = []
    for _ in range(2):
        with serving(tmp_path, database_url=test_database_url) as served:
            assert served.stop() == 0
        keys.append((tmp_path / "secret-key").read_text())
    assert keys[0] == keys[1]
    assert len(keys[0]) >= 50
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600


def _refused(home: Path, database_url: str, *arguments: object) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JIACAN_HOME", str(home))
        return " ".join(jiacan("serve", *arguments, database_url=database_url, code=2).split())


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
