"""The command line, run as its users run it: in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.slices.forking import Forked, can_fork, fork

JIACAN = (sys.executable, "-c", "from jiacan.project.cli import main; main()")
FOLDER = Path(__file__).parent


def start(
    *arguments: object, database_url: str | None = None, lang: str = "en", anew: bool = False
) -> Forked | subprocess.Popen[str]:
    """Start a command; the caller waits for it or kills it.

    Args:
        anew: by a new interpreter, which has read nothing yet and has its own seed of hashes.
    """
    command, environment = [*map(str, arguments)], _environment(database_url, lang)
    if can_fork(command, environment) and not anew:
        return fork(command, environment=environment, folder=FOLDER)
    return subprocess.Popen(
        [*JIACAN, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment,
        cwd=FOLDER,
    )


def _environment(database_url: str | None, lang: str) -> dict[str, str]:
    environment = {**os.environ, "JIACAN_LANG": lang, "COLUMNS": "200", "NO_COLOR": "1"}
    environment.pop("JIACAN_DATABASE_URL", None)
    if database_url is not None:
        environment["JIACAN_DATABASE_URL"] = database_url
    return environment


def jiacan(
    *arguments: object, database_url: str | None = None, lang: str = "en", code: int = 0, anew: bool = False
) -> str:
    """Run a command to its end, which must be `code`; gives what it printed."""
    process = start(*arguments, database_url=database_url, lang=lang, anew=anew)
    out, err = process.communicate(timeout=300)
    assert process.returncode == code, f"exit {process.returncode}\n{out}\n{err}"
    assert "Traceback" not in out + err, out + err
    return out + err if code else out


def jiacan_json(*arguments: object, database_url: str | None = None) -> dict:
    """Run a command with --json; gives what it printed, read."""
    return json.loads(jiacan(*arguments, "--json", database_url=database_url))
