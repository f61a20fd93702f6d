"""How long a rehearsal of a whole history takes: `python -m bench.simulate [ORDERS] [PLAN]` prints one JSON line.

The time is a whole process's, from start to exit; the ratio is to reading the same file with DuckDB alone.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bench.measure import Measured, measure_process, median, print_line

ROOT = Path(__file__).resolve().parent.parent
RUNS = 5


def read_with_duckdb(orders: Path) -> Measured:
    """A process that reads every column of the file into memory, and nothing else."""
    program = f"import duckdb; duckdb.sql(\"SELECT * FROM '{orders}'\").fetchnumpy()"
    return measure_process([sys.executable, "-c", program])


def simulate(plan: Path, orders: Path) -> Measured:
    """A process that rehearses the plan."""
    program = "from jiacan.project.cli import main; main()"
    return measure_process([sys.executable, "-c", program, "simulate", str(plan), "--orders", str(orders), "--json"])


def main() -> None:
    """Rehearse and read in turn, and print the medians."""
    whole = ROOT.parent / "shared" / "data" / "online_retail.parquet"
    shipped = ROOT / "examples" / "online-retail-part.parquet"
    orders = Path(sys.argv[1]) if len(sys.argv) > 1 else whole if whole.exists() else shipped
    plan = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "examples" / "order-bonus.yaml"
    pairs = [(simulate(plan, orders), read_with_duckdb(orders)) for _ in range(RUNS)]
    seconds = median(ours.seconds for ours, _ in pairs)
    read_seconds = median(reading.seconds for _, reading in pairs)
    print_line(
        bench="simulate",
        orders_file=orders.name,
        seconds=seconds,
        peak_megabytes=max(ours.peak_megabytes for ours, _ in pairs),
        read_seconds=read_seconds,
        ratio_to_reading=median(ours.seconds / reading.seconds for ours, reading in pairs),
        runs=RUNS,
    )


if __name__ == "__main__":
    main()
