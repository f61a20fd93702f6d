"""The whole server: database, static files, web processes and worker, from start to graceful stop."""

from __future__ import annotations

import json
import logging
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import monotonic

from django.conf import settings
from django.db import connection
from fasteners import InterProcessLock

from jiacan.kernel.errors import system_reason
from jiacan.project import database
from jiacan.project.places.opening import opened_servers, tell_children
from jiacan.project.serving.errors import HomeNotWritable, NotReady, PortTaken, ServerRunning
from jiacan.project.serving.parts import forget_parts, write_parts
from jiacan.project.serving.secret import keep_secret_key
from jiacan.project.serving.static import collect
from jiacan.project.serving.supervise import Supervisor

READY_SECONDS = 120
DATABASE_LOOK_SECONDS = 0.2
WEBS_A_WRITER = 2
"""An order costs a web process about twice what it costs a writer."""
METRICS_FOLDER = "metrics"
EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared with, not listened on

_log = logging.getLogger("jiacan.supervisor")


@dataclass(frozen=True, slots=True)
class Listen:
    """Where the server listens, and with how many web processes."""

    host: str
    port: int
    workers: int

    @property
    def local_url(self) -> str:
        """The address as it is reached from this machine."""
        host = "127.0.0.1" if self.host in EVERYWHERE else self.host
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def url(self) -> str:
        """The address that people are given: JIACAN_URL's where there is one."""
        return settings.PUBLIC_URL or self.local_url


@contextmanager
def running_server(
    listen: Listen, home: Path, *, open_database: Callable[[], None] = database.open_database
) -> Iterator[threading.Event]:
    """Start everything and wait until it is ready; gives an event that is set by SIGTERM or Ctrl-C.

    When the block ends, requests, streams and jobs end first, and then the database if nobody else uses it.

    Raises:
        JiacanError: the port is taken, the home cannot be written or has a server already, or nothing answers.
    """
    stop = threading.Event()
    # A socket's address must be short, which a home's need not be; nobody else may enter the folder.
    with _signals(stop), _own_home(home), tempfile.TemporaryDirectory(prefix="jiacan-") as sockets:
        _refuse_taken_port(listen)
        open_database()
        supervisor = Supervisor(
            _roles(listen, home, Path(sockets)),
            command=(sys.executable, "-c", "from jiacan.project.serving.standby import main; main()"),
            environment=_environment(listen, home),
            on_death=lambda pid: _forget_gauges(home / METRICS_FOLDER, pid),
            on_change=lambda parts: write_parts(home, parts),
        )
        connection.close()
        ended = threading.Event()
        # Each on a thread of its own: a database that recovers for long must not keep a part from being started.
        watching = [
            threading.Thread(target=supervisor.watch, args=(ended,), name="supervisor"),
            threading.Thread(target=_keep_database, args=(ended,), name="database-keeper"),
        ]
        for thread in watching:
            thread.start()
        try:
            _wait_until_ready(listen, stop)
            supervisor.keep_standbys(settings.STANDBYS)
            yield stop
        finally:
            ended.set()
            for thread in watching:
                thread.join()
            forget_parts(home)


def _roles(listen: Listen, home: Path, sockets: Path) -> dict[str, tuple[str, ...]]:
    """What each part is told: its name and its server's home, what it is, and how."""
    count = -(-listen.workers // WEBS_A_WRITER) if settings.GROUP_COMMIT else 0
    writers = {f"writer-{number}": str(sockets / str(number)) for number in range(1, count + 1)}
    web = ("web", "--host", listen.host, "--port", str(listen.port), "--writers", *writers.values())
    kinds: dict[str, tuple[str, ...]] = {name: ("writer", "--address", at) for name, at in writers.items()}
    kinds |= {**{f"web-{number}": web for number in range(1, listen.workers + 1)}, "worker": ("worker",)}
    for server in opened_servers()[1:]:
        kinds[f"worker-{server.name}"] = ("worker", "--at", server.name)
    return {name: (name, str(home), *kind) for name, kind in kinds.items()}


def _environment(listen: Listen, home: Path) -> Mapping[str, str]:
    """What the children are told."""
    counted = home / METRICS_FOLDER
    shutil.rmtree(counted, ignore_errors=True)
    counted.mkdir()
    return {
        "DJANGO_SETTINGS_MODULE": "jiacan.project.settings",
        "JIACAN_DATABASE_URL": database.current_url(),
        "JIACAN_HOSTS": ",".join(_hosts(listen)),
        "JIACAN_SECRET_KEY": keep_secret_key(home),
        "JIACAN_STATIC_ROOT": str(collect(home)),
        "PROMETHEUS_MULTIPROC_DIR": str(counted),
        "PYTHONUNBUFFERED": "1",
    } | tell_children()


def _hosts(listen: Listen) -> list[str]:
    if listen.host not in EVERYWHERE:
        here = [f"[{listen.host}]" if ":" in listen.host else listen.host]
    else:
        here = [socket.gethostname()]
        with suppress(OSError):
            here += sorted({str(found[4][0]) for found in socket.getaddrinfo(here[0], None, socket.AF_INET)})
    return list(dict.fromkeys([*settings.ALLOWED_HOSTS, *here]))


def _keep_database(until: threading.Event) -> None:
    """Start the embedded database again when it is gone; a named server has keepers of its own."""
    while not until.wait(DATABASE_LOOK_SECONDS):
        try:
            database.keep_embedded()
        except Exception:
            # Whoever starts it gives up after ten seconds; after much work it recovers for longer. Then look again.
            _log.exception("the database could not be started yet")


def _forget_gauges(folder: Path, pid: int) -> None:
    """What a process that died had open is open no more; its counts stay."""
    for file in folder.glob(f"gauge_live*_{pid}.db"):
        file.unlink(missing_ok=True)


@contextmanager
def _own_home(home: Path) -> Iterator[None]:
    lock = InterProcessLock(home / "serve.lock")
    try:
        home.mkdir(parents=True, exist_ok=True)
        is_ours = lock.acquire(blocking=False)
    except OSError as error:
        raise HomeNotWritable(home=str(home), reason=system_reason(error)) from error
    if not is_ours:
        raise ServerRunning(home=str(home))
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _signals(stop: threading.Event) -> Iterator[None]:
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _refuse_taken_port(listen: Listen) -> None:
    # Web processes share the port among themselves, so only this look finds out that somebody else has it.
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(listen.host, listen.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as look:
            look.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            look.bind(address)
            look.listen()
    except (OSError, OverflowError) as error:
        raise PortTaken(
            host=listen.host, port=listen.port, reason=getattr(error, "strerror", "") or str(error)
        ) from error


def _wait_until_ready(listen: Listen, stop: threading.Event) -> None:
    give_up_at = monotonic() + READY_SECONDS
    while not stop.is_set() and not _is_ready(listen):
        if monotonic() > give_up_at:
            raise NotReady(seconds=READY_SECONDS)
        stop.wait(0.1)


def _is_ready(listen: Listen) -> bool:
    asking = HTTPConnection("127.0.0.1" if listen.host in EVERYWHERE else listen.host, listen.port, timeout=5)
    try:
        # A name that is allowed whatever the address listened on.
        asking.request("GET", "/ready", headers={"Host": "localhost"})
        return bool(json.load(asking.getresponse())["ready"])
    except (OSError, HTTPException, ValueError, KeyError):
        return False
    finally:
        asking.close()
