"""Keeps the server's child processes alive until it is asked to stop."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic

from jiacan.project.serving.part import GRACE_SECONDS
from jiacan.project.serving.parts import STANDBY

FIRST_BACKOFF_SECONDS = 0.1
LONGEST_BACKOFF_SECONDS = 4.0
"""With the time that a part takes to read its modules, less than ten seconds: what dies at once is tried as often."""
WELL_AFTER_SECONDS = 10.0
_LOOK_EVERY_SECONDS = 0.05

_log = logging.getLogger("jiacan.supervisor")


@dataclass
class Child:
    """A process that is to be there: which part it is, and how often of late it did not live."""

    name: str
    role: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    backoff_seconds: float = field(default=FIRST_BACKOFF_SECONDS)


class Supervisor:
    """Starts parts, starts them again with growing pauses when they die, and stops them.

    Every process is started by the same command and told on its standard input which part it is; one that was not
    told stands by, and becomes whichever part is missing next.
    """

    def __init__(
        self,
        roles: Mapping[str, tuple[str, ...]],
        *,
        command: Sequence[str],
        environment: Mapping[str, str],
        on_death: Callable[[int], object],
        on_change: Callable[[Mapping[str, int]], object],
    ) -> None:
        self._parts = [Child(name, role) for name, role in roles.items()]
        self._standbys: list[Child] = []
        self._command = tuple(command)
        self._environment = dict(environment)
        self._on_death = on_death
        self._on_change = on_change

    def keep_standbys(self, count: int) -> None:
        """From now on, have so many more processes than parts; until then they would only slow the parts' start."""
        self._standbys = [Child(f"{STANDBY}-{number}", ()) for number in range(1, count + 1)]

    def watch(self, until: threading.Event) -> None:
        """Keep every part alive until the event is set; then stop them all."""
        try:
            while not until.is_set():
                for part in self._parts:
                    self._look_at(part)
                for standby in self._standbys:
                    self._look_at(standby)
                until.wait(_LOOK_EVERY_SECONDS)
        finally:
            self._stop()

    def _look_at(self, child: Child) -> None:
        now = monotonic()
        if child.process is None:
            if now >= child.start_again_at:
                self._start(child)
        elif (exit_code := child.process.poll()) is not None:
            self._on_death(child.process.pid)
            if now - child.started_at > WELL_AFTER_SECONDS:
                child.backoff_seconds = FIRST_BACKOFF_SECONDS
            _log.error(
                "a part died and is started again",
                extra={"part": child.name, "exit_code": exit_code, "backoff_seconds": child.backoff_seconds},
            )
            _close_input(child.process)
            child.process = None
            child.start_again_at = now + child.backoff_seconds
            child.backoff_seconds = min(child.backoff_seconds * 2, LONGEST_BACKOFF_SECONDS)

    def _start(self, child: Child) -> None:
        child.process = self._from_standby() if child.role else None
        stood_by = child.process is not None
        child.process = child.process or self._begin_process()
        child.started_at = monotonic()
        _log.info("a part started", extra={"part": child.name, "pid": child.process.pid, "stood_by": stood_by})
        self._on_change(self._processes())
        if child.role and not _tell(child.process, child.role):
            _log.error("a part died before it was told what to be", extra={"pid": child.process.pid})

    def _processes(self) -> dict[str, int]:
        children = (*self._parts, *self._standbys)
        return {child.name: child.process.pid for child in children if child.process is not None}

    def _begin_process(self) -> subprocess.Popen[bytes]:
        # In a session of its own, so that Ctrl-C reaches only us; its standard input ends with us, and it then stops.
        return subprocess.Popen(  # noqa: S603 - the command is our own
            self._command, stdin=subprocess.PIPE, env={**os.environ, **self._environment}, start_new_session=True
        )

    def _from_standby(self) -> subprocess.Popen[bytes] | None:
        """The process that has stood by for longest, if one lives; another one is begun in its place."""
        alive = [each for each in self._standbys if each.process is not None and each.process.poll() is None]
        if not alive:
            return None
        longest = min(alive, key=lambda each: each.started_at)
        process, longest.process = longest.process, None
        return process

    def _stop(self) -> None:
        alive = [child.process for child in (*self._parts, *self._standbys) if child.process is not None]
        for process in alive:
            process.terminate()
        give_up_at = monotonic() + GRACE_SECONDS
        for process in alive:
            try:
                process.wait(max(0.0, give_up_at - monotonic()))
            except subprocess.TimeoutExpired:
                _log.error("a part did not stop in time and was ended", extra={"pid": process.pid})
                process.kill()
                process.wait()
            _close_input(process)


def _tell(process: subprocess.Popen[bytes], role: Sequence[str]) -> bool:
    """Say which part the process is to be; False where it died meanwhile, which the next look finds out."""
    assert process.stdin is not None
    try:
        process.stdin.write(json.dumps(role).encode() + b"\n")
        process.stdin.flush()
    except BrokenPipeError:
        return False
    return True


def _close_input(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    try:
        process.stdin.close()
    except BrokenPipeError:
        _log.debug("what was left to say was not heard", extra={"pid": process.pid})
