"""How long a rehearsal of a whole history takes: `python -m bench.simulate [ORDERS] [RUNS]` prints two lines.

The first is of the Online Retail history, rehearsed so many times, beside reading the same file with DuckDB alone.
The second is of so many orders of the year of bench.orders and their refunds, against twenty offers, and of a tenth
of them. `growth` is what an order costs in the whole over what it costs in the tenth, both less the time that a
thousand orders take, which is nearly all start-up. `reading` is a process that reads the whole and does nothing with
it. Times are those of whole processes, from start to exit, on the clock and of both processors; other work on the
machine bears less on the latter. Memory is the process's peak.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bench.measure import Measured, measure_process, median, print_line
from bench.orders import Files, histories, read_with_duckdb, write_history

ROOT = Path(__file__).resolve().parent.parent
JIACAN = (sys.executable, "-c", "from jiacan.project.cli import main; main()")
READ = """
import sys
from pathlib import Path
from zoneinfo import ZoneInfo
from jiacan.orders.readers.reading import read
orders, refunds = map(Path, sys.argv[1:])
zone = ZoneInfo("Asia/Shanghai")
with read([orders], [refunds], zone=zone, currency="CNY", on_progress=lambda stage, share: None) as history:
    assert history.summary.bad_rows == 0
"""
RUNS = 5
STARTING_ORDERS = 1_000


def simulate(plan: Path, orders: Path, refunds: Path | None = None) -> Measured:
    """A process that rehearses the plan."""
    of_refunds = [] if refunds is None else ["--refunds", str(refunds)]
    return measure_process([*JIACAN, "simulate", str(plan), "--orders", str(orders), *of_refunds, "--json"])


def read_only(files: Files) -> Measured:
    """A process that reads, checks and merges the files, and nothing else."""
    return measure_process([sys.executable, "-c", READ, str(files.orders), str(files.refunds)])


def measure_online_retail(runs: int) -> None:
    """Rehearse and read in turn, and print the medians."""
    whole = ROOT.parent / "shared" / "data" / "online_retail.parquet"
    shipped = ROOT / "examples" / "online-retail-part.parquet"
    orders = whole if whole.exists() else shipped
    pairs = [
        (simulate(ROOT / "examples" / "order-bonus.yaml", orders), read_with_duckdb(orders)) for _ in range(runs)
    ]
    print_line(
        "simulate",
        size=orders.name,
        shown=("seconds", "peak_megabytes"),
        yardstick="reading the file with DuckDB",
        ratio=median(ours.seconds / reading.seconds for ours, reading in pairs),
        orders_file=orders.name,
        seconds=median(ours.seconds for ours, _ in pairs),
        peak_megabytes=round(max(ours.peak_megabytes for ours, _ in pairs)),
        read_seconds=median(reading.seconds for _, reading in pairs),
        runs=runs,
    )


def measure_year(orders: int) -> None:
    """Rehearse twenty offers on the year, on a tenth of it, and on next to nothing, and print how cost grows."""
    with histories() as folder:
        sizes = (STARTING_ORDERS, orders // 10, orders)
        files = [write_history(folder, size) for size in sizes]
        start, tenth, whole = map(_twenty_offers, files)
        reading = read_only(files[-1])
        duckdb = read_with_duckdb(files[-1].orders, files[-1].refunds)
    print_line(
        "simulate_year",
        size=f"{orders:,} orders",
        shown=("seconds", "cpu_seconds", "peak_megabytes", "growth"),
        yardstick="reading them with DuckDB, CPU seconds",
        ratio=round(whole.cpu_seconds / duckdb.cpu_seconds, 2),
        orders=orders,
        seconds=round(whole.seconds, 2),
        cpu_seconds=round(whole.cpu_seconds, 2),
        peak_megabytes=round(whole.peak_megabytes),
        tenth_seconds=round(tenth.seconds, 2),
        tenth_cpu_seconds=round(tenth.cpu_seconds, 2),
        tenth_peak_megabytes=round(tenth.peak_megabytes),
        start_seconds=round(start.seconds, 2),
        reading_seconds=round(reading.seconds, 2),
        reading_cpu_seconds=round(reading.cpu_seconds, 2),
        reading_peak_megabytes=round(reading.peak_megabytes),
        duckdb_seconds=round(duckdb.seconds, 2),
        duckdb_cpu_seconds=round(duckdb.cpu_seconds, 2),
        growth=_growth(whole.seconds, tenth.seconds, start.seconds),
        cpu_growth=_growth(whole.cpu_seconds, tenth.cpu_seconds, start.cpu_seconds),
        microseconds_an_order=round((whole.seconds - start.seconds) / orders * 1e6, 2),
    )


def _twenty_offers(files: Files) -> Measured:
    return simulate(ROOT / "bench" / "twenty-offers.yaml", files.orders, files.refunds)


def _growth(whole: float, tenth: float, start: float) -> float:
    """Cost of an order in ten times as many over its cost in the tenth."""
    return round((whole - start) / 10 / (tenth - start), 3)


def main(orders: int = 1_000_000, runs: int = RUNS) -> None:
    """Measure both histories."""
    measure_online_retail(runs)
    measure_year(orders)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
