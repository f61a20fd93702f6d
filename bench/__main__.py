"""Every bench, one after the other, and a table of what they say: `python -m bench [--full] [BENCH ...]`.

Small, all of them take about three minutes on two quiet cores; `--full` takes hours and writes what the benches
print, with the machine, the versions and the date, to out/bench-full.json. Each runs in a process of its own. A bench
that fails, because something did not work or a figure that must be exact is not, makes the whole fail when the others
are done; that something takes long does not.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from bench.table import BENCHES, keep, run, table

OUT = Path(__file__).resolve().parent.parent / "out"


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
        ran = [run(bench, full=asked.full, histories=histories) for bench in chosen]
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
