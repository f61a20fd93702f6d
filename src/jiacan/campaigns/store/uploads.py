"""Files that were uploaded to be read once: in folders of random names, for this server's user only."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings


def new_folder() -> str:
    """The name of a new, empty folder."""
    name = secrets.token_hex(16)
    settings.UPLOADS.mkdir(parents=True, exist_ok=True, mode=0o700)
    path_of(name).mkdir(mode=0o700)
    return name


def path_of(folder: str) -> Path:
    """Where the folder is."""
    return Path(settings.UPLOADS) / folder


def keep(folder: str, name: str, chunks: Iterable[bytes]) -> None:
    """Write a file into the folder."""
    with os.fdopen(os.open(path_of(folder) / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for chunk in chunks:
            file.write(chunk)


def find(folder: str, stem: str) -> Path | None:
    """The folder's file of that name, whatever its ending."""
    return next(iter(sorted(path_of(folder).glob(f"{stem}.*"))), None)


def forget(folder: str, *stems: str) -> None:
    """Delete those files of the folder; all of it where none is named."""
    if not stems:
        shutil.rmtree(path_of(folder), ignore_errors=True)
    for stem in stems:
        for path in path_of(folder).glob(f"{stem}.*"):
            path.unlink(missing_ok=True)


def forget_older(than: datetime) -> int:
    """Delete every folder that was made before; says how many."""
    if not settings.UPLOADS.is_dir():
        return 0
    old = [path for path in settings.UPLOADS.iterdir() if path.stat().st_mtime < than.timestamp()]
    for path in old:
        shutil.rmtree(path, ignore_errors=True)
    return len(old)
