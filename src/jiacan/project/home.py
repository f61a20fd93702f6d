"""Where this installation keeps what is its own."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def home() -> Path:
    """The folder that holds the embedded database and the server's files."""
    named = os.environ.get("JIACAN_HOME")
    if named:
        return Path(named).expanduser().resolve()
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/jiacan")  # root's own home is closed to the user that the server runs as
    return Path(platformdirs.user_data_dir("jiacan"))
