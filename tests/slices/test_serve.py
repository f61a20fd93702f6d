"""`jiacan serve`: what it starts, what it says, what it survives, and how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slices.commands import jiacan
from tests.slices.served import Served, free_port, serving, until

LINK = re.compile(r"http://127\.0\.0\.1:\d+/start/\S+")


TOKEN = "a-token-for-the-meter"


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A home for servers, with a database of its own."""
    with tempfile.TemporaryDirectory(prefix="jiacan-home-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
def served(home: Path) -> Iterator[Served]:
    """A server that the tests share; whatever they kill is back before the next, and the last one kills it."""
    with serving(home, JIACAN_METRICS_TOKEN=TOKEN, JIACAN_STANDBYS="2") as running:
        yield running


def test_a_server_is_alive_ready_and_counted(served: Served):
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


def test_what_is_counted_is_for_this_machine_or_for_whoever_has_the_token(served: Served):
    through_a_proxy = {"X-Forwarded-For": "203.0.113.9"}
    assert served.get("/metrics", **through_a_proxy).status_code == 403
    assert served.get("/metrics", **through_a_proxy, Authorization="Bearer another").status_code == 403
    assert served.get("/metrics", **through_a_proxy, Authorization=f"Bearer {TOKEN}").status_code == 200


def test_the_link_for_the_first_owner_is_printed_once_opens_a_page_and_is_never_logged(served: Served):
    (link,) = LINK.findall("\n".join(served.said))
    path = link.removeprefix(served.url)
    assert served.get(path).status_code == 200
    assert served.get("/start/jia_of-nobody", **{"X-Request-ID": "the-last-of-them"}).status_code == 410
    until(lambda: any(each["request_id"] == "the-last-of-them" for each in served.records("request")))
    links = [(each["route"], each["status"]) for each in served.records("request")]
    assert links == [("start/<str:secret>", 200), ("start/<str:secret>", 410)]
    log = "\n".join(served.log)
    assert path.rsplit("/", 1)[1] not in log
    assert "jia_of-nobody" not in log


def test_static_files_are_served_hashed_compressed_and_for_ever(served: Served):
    path = re.findall(r"/static/console/[\w.-]+\.css", served.get("/account/login/").text)[0]
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


def test_a_second_server_on_the_same_home_is_refused_in_words(served: Served, home: Path):
    said = _refused(home, "--port", free_port())
    assert f"A server is running already on {home}. Stop it first" in said
    assert served.is_ready()


@pytest.mark.parametrize("part", ["web-1", "writer-1", "worker"])
def test_a_part_that_is_killed_is_started_again(served: Served, part: str):
    killed = served.pid(part)
    os.kill(killed, signal.SIGKILL)
    until(lambda: served.pid(part) != killed and served.is_ready())
    said = served.records("a part died and is started again")[-1]
    assert (said["part"], said["exit_code"]) == (part, -signal.SIGKILL)


def test_a_process_that_stands_by_takes_the_place_of_a_part_that_is_killed_and_another_one_stands_by(
    served: Served, home: Path
):
    until(lambda: len(_standbys(home)) == 2)
    standbys, killed = _standbys(home), served.pid("web-1")
    os.kill(killed, signal.SIGKILL)
    until(lambda: served.pid("web-1") != killed and served.is_ready())
    assert served.pid("web-1") in standbys
    until(lambda: len(_standbys(home)) == 2)
    assert len(_standbys(home) & standbys) == 1


def test_a_process_that_stands_by_is_replaced_when_it_is_killed_itself(served: Served, home: Path):
    until(lambda: len(_standbys(home)) == 2)
    web, killed = served.pid("web-1"), min(_standbys(home))
    os.kill(killed, signal.SIGKILL)
    until(lambda: killed not in _standbys(home) and len(_standbys(home)) == 2)
    assert served.pid("web-1") == web
    assert served.is_ready()


def test_the_embedded_database_that_is_killed_is_started_again(served: Served, home: Path):
    postmaster = _postmaster(home)
    os.kill(postmaster, signal.SIGKILL)
    until(lambda: not _lives(postmaster))
    until(served.is_ready)
    assert served.get("/account/login/").status_code == 200


def test_no_part_outlives_a_server_that_is_killed_and_the_next_one_stops_with_nothing_left_behind(
    served: Served, home: Path
):
    until(lambda: len(_standbys(home)) == 2)
    parts = [*json.loads((home / "parts.json").read_text()).values()]
    assert len(parts) == 5
    key = (home / "secret-key").read_text()
    served.process.kill()
    served.process.wait()
    until(lambda: not any(_lives(pid) for pid in parts))
    with serving(home) as second:
        parts = [second.pid("web-1"), second.pid("worker"), _postmaster(home)]
        assert _standbys(home) == set()
        assert second.stop(signal.SIGINT) == 0
        until(lambda: not any(_lives(pid) for pid in parts))
    with socket.socket() as again:
        again.bind(("127.0.0.1", second.port))
    assert (home / "secret-key").read_text() == key
    assert len(key) >= 50
    assert (home / "secret-key").stat().st_mode & 0o777 == 0o600


def test_a_port_that_is_taken_is_refused_in_words(tmp_path: Path):
    port = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        said = _refused(tmp_path, "--port", port)
    assert f"Cannot listen on 127.0.0.1, port {port}: Address already in use. Name another port by --port" in said


def test_a_home_that_is_a_file_is_refused_in_words(tmp_path: Path):
    home = tmp_path / "file"
    home.write_text("")
    said = _refused(home, "--port", free_port())
    assert f"The server cannot keep its files in {home}: a part of its path is a file, not a folder." in said


def _refused(home: Path, *arguments: object) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JIACAN_HOME", str(home))
        return " ".join(jiacan("serve", *arguments, code=2).split())


def _standbys(home: Path) -> set[int]:
    parts = json.loads((home / "parts.json").read_text())
    return {pid for name, pid in parts.items() if name.startswith("standby")}


def _postmaster(home: Path) -> int:
    return int((home / "postgres" / "postmaster.pid").read_text().split()[0])


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
