"""`jiacan profile`: a running part says where it spends its time, to whoever owns its home."""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from jiacan.project.serving import profiling
from jiacan.project.serving.profiling import Asked
from tests.slices.commands import jiacan
from tests.slices.served import Served, serving


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A home for one server."""
    with tempfile.TemporaryDirectory(prefix="jiacan-home-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
def served(home: Path) -> Iterator[Served]:
    """The server."""
    with serving(home) as running:
        yield running


def test_a_running_part_is_profiled_without_being_started_again(
    served: Served, home: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("JIACAN_HOME", str(home))
    pids = json.loads((home / "parts.json").read_text())
    ended = threading.Event()
    asking = threading.Thread(target=_ask_for_pages, args=(served, ended))
    asking.start()
    try:
        told = json.loads(jiacan("profile", "1", "--part", "web-1", "--json"))
    finally:
        ended.set()
        asking.join()
    profile = json.loads(Path(told["file"]).read_text())
    assert Path(told["file"]).parent == home / "profiles"
    assert told["seconds_by_function"]
    threads = {each["name"] for each in profile["profiles"]}
    assert any(name.startswith("page") for name in threads)
    frames = profile["shared"]["frames"]
    assert any(each["file"] == "jiacan/project/serving/requests.py" for each in frames)
    assert not any(each["file"].startswith("/") for each in frames)
    assert json.loads((home / "parts.json").read_text())["web-1"] == pids["web-1"]


def test_the_worker_is_profiled_too(served: Served, home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("JIACAN_HOME", str(home))
    said = jiacan("profile", "0.3", "--part", "worker")
    assert "Where worker was" in said
    assert "speedscope" in said


def test_a_part_that_is_not_there_is_named_with_those_that_are(
    served: Served, home: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("JIACAN_HOME", str(home))
    assert "The server has no part web-7; it has web-1, worker, writer-1." in jiacan(
        "profile", "1", "--part", "web-7", code=2
    )


def test_without_a_server_there_is_nothing_to_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("JIACAN_HOME", str(tmp_path))
    assert f"No server runs in {tmp_path}." in jiacan("profile", "1", code=2)


def test_the_folder_of_profiles_is_its_owners_alone_and_an_answer_stays_within_it(tmp_path: Path):
    profiling.ask(tmp_path, Asked("web-1", 0.02, "../outside.json"))
    profiling.answer(tmp_path, "web-1")
    assert (tmp_path / "profiles").stat().st_mode & 0o777 == 0o700
    assert [path.name for path in (tmp_path / "profiles").iterdir()] == ["outside.json"]
    assert not (tmp_path / "outside.json").exists()


def test_nothing_is_looked_at_unless_it_is_asked_for(tmp_path: Path):
    profiling.answer(tmp_path, "web-1")
    profiling.ask(tmp_path, Asked("worker", 0.02, "worker.json"))
    profiling.answer(tmp_path, "web-1")
    assert not (tmp_path / "profiles" / "worker.json").exists()


def test_a_busy_thread_is_seen_where_it_is_busy_and_a_waiting_one_is_left_out(tmp_path: Path):
    ended = threading.Event()
    threads = [threading.Thread(target=_spin, args=(ended,), name="busy"), threading.Thread(target=ended.wait)]
    for thread in threads:
        thread.start()
    try:
        written = profiling.ask(tmp_path, Asked("web-1", 0.3, "it.json"))
        profiling.answer(tmp_path, "web-1")
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    profile = json.loads(written.read_text())
    assert any(each["name"] == "busy" for each in profile["profiles"])
    spent = {place.split(" ")[0]: seconds for place, seconds in profiling.heaviest(written, 100)}
    assert spent["_spin"] > 0.1
    assert "Event.wait" not in spent


def _spin(ended: threading.Event) -> None:
    while not ended.is_set():
        sum(range(1000))


def _ask_for_pages(served: Served, ended: threading.Event) -> None:
    while not ended.is_set():
        served.get("/account/login/")
