"""What benches share: measuring a whole process, medians, and the one line that each prints."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version


@dataclass(frozen=True)
class Measured:
    """One process: seconds on the clock and of all processors, and peak resident memory (that process alone)."""

    seconds: float
    peak_megabytes: float
    cpu_seconds: float


def measure_process(command: Sequence[str], environment: dict[str, str] | None = None) -> Measured:
    """Run the command to its end, which must be good."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(said.decode())
    return Measured(seconds, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime)


def median(values: Iterable[float]) -> float:
    """The middle value, to three decimals."""
    return round(statistics.median(values), 3)


def print_line(**figures: object) -> None:
    """The bench's one JSON line, with the machine and the versions it was measured on."""
    machine = {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("jiacan", "duckdb", "psycopg", "django")},
    }
    sys.stdout.write(json.dumps({**figures, **machine}) + "\n")
    sys.stdout.flush()
