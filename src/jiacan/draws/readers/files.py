"""Files as they lie on the disk."""

from __future__ import annotations

from pathlib import Path

from jiacan.kernel.errors import FileUnreadable, system_reason


def read_bytes(path: Path) -> bytes:
    """All of a file.

    Raises:
        FileUnreadable: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileUnreadable(str(path), system_reason(error)) from error
