"""Which processes a running server is made of, for whoever looks from outside: kept in a file of its home."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

PARTS_FILE = "parts.json"
STANDBY = "standby"


def write_parts(home: Path, parts: Mapping[str, int]) -> None:
    """Say which process each part is now; never half said."""
    unfinished = home / f"{PARTS_FILE}.new"
    unfinished.write_text(json.dumps(dict(parts)))
    unfinished.replace(home / PARTS_FILE)


def forget_parts(home: Path) -> None:
    """Say that no server runs."""
    (home / PARTS_FILE).unlink(missing_ok=True)


def read_parts(home: Path) -> dict[str, int]:
    """The parts that live, by name; a server that was killed may have left a file that names others."""
    with suppress(OSError, ValueError):
        known = json.loads((home / PARTS_FILE).read_text())
        return {str(name): int(pid) for name, pid in known.items() if _lives(int(pid))}
    return {}


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
