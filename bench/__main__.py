"""Every bench, one after the other, and a table of what they say: `python -m bench [--full] [BENCH ...]`.

Small, they run two at a time, for whether they work and are exact: their times say little. With `--full` each has the
machine for itself; that takes hours, and what the benches print is written, with the machine, the versions and the
date, to out/bench-full.json. Each runs in a process of its own. A bench that fails, because something did not work or
a figure that must be exact is not, makes the whole fail when the others are done; that something takes long does not.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from bench.table import BENCHES, keep, run, table

OUT = Path(__file__).resolve().parent.parent / "out"
AT_ONCE = 2
"""So many small ones: each waits for servers, or for a moment to kill them, as long as it works."""


def main() -> int:
    """Run those that were asked for, print the table, and say which failed."""
    names = [bench.name for bench in BENCHES]
    parser = argparse.ArgumentParser(prog="python -m bench", description="Run the benches and print a table.")
    parser.add_argument("benches", nargs="*", metavar="BENCH", help=f"one of {', '.join(names)}; all without any")
    parser.add_argument("--full", action="store_true", help="at full size, kept in out/bench-full.json")
    asked = parser.parse_args()
    if unknown := set(asked.benches) - set(names):
        parser.error(f"there is no bench {', '.join(sorted(unknown))}")
    chosen = [bench for bench in BENCHES if not asked.benches or bench.name in asked.benches]
    with tempfile.TemporaryDirectory(prefix="jiacan-bench-") as made:
        histories = OUT / "histories" if asked.full else Path(made)
        histories.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(1 if asked.full else AT_ONCE) as beside:
            ran = list(beside.map(partial(run, full=asked.full, histories=histories), chosen))
    lines = [line for each in ran for line in each.lines]
    sys.stdout.write("\n" + table(lines))
    if asked.full:
        keep(lines, OUT / "bench-full.json")
    failed = [each.name for each in ran if each.failed]
    if failed:
        sys.stderr.write(f"failed: {', '.join(failed)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
