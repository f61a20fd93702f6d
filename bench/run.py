"""How many orders a second `run` takes durably: `python -m bench.run [ORDERS [PLAN]]`.

Prints one JSON line for each plan. A new embedded server in a temporary folder, with fsync on, started and migrated
before the clock starts. `seconds` are a whole process's: it reads the file, records every order and refund, matches,
settles and prints. `start_seconds` are those of the same command with one order in its file; the rate is of what
remains. Without ORDERS the order-bonus plan runs over the Online Retail history; with it, two plans run over the year
that `bench.orders` makes: the order bonus of its Double 11 (eleven-days), and the same offers the whole year long
(whole-year), or the one that is named. The same command again must leave every table as it was.

`copy_orders_a_second` is PostgreSQL's own rate: the same orders and lines by plain COPY, one table after the other,
into empty tables with the same indexes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.measure import measure_process, median, print_line
from bench.orders import histories, write_history

ROOT = Path(__file__).resolve().parent.parent
RUNS = 3
JIACAN = (sys.executable, "-c", "from jiacan.project.cli import main; main()")
DURING = "{from: 2025-11-01, to: 2025-11-11}"
PLANS = {"eleven-days": DURING, "whole-year": "{from: 2025-01-01, to: 2025-12-31}"}
COUNTED = (
    "orders_order",
    "orders_orderline",
    "orders_refundrow",
    "offers_award",
    "offers_clawbackitem",
    "ledger_transfer",
)

ONE_ORDER = "order_id,customer_id,paid_at,sku,quantity,unit_price\n1,1,2011-11-01,1,1,1\n"

KEEP_UP = """
import jiacan.project.start
from jiacan.project import database
database.open_database()
print(database.current_url(), flush=True)
input()
"""

# The command itself, with a look at the clock where it begins and ends what it does.
TIMED = """
import json, resource, sys, time
import jiacan.project.start
from jiacan.campaigns.facade import running
from jiacan.orders import facade as orders
from jiacan.project.cli import main
seconds = {}
def timed(stage, work):
    def do(*arguments, **named):
        began = time.perf_counter()
        try:
            return work(*arguments, **named)
        finally:
            seconds[stage] = time.perf_counter() - began
    return do
orders.record = timed("recording", orders.record)
running.settle_recorded = timed("settling", running.settle_recorded)
try:
    main()
finally:
    seconds["peak_megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(seconds), file=sys.stderr)
"""


@dataclass(frozen=True)
class Runs:
    """Seconds of a run with one order, of the first run with all of them and its stages, and of the same again."""

    start_seconds: float
    seconds: float
    record_seconds: float
    settle_seconds: float
    seconds_again: float
    peak_megabytes: float
    orders: int
    awards: int
    copy_seconds: float


@contextmanager
def _server() -> Iterator[tuple[dict[str, str], str]]:
    """A new server, as long as it is needed: the environment that commands find it by, and its address."""
    with tempfile.TemporaryDirectory(prefix="jiacan-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        environment = {**os.environ, "JIACAN_HOME": folder}
        environment.pop("JIACAN_DATABASE_URL", None)
        keeper = subprocess.Popen(
            [sys.executable, "-c", KEEP_UP],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        assert keeper.stdout is not None
        try:
            yield environment, keeper.stdout.readline().strip()
        finally:
            keeper.communicate("\n")


def run_once(plan: Path, orders: Path, refunds: Path | None = None) -> Runs:
    """Run the plan three times in a new database, then copy what it recorded."""
    with _server() as (environment, url):
        one = Path(environment["JIACAN_HOME"]) / "one.csv"
        one.write_text(ONE_ORDER)
        start = measure_process([*JIACAN, "run", str(plan), "--json", "--orders", str(one)], environment)
        files = ["--orders", str(orders), *(["--refunds", str(refunds)] if refunds else [])]
        command = ["run", str(plan), "--json", *files]
        began = time.perf_counter()
        timed = subprocess.Popen(
            [sys.executable, "-c", TIMED, *command],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        out, err = timed.communicate()
        seconds = time.perf_counter() - began
        if timed.returncode != 0:
            raise RuntimeError(err)
        said, times = json.loads(out), json.loads(err.splitlines()[-1])
        recorded = _rows(url)
        again = measure_process([*JIACAN, *command], environment)
        if recorded != _rows(url):
            raise RuntimeError(f"run again, {recorded} rows became {_rows(url)}")
        return Runs(
            start_seconds=start.seconds,
            seconds=seconds,
            record_seconds=times["recording"],
            settle_seconds=times["settling"],
            seconds_again=again.seconds,
            peak_megabytes=times["peak_megabytes"],
            orders=said["orders"],
            awards=sum(count for offer in said["events_by_offer"].values() for count in offer.values()),
            copy_seconds=_copy_again(url, Path(environment["JIACAN_HOME"])),
        )


def _rows(url: str) -> dict[str, int]:
    """How many rows there are of what a run records."""
    with psycopg.connect(url) as connection:
        counts = ", ".join(f"(SELECT count(*) FROM {table})" for table in COUNTED)
        return dict(zip(COUNTED, connection.execute(f"SELECT {counts}").fetchone() or (), strict=True))


def _copy_again(url: str, folder: Path) -> float:
    """Seconds that a plain COPY of the recorded orders and lines takes, into empty tables with the same indexes."""
    seconds = 0.0
    with psycopg.connect(url) as connection:
        for table in ("orders_order", "orders_orderline"):
            path = folder / f"{table}.csv"
            with (
                path.open("wb") as file,
                connection.cursor().copy(f"COPY (SELECT * FROM {table}) TO STDOUT (FORMAT csv)") as copy,
            ):
                file.writelines(copy)
            connection.execute(f"CREATE TABLE again_{table} (LIKE {table} INCLUDING ALL)")
            connection.commit()
            began = time.perf_counter()
            with (
                path.open("rb") as file,
                connection.cursor().copy(f"COPY again_{table} FROM STDIN (FORMAT csv)") as copy,
            ):
                while block := file.read(1 << 18):
                    copy.write(block)
            connection.commit()
            seconds += time.perf_counter() - began
            path.unlink()
    return seconds


def _measure(name: str, plan: Path, orders: Path, refunds: Path | None = None, *, runs: int) -> None:
    each = [run_once(plan, orders, refunds) for _ in range(runs)]
    working = median(run.seconds - run.start_seconds for run in each)
    count = each[0].orders
    copied = median(run.copy_seconds for run in each)
    print_line(
        "run",
        size=f"{count:,} orders, {name}",
        shown=("seconds", "orders_a_second", "seconds_again", "peak_megabytes"),
        yardstick="COPY of the same rows",
        ratio=round(copied / working, 3),
        plan=name,
        orders_file=orders.name,
        orders=count,
        awards=each[0].awards,
        seconds=median(run.seconds for run in each),
        start_seconds=median(run.start_seconds for run in each),
        orders_a_second=round(count / working),
        recorded_a_second=round(count / median(run.record_seconds for run in each)),
        settle_seconds=median(run.settle_seconds for run in each),
        seconds_again=median(run.seconds_again for run in each),
        copy_orders_a_second=round(count / copied),
        peak_megabytes=round(max(run.peak_megabytes for run in each)),
        runs=runs,
    )


def main(orders: int | None = None, plans: Sequence[str] = tuple(PLANS)) -> None:
    """Run a few times, each on a new database, and print the medians."""
    if orders is None:
        whole = ROOT.parent / "shared" / "data" / "online_retail.parquet"
        shipped = ROOT / "examples" / "online-retail-part.parquet"
        file = whole if whole.exists() else shipped
        _measure("order-bonus", ROOT / "examples" / "order-bonus.yaml", file, runs=RUNS)
        return
    with histories() as kept, tempfile.TemporaryDirectory(prefix="jiacan-bench-") as folder:
        history = write_history(kept, orders)
        text = (ROOT / "bench" / "large-bonus.yaml").read_text()
        for name in plans:
            plan = Path(folder) / "plan.yaml"
            plan.write_text(text.replace(DURING, PLANS[name]))
            _measure(name, plan, history.orders, history.refunds, runs=1)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]), *([sys.argv[2:3]] if sys.argv[2:3] else []))
