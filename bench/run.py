"""How many orders a second `run` takes durably: `python -m bench.run [ORDERS]` prints one JSON line.

A new embedded server in a temporary folder, with fsync on. The time is a whole process's: it reads the file, records
every order and refund, matches, settles and prints. The server is started and migrated before the clock starts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.measure import measure_process, median, print_line

ROOT = Path(__file__).resolve().parent.parent
RUNS = 3
JIACAN = (sys.executable, "-c", "from jiacan.project.cli import main; main()")


def run_once(plan: Path, orders: Path) -> tuple[float, float, int]:
    """Seconds of a first run, seconds of the same run again, and the orders in the file."""
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
            command = [*JIACAN, "run", str(plan), "--orders", str(orders), "--json"]
            first = measure_process(command, environment)
            again = measure_process(command, environment)
            said = json.loads(subprocess.run(command, env=environment, check=True, capture_output=True).stdout)
        finally:
            server.communicate(b"\n")
    return first.seconds, again.seconds, said["orders"]


def main() -> None:
    """Run a few times, each on a new database, and print the medians."""
    whole = ROOT.parent / "shared" / "data" / "online_retail.parquet"
    shipped = ROOT / "examples" / "online-retail-part.parquet"
    orders = Path(sys.argv[1]) if len(sys.argv) > 1 else whole if whole.exists() else shipped
    runs = [run_once(ROOT / "examples" / "order-bonus.yaml", orders) for _ in range(RUNS)]
    seconds = median(first for first, _, _ in runs)
    print_line(
        bench="run",
        orders_file=orders.name,
        orders=runs[0][2],
        seconds=seconds,
        orders_a_second=round(runs[0][2] / seconds),
        seconds_again=median(again for _, again, _ in runs),
        runs=RUNS,
    )


if __name__ == "__main__":
    main()
