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

PACKAGES = ("jiacan", "duckdb", "psycopg", "django", "numba")


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


def print_line(
    bench: str, *, size: str, shown: Sequence[str], yardstick: str = "", ratio: float | None = None, **figures: object
) -> None:
    """The bench's one JSON line, with the machine and the versions it was measured on.

    Args:
        bench: what was measured.
        size: how much of it, in words.
        shown: the figures that a table of all benches shows.
        yardstick: what the figures are held against, measured in the same run.
        ratio: the bench's figure over the yardstick's.
        figures: all that was measured.
    """
    machine = {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }
    line = {"bench": bench, "size": size, **figures, "yardstick": yardstick, "ratio": ratio, "shown": list(shown)}
    sys.stdout.write(json.dumps({**line, **machine}) + "\n")
    sys.stdout.flush()
