"""A process that sends orders to a shop until its standard input ends, and prints what was answered.

Run with the shop's short name and its own number. It knows the servers as any part of `jiacan serve` does.
"""

from __future__ import annotations

import os
import sys
import threading

import jiacan.project.start  # noqa: F401 - readies the models
from jiacan.campaigns.facade import online
from jiacan.project import database
from jiacan.project.places import opening
from jiacan.tenancy import facade as tenancy
from tests.slices.online_shop import AT, order


def main() -> None:
    database.connect(os.environ["JIACAN_DATABASE_URL"])
    opening.use_parents_servers()
    shop = tenancy.get_shop(sys.argv[1])
    stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
    number = 0
    while not stop.is_set():
        number += 1
        (answer,) = online.take(shop, [order(f"{sys.argv[2]}-{number}")], (), at=AT).orders
        sys.stdout.write(f"{answer.order_id}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
