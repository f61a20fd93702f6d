"""The supervisor: who takes whose place, and how long it waits before it tries again."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jiacan.project.serving.supervise import LONGEST_BACKOFF_SECONDS, Supervisor
from tests.slices.served import until

PART = """
import json, os, sys, time
told = sys.stdin.readline()
if told:
    name, folder = json.loads(told)
    if name == "hopeless":
        sys.exit(3)
    with open(os.path.join(folder, name), "a") as file:
        file.write(f"{os.getpid()}\\n")
    sys.stdin.read()
"""


@contextmanager
def supervised(folder: Path, *names: str) -> Iterator[tuple[Supervisor, list[int], list[dict[str, int]]]]:
    """A supervisor of such parts, the processes whose death it has told of, and what it said the parts are."""
    died: list[int] = []
    changes: list[dict[str, int]] = []
    supervisor = Supervisor(
        {name: (name, str(folder)) for name in names},
        command=(sys.executable, "-S", "-c", PART),
        environment={},
        on_death=died.append,
        on_change=lambda parts: changes.append(dict(parts)),
    )
    ended = threading.Event()
    watching = threading.Thread(target=supervisor.watch, args=(ended,))
    watching.start()
    try:
        yield supervisor, died, changes
    finally:
        ended.set()
        watching.join()


def pids(folder: Path, name: str) -> list[int]:
    """The processes that were that part, the first one first."""
    file = folder / name
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def started(caplog: pytest.LogCaptureFixture, part: str) -> list[logging.LogRecord]:
    """What was written down about that part's starts."""
    return [each for each in caplog.records if each.msg == "a part started" and each.part.startswith(part)]


def test_nothing_stands_by_until_the_parts_are_there(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO), supervised(tmp_path, "web", "worker"):
        until(lambda: pids(tmp_path, "web") and pids(tmp_path, "worker"))
    assert started(caplog, "standby") == []
    assert [each.stood_by for each in started(caplog, "web")] == [False]


def test_whoever_dies_is_followed_by_the_process_that_has_stood_by_for_longest(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.INFO), supervised(tmp_path, "web", "worker") as (supervisor, died, changes):
        supervisor.keep_standbys(2)
        until(lambda: pids(tmp_path, "web") and pids(tmp_path, "worker") and len(started(caplog, "standby")) == 2)
        longest, (first,) = started(caplog, "standby")[0].pid, pids(tmp_path, "web")
        os.kill(first, signal.SIGKILL)
        until(lambda: len(pids(tmp_path, "web")) == 2 and len(started(caplog, "standby")) == 3)
        assert pids(tmp_path, "web") == [first, longest]
        assert died == [first]
        until(lambda: len(changes[-1]) == 4)
        _, second, third = (each.pid for each in started(caplog, "standby"))
        assert changes[-1] == {
            "web": longest,
            "worker": pids(tmp_path, "worker")[0],
            "standby-1": third,
            "standby-2": second,
        }
    assert len(pids(tmp_path, "worker")) == 1


def test_web_and_worker_that_die_together_are_both_followed_at_once(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO), supervised(tmp_path, "web", "worker") as (supervisor, _, _):
        supervisor.keep_standbys(2)
        until(lambda: pids(tmp_path, "web") and pids(tmp_path, "worker") and len(started(caplog, "standby")) == 2)
        stood_by = {each.pid for each in started(caplog, "standby")}
        for name in ("web", "worker"):
            os.kill(pids(tmp_path, name)[0], signal.SIGKILL)
        until(lambda: len(pids(tmp_path, "web")) == 2 and len(pids(tmp_path, "worker")) == 2)
    assert {pids(tmp_path, "web")[1], pids(tmp_path, "worker")[1]} == stood_by


def test_a_part_that_never_lives_is_tried_with_growing_pauses_that_stay_short_and_the_others_live(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.ERROR), supervised(tmp_path, "web", "hopeless"):
        until(lambda: len(_pauses(caplog)) == 4)
    assert _pauses(caplog)[:4] == [0.1, 0.2, 0.4, 0.8]
    assert max(_pauses(caplog)) <= LONGEST_BACKOFF_SECONDS
    assert len(pids(tmp_path, "web")) == 1


def _pauses(caplog: pytest.LogCaptureFixture) -> list[float]:
    return [each.backoff_seconds for each in caplog.records if each.msg == "a part died and is started again"]


def test_processes_that_stand_by_end_when_the_supervisor_does(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO), supervised(tmp_path, "web") as (supervisor, _, _):
        supervisor.keep_standbys(2)
        until(lambda: len(started(caplog, "standby")) == 2)
    for standby in started(caplog, "standby"):
        with pytest.raises(ProcessLookupError):
            os.kill(standby.pid, 0)
