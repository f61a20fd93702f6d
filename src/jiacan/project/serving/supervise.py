"""Keeps the server's child processes alive until it is asked to stop."""

from __future__ import annotations

import logging
import os
import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic

from jiacan.project.serving.part import GRACE_SECONDS

FIRST_BACKOFF_SECONDS = 0.2
LONGEST_BACKOFF_SECONDS = 10.0
WELL_AFTER_SECONDS = 30.0
_LOOK_EVERY_SECONDS = 0.1

_log = logging.getLogger("jiacan.supervisor")


@dataclass
class Child:
    """A process that is to be there: what starts it, and how often of late it did not live."""

    name: str
    command: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    backoff_seconds: float = field(default=FIRST_BACKOFF_SECONDS)


class Supervisor:
    """Starts children, starts them again with growing pauses when they die, and stops them."""

    def __init__(
        self,
        children: Mapping[str, tuple[str, ...]],
        *,
        environment: Mapping[str, str],
        on_death: Callable[[int], object],
        each_turn: Callable[[], object],
    ) -> None:
        self._children = [Child(name, command) for name, command in children.items()]
        self._environment = dict(environment)
        self._on_death = on_death
        self._each_turn = each_turn

    def watch(self, until: threading.Event) -> None:
        """Keep every child alive until the event is set; then stop them all."""
        try:
            while not until.is_set():
                for child in self._children:
                    self._look_at(child)
                self._each_turn()
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
            child.process = None
            child.start_again_at = now + child.backoff_seconds
            child.backoff_seconds = min(child.backoff_seconds * 2, LONGEST_BACKOFF_SECONDS)

    def _start(self, child: Child) -> None:
        # In a session of its own, so that Ctrl-C reaches only us; its standard input ends with us, and it then stops.
        child.process = subprocess.Popen(  # noqa: S603 - the commands are our own
            child.command, stdin=subprocess.PIPE, env={**os.environ, **self._environment}, start_new_session=True
        )
        child.started_at = monotonic()
        _log.info("a part started", extra={"part": child.name, "pid": child.process.pid})

    def _stop(self) -> None:
        alive = [child.process for child in self._children if child.process is not None]
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
            if process.stdin is not None:
                process.stdin.close()
