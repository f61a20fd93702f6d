"""What the server's child processes share: how they begin, and that none of them outlives its parent."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

from jiacan.project import database
from jiacan.project.serving import logs

GRACE_SECONDS = 8
"""A child that was asked to stop has this long for what it is doing."""


def begin(name: str) -> None:
    """Set up the child's log and its database, and have it stop when its parent is gone."""
    logs.configure(name)
    threading.Thread(target=_stop_without_parent, daemon=True).start()
    database.connect(os.environ["JIACAN_DATABASE_URL"])


def _stop_without_parent() -> None:
    # The parent holds the other end of standard input and never writes to it: it ends when the parent does.
    os.read(sys.stdin.fileno(), 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)
