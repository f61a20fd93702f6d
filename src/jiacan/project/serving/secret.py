"""The key that sessions and links are signed with: made once, kept in the home, readable by its owner only."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

SECRET_FILE = "secret-key"  # noqa: S105 - the file's name
OWNER_ONLY = 0o600


def keep_secret_key(home: Path) -> str:
    """The key of this home, made if there is none yet; JIACAN_SECRET_KEY goes before it."""
    named = os.environ.get("JIACAN_SECRET_KEY")
    if named:
        return named
    path = home / SECRET_FILE
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text().strip()
