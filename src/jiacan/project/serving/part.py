"""What the server's child processes share: how they begin, and that none of them outlives its parent."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path

from jiacan.project import database
from jiacan.project.places.opening import use_parents_servers
from jiacan.project.serving import logs, profiling

GRACE_SECONDS = 8
"""A child that was asked to stop has this long for what it is doing."""
LOOK_SECONDS = 0.5

_log = logging.getLogger("jiacan.part")


def begin(name: str, home: Path) -> None:
    """Set up the part's log and its database, have it stop when its parent is gone, and answer requests for profiles.

    Args:
        name: which part it is, such as `web-1`.
        home: the server's folder.
    """
    logs.configure(name)
    os.environ["PGAPPNAME"] = f"jiacan {name}"  # by which the database's list of connections tells parts apart
    threading.Thread(target=_stop_without_parent, name="parent-watch", daemon=True).start()
    threading.Thread(target=_answer_profiles, args=(name, home), name="profiler", daemon=True).start()
    database.connect(os.environ["JIACAN_DATABASE_URL"])
    use_parents_servers()


def _stop_without_parent() -> None:
    # The parent holds the other end of standard input and writes no more to it: it ends when the parent does.
    os.read(sys.stdin.fileno(), 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)


def _answer_profiles(name: str, home: Path) -> None:
    while True:
        time.sleep(LOOK_SECONDS)
        try:
            profiling.answer(home, name)
        except Exception:
            _log.exception("a profile could not be made")
