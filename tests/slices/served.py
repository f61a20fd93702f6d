"""A server in a process of its own, as its operators run it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import httpx

from tests.slices.commands import JIACAN

READY_SECONDS = 120


@dataclass
class Served:
    """A running server: its process, what it printed and what it wrote into its log."""

    process: subprocess.Popen[str]
    port: int
    said: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, **headers: str) -> httpx.Response:
        """One request, on a connection of its own."""
        with httpx.Client(trust_env=False) as client:
            return client.get(self.url + path, headers=headers, timeout=10)

    def is_ready(self) -> bool:
        """Whether the server says so."""
        try:
            return self.get("/ready").status_code == 200
        except httpx.TransportError:
            return False

    def records(self, event: str) -> list[dict]:
        """What was written down under that name."""
        return [record for record in map(_record, list(self.log)) if record.get("event") == event]

    def pid(self, part: str) -> int:
        """The process that is that part at present."""
        return [record["pid"] for record in self.records("a part started") if record["part"] == part][-1]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(20)


def _record(line: str) -> dict:
    return json.loads(line) if line.startswith("{") else {}


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as look:
        look.bind(("127.0.0.1", 0))
        return look.getsockname()[1]


def until(holds: Callable[[], bool], seconds: float = READY_SECONDS) -> None:
    """Wait until it holds; it must within so many seconds."""
    give_up_at = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < give_up_at, "it did not come to hold in time"
        time.sleep(0.05)


@contextmanager
def serving(
    home: Path, *arguments: object, database_url: str | None = None, command: str = "serve", **extra: str
) -> Iterator[Served]:
    """A server on a free port, up to the moment at which it said that it is ready; nothing stands by unless asked."""
    port = free_port()
    environment = {**os.environ, "JIACAN_LANG": "en", "JIACAN_HOME": str(home), "JIACAN_STANDBYS": "0", **extra}
    environment.pop("JIACAN_DATABASE_URL", None)
    if database_url is not None:
        environment["JIACAN_DATABASE_URL"] = database_url
    process = subprocess.Popen(
        [*JIACAN, command, "--port", str(port), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    served = Served(process, port)
    readers = [
        threading.Thread(target=_collect, args=(process.stdout, served.said)),
        threading.Thread(target=_collect, args=(process.stderr, served.log)),
    ]
    for reader in readers:
        reader.start()
    try:
        until(lambda: process.poll() is not None or any("Ctrl-C" in line for line in served.said))
        yield served
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(30)
        for reader in readers:
            reader.join()


def _collect(stream: TextIO, lines: list[str]) -> None:
    with stream:
        lines.extend(line.rstrip("\n") for line in stream)
