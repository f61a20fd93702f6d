"""How many orders a second `run` takes durably: `python -m bench.run [ORDERS]` prints one JSON line.

A new embedded server in a temporary folder, with fsync on, started and migrated before the clock starts. `seconds`
are a whole process's: it reads the file, records every order and refund, matches, settles and prints.
`start_seconds` are those of the same command with one order in its file; the rate is of what remains.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.measure import measure_process, median, print_line

ROOT = Path(__file__).resolve().parent.parent
RUNS = 3
JIACAN = (sys.executable, "-c", "from jiacan.project.cli import main; main()")


ONE_ORDER = "order_id,customer_id,paid_at,sku,quantity,unit_price\n1,1,2011-11-01,1,1,1\n"


@dataclass(frozen=True)
class Runs:
    """Seconds of a run with one order, of the first run with all of them, and of the same again."""

    start_seconds: float
    seconds: float
    seconds_again: float
    orders: int


def run_once(plan: Path, orders: Path) -> Runs:
    """Run the plan three times in a new database."""
    with tempfile.TemporaryDirectory(prefix="jiacan-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        environment = {**os.environ, "JIACAN_HOME": folder}
        environment.pop("JIACAN_DATABASE_URL", None)
        keep_up = (
            "import jiacan.project.start; from jiacan.project import database; database.open_database(); input()"
        )
        server = subprocess.Popen(
            [sys.executable, "-c", keep_up], stdin=subprocess.PIPE, env=environment, stdout=subprocess.DEVNULL
        )
        try:
            subprocess.run([*JIACAN, "ledger", "audit"], env=environment, check=True, stdout=subprocess.DEVNULL)
            (Path(folder) / "one.csv").write_text(ONE_ORDER)
            command = [*JIACAN, "run", str(plan), "--json", "--orders"]
            start = measure_process([*command, f"{folder}/one.csv"], environment)
            command.append(str(orders))
            first = measure_process(command, environment)
            again = measure_process(command, environment)
            said = json.loads(subprocess.run(command, env=environment, check=True, capture_output=True).stdout)
        finally:
            server.communicate(b"\n")
    return Runs(start.seconds, first.seconds, again.seconds, said["orders"])


def main() -> None:
    """Run a few times, each on a new database, and print the medians."""
    whole = ROOT.parent / "shared" / "data" / "online_retail.parquet"
    shipped = ROOT / "examples" / "online-retail-part.parquet"
    orders = Path(sys.argv[1]) if len(sys.argv) > 1 else whole if whole.exists() else shipped
    runs = [run_once(ROOT / "examples" / "order-bonus.yaml", orders) for _ in range(RUNS)]
    working = median(run.seconds - run.start_seconds for run in runs)
    print_line(
        bench="run",
        orders_file=orders.name,
        orders=runs[0].orders,
        seconds=median(run.seconds for run in runs),
        start_seconds=median(run.start_seconds for run in runs),
        orders_a_second=round(runs[0].orders / working),
        seconds_again=median(run.seconds_again for run in runs),
        runs=RUNS,
    )


if __name__ == "__main__":
    main()
