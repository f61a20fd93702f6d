"""How fast the Online Retail data is read and recorded: `python bench/orders.py FILE`.

Recording uses the database of JIACAN_HOME or JIACAN_DATABASE_URL, under a new shop each time.
"""

from __future__ import annotations

import resource
import sys
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import jiacan.project.start  # noqa: F401 - readies Django before the facades
from jiacan.kernel.periods import Period
from jiacan.orders import facade as orders
from jiacan.project.database import open_database
from jiacan.tenancy.facade import open_shop

FORTNIGHT = Period(datetime(2011, 11, 14, tzinfo=UTC), datetime(2011, 11, 28, tzinfo=UTC))


def main(file: Path) -> None:
    """Print seconds, rates and the peak of memory."""
    began = time.perf_counter()
    with orders.read_history([file], [], zone=ZoneInfo("Europe/London"), currency="GBP") as history:
        count = sum(1 for _ in history.orders(FORTNIGHT))
        refunds = len(history.refunds(FORTNIGHT))
        seconds = time.perf_counter() - began
        print(f"read: {history.summary.rows} rows in {seconds:.2f} s; {count} orders, {refunds} refunds handed out")
        print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
        open_database()
        shop = open_shop(f"bench-{uuid.uuid4()}")
        for what in ("record", "again"):
            began = time.perf_counter()
            summary = orders.record(shop.id, history)
            seconds = time.perf_counter() - began
            rate = history.summary.order_rows / seconds
            print(f"{what}: {seconds:.2f} s, {rate:.0f} lines/s, {summary}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
