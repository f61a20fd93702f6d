"""The command line, run as its users run it: in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

JIACAN = (sys.executable, "-c", "from jiacan.project.cli import main; main()")


def start(*arguments: object, database_url: str | None = None, lang: str = "en") -> subprocess.Popen[str]:
    """Start a command; the caller waits for it or kills it."""
    environment = {**os.environ, "JIACAN_LANG": lang, "COLUMNS": "200", "NO_COLOR": "1"}
    environment.pop("JIACAN_DATABASE_URL", None)
    if database_url is not None:
        environment["JIACAN_DATABASE_URL"] = database_url
    return subprocess.Popen(
        [*JIACAN, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment,
        cwd=Path(__file__).parent,
    )


def jiacan(*arguments: object, database_url: str | None = None, lang: str = "en", code: int = 0) -> str:
    """Run a command to its end, which must be `code`; gives what it printed."""
    process = start(*arguments, database_url=database_url, lang=lang)
    out, err = process.communicate(timeout=300)
    assert process.returncode == code, f"exit {process.returncode}\n{out}\n{err}"
    assert "Traceback" not in out + err, out + err
    return out + err if code else out


def jiacan_json(*arguments: object, database_url: str | None = None) -> dict:
    """Run a command with --json; gives what it printed, read."""
    return json.loads(jiacan(*arguments, "--json", database_url=database_url))
