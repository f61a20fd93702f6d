"""Commands in processes of their own that need not read all modules first: a process that has read them forks.

Everything is read under the environment in which the tests began; a command whose environment differs in what is read
at that time has to be started anew. All forks have one seed of hashes: where two processes must not share it, one of
them is started anew as well.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NoReturn

ROOT = Path(__file__).resolve().parent.parent.parent
READ = (
    *("archive", "customer", "customers", "doctor", "draw", "ledger", "match", "plan", "profile", "receipt"),
    *("report", "run", "simulate"),
)
READ_LATER = {"JIACAN_DATABASE_URL", "JIACAN_HOME", "JIACAN_LANG"}
BEGAN = dict(os.environ)
MOST_BYTES = 1 << 17


@dataclass
class Forked:
    """A command that runs or ran: as much of `subprocess.Popen` as the tests ask of it."""

    pid: int
    ended: socket.socket
    out: IO[str]
    err: IO[str]
    returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit code, if it has ended; a signal's number below zero."""
        return self._end(0)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code; raises TimeoutExpired if it has none by then."""
        if (code := self._end(timeout)) is None:
            raise subprocess.TimeoutExpired(f"jiacan ({self.pid})", timeout or 0)
        return code

    def kill(self) -> None:
        """End it where it stands."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """What it printed and what it complained of, when it has ended."""
        self.wait(timeout)
        with self.out, self.err:
            self.out.seek(0)
            self.err.seek(0)
            return self.out.read(), self.err.read()

    def _end(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self.ended], [], [], timeout)[0]:
            with self.ended:
                self.returncode = int(self.ended.recv(MOST_BYTES))
        return self.returncode


def fork(arguments: Sequence[str], *, environment: Mapping[str, str], folder: Path) -> Forked:
    """Begin `jiacan` with those arguments, environment and folder."""
    ended, told = socket.socketpair(type=socket.SOCK_SEQPACKET)
    out, err = TemporaryFile("w+", encoding="utf-8"), TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
    asked = json.dumps([list(arguments), dict(environment), str(folder)]).encode()
    with told:
        socket.send_fds(_forking(), [asked], [told.fileno(), out.fileno(), err.fileno()])
    return Forked(int(ended.recv(MOST_BYTES)), ended, out, err)


def can_fork(arguments: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Whether the command is one that was read, under settings like its own."""
    return arguments[0] in READ and _settings(environment) == _settings(BEGAN)


def _settings(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value for name, value in environment.items() if name.startswith("JIACAN_") and name not in READ_LATER
    }


@cache
def _forking() -> socket.socket:
    """The way to the process that forks, which ends when that is closed."""
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    with theirs:
        forking = subprocess.Popen(
            [sys.executable, "-c", f"from tests.slices.forking import serve; serve({theirs.fileno()})"],
            cwd=ROOT,
            env=BEGAN,
            pass_fds=[theirs.fileno()],
        )
    atexit.register(forking.wait)
    atexit.register(ours.close)
    return ours


def serve(asking: int) -> None:
    """Read the commands and fork for whatever is asked, until nothing more can be."""
    for name in ("project.start", "project.cli", *(f"project.commands.{each}" for each in READ)):
        importlib.import_module(f"jiacan.{name}")
    importlib.import_module("jiacan.offers.core.arrays.chunks").be_ready()  # loaded here, it is loaded in each fork
    gc.freeze()  # so that no collection in a fork touches, and copies, what it shares with the others
    asked = socket.socket(fileno=asking)
    while (got := socket.recv_fds(asked, MOST_BYTES, 3))[0]:
        message, descriptors = got[:2]
        if os.fork() == 0:
            asked.close()
            _watch(message, *descriptors)
        for each in descriptors:
            os.close(each)
        _bury()
    os._exit(0)


def _bury() -> None:
    while os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG):
        continue


def _watch(message: bytes, telling: int, out: int, err: int) -> NoReturn:
    """Fork once more: one is the command, the other says when that ended and how."""
    pid = os.fork()
    if pid == 0:
        os.close(telling)
        _become(*json.loads(message), out, err)
    told = socket.socket(fileno=telling)
    told.send(str(pid).encode())
    _, status = os.waitpid(pid, 0)
    told.send(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(arguments: list[str], environment: dict[str, str], folder: str, out: int, err: int) -> NoReturn:
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.closerange(3, max(out, err) + 1)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv[1:] = arguments
    code = 1
    try:
        importlib.import_module("jiacan.project.cli").main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
