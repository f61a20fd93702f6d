"""The static files as they are served: hashed names, compressed, in a folder of the home for each state of them."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test.utils import override_settings

from jiacan import __version__

HASHED_STORAGE = "whitenoise.storage.CompressedManifestStaticFilesStorage"
MANIFEST = "staticfiles.json"


def collect(home: Path) -> Path:
    """The folder that holds the static files of this version, filled if it is new; those of other versions go."""
    folder = home / "static"
    wanted = folder / f"{__version__}-{_fingerprint()}"
    if not (wanted / MANIFEST).is_file():
        # A folder that was not finished must not pass for one that was.
        unfinished = folder / "unfinished"
        shutil.rmtree(folder, ignore_errors=True)
        _fill(unfinished)
        unfinished.rename(wanted)
    return wanted


def _fill(folder: Path) -> None:
    storages = {**settings.STORAGES, "staticfiles": {"BACKEND": HASHED_STORAGE}}
    with override_settings(STATIC_ROOT=str(folder), STORAGES=storages):
        call_command("collectstatic", interactive=False, verbosity=0)


def _fingerprint() -> str:
    """Changes with every static file: with its name, its size or the time of its last change."""
    digest = hashlib.sha256()
    for finder in finders.get_finders():
        for name, storage in finder.list(None):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name}\n{status.st_size}\n{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:12]
