"""Whether a shop stays as it was: `python -m bench.soak [SECONDS] [RATE]` prints one JSON line.

A server as its operators run it takes orders one in a request over sixteen connections, at so many a second for so
many seconds (an hour). Without a rate it first takes as many as it can for a while, and then half of that. Every
minute, or twentieth of a shorter soak, it is measured: the resident memory of every part and of PostgreSQL, open
connections, how long answers took, and what lies on the disk. The line compares the last quarter with the first one,
and says by how much memory grows an hour, by the least squares over all but the first quarter.
"""

from __future__ import annotations

import json
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.api import Bench, served
from bench.clients import Sent, sending
from bench.kill import check
from bench.load import at_share
from bench.measure import print_line

SECONDS = 3600.0
CONNECTIONS = 16
PEAK_SECONDS = 20.0
MOST_SAMPLES_A_SECOND = 1.0
MEGABYTE = 1024 * 1024

OWN_MEMORY = ("Pss_Anon:", "Pss_Shmem:")
"""What a process wrote itself; libraries' pages are shared with whatever else runs on the machine."""

COUNTED = """
SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()),
       pg_database_size(current_database()),
       (SELECT sum(size) FROM pg_ls_waldir()),
       pg_current_wal_lsn() - '0/0'
"""


@dataclass(frozen=True, slots=True)
class Sample:
    """The server at one time, and the answers since the sample before."""

    seconds: float
    memory_megabytes: dict[str, float]
    connections: int
    answers: int
    p50_ms: float
    p99_ms: float
    database_megabytes: float
    wal_files_megabytes: float
    wal_written_megabytes: float


def soak(bench: Bench, home: Path, sent: Sent, seconds: float) -> list[Sample]:
    """Measure until the time is over."""
    samples: list[Sample] = []
    pause = max(1 / MOST_SAMPLES_A_SECOND, min(60.0, seconds / 20))
    began, seen = time.perf_counter(), len(sent.answers)
    with psycopg.connect(bench.dsn, autocommit=True) as connection:
        while (spent := time.perf_counter() - began) < seconds:
            time.sleep(min(pause, seconds - spent))
            answers = sent.answers[seen:]
            seen += len(answers)
            milliseconds = sorted(each.seconds * 1000 for each in answers)
            row = connection.execute(COUNTED).fetchone()
            assert row is not None
            connections, size, wal_files, written = row
            samples.append(
                Sample(
                    seconds=round(time.perf_counter() - began, 1),
                    memory_megabytes=_memory(home),
                    connections=connections,
                    answers=len(answers),
                    p50_ms=round(at_share(milliseconds, 0.50), 2),
                    p99_ms=round(at_share(milliseconds, 0.99), 2),
                    database_megabytes=round(size / MEGABYTE, 1),
                    wal_files_megabytes=round(int(wal_files) / MEGABYTE, 1),
                    wal_written_megabytes=round(float(written) / MEGABYTE, 1),
                )
            )
            sys.stderr.write(f"{json.dumps(_to_json(samples[-1]))}\n")
    return samples


def _memory(home: Path) -> dict[str, float]:
    """The megabytes of every part's own, and of PostgreSQL's processes together, shared memory counted once."""
    parts: dict[str, int] = json.loads((home / "parts.json").read_text())
    postmaster = int((home / "postgres" / "postmaster.pid").read_text().split()[0])
    found = {name: _resident(pid) for name, pid in parts.items() if not name.startswith("standby")}
    found["standbys"] = sum(_resident(pid) for name, pid in parts.items() if name.startswith("standby"))
    found["postgres"] = sum(_resident(pid) for pid in (postmaster, *_children(postmaster)))
    return {name: round(megabytes, 1) for name, megabytes in found.items()}


def _resident(pid: int) -> float:
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith(OWN_MEMORY)) / 1024
    return 0.0


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def compare(samples: Sequence[Sample]) -> dict[str, dict]:
    """The last quarter beside the first one, and by how much memory grows an hour."""
    quarter = max(1, len(samples) // 4)
    first, last, settled = samples[:quarter], samples[-quarter:], samples[quarter:] or samples
    hours = [each.seconds / 3600 for each in settled]
    parts = samples[-1].memory_megabytes
    return {
        "p50_ms": _pair(first, last, lambda each: each.p50_ms),
        "p99_ms": _pair(first, last, lambda each: each.p99_ms),
        "connections": _pair(first, last, lambda each: each.connections),
        "memory_mb": {
            part: _pair(first, last, lambda each, part=part: each.memory_megabytes.get(part, 0.0)) for part in parts
        },
        "memory_mb_an_hour": {
            part: slope(hours, [each.memory_megabytes.get(part, 0.0) for each in settled]) for part in parts
        },
        "wal_files_mb": _pair(first, last, lambda each: each.wal_files_megabytes),
    }


def slope(along: Sequence[float], values: Sequence[float]) -> float | None:
    """By how much the values grow with each unit, by least squares; None where there are too few."""
    if len(values) < 3:
        return None
    return round(statistics.linear_regression(along, values).slope, 2)


def _pair(first: Iterable[Sample], last: Iterable[Sample], figure: Callable[[Sample], float]) -> dict[str, float]:
    means = [statistics.fmean(v for v in map(figure, part) if not math.isnan(v)) for part in (first, last)]
    return {"first": round(means[0], 2), "last": round(means[1], 2)}


def _to_json(sample: Sample) -> dict[str, object]:
    return {name: getattr(sample, name) for name in Sample.__slots__}


def find_peak(bench: Bench) -> tuple[float, Sent]:
    """Orders a second when as many are sent as are answered, and what was sent."""
    with sending(f"{bench.url}/orders", bench.secret, connections=CONNECTIONS, name="peak") as sent:
        time.sleep(PEAK_SECONDS / 4)
        seen, began = len(sent.answers), time.perf_counter()
        time.sleep(PEAK_SECONDS)
        rate = (len(sent.answers) - seen) / (time.perf_counter() - began)
    return rate, sent


def main(seconds: float | None = None, rate: float | None = None) -> None:
    """Serve, send, measure, check, and print the line."""
    asked = [float(each) for each in sys.argv[1:]]
    lasting = seconds or (asked[0] if asked else SECONDS)
    wanted = rate or (asked[1] if len(asked) > 1 else None)
    with tempfile.TemporaryDirectory(prefix="jiacan-bench-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        home.chmod(0o755)
        with served(home) as bench:
            peak, before = (None, Sent()) if wanted else find_peak(bench)
            at = wanted or peak / 2
            with sending(f"{bench.url}/orders", bench.secret, connections=CONNECTIONS, name="s", rate=at) as sent:
                samples = soak(bench, home, sent, lasting)
            faults = check(bench, home, before, sent)
    compared = compare(samples)
    p99 = compared["p99_ms"]
    print_line(
        "soak",
        size=f"{lasting:g} s at {at:.0f} orders/s",
        shown=("answered_second", "p99_ms", "web_mb_an_hour", "answered_without_award"),
        yardstick="p99 of the first quarter",
        ratio=round(p99["last"] / p99["first"], 2),
        web_mb_an_hour=compared["memory_mb_an_hour"].get("web-1"),
        seconds=lasting,
        peak_second=None if peak is None else round(peak, 1),
        asked_second=round(at, 1),
        answered_second=round(sum(each.answers for each in samples) / samples[-1].seconds, 1),
        answered=len(sent.answered),
        sent_again=sent.sent_again,
        **compared,
        wal_written_mb=samples[-1].wal_written_megabytes - samples[0].wal_written_megabytes,
        database_mb=samples[-1].database_megabytes,
        **faults,
    )


if __name__ == "__main__":
    main()
