"""What several database servers cost: `python -m bench.place [ORDERS]` prints one JSON line.

Three embedded servers in temporary folders, with fsync on. A shop with so many orders, all awarded, moves from the
directory to the second server and on to the third, while a thread of its own sends it an order at a time without
pause: how many rows a second were moved, copying and deleting included, how long its requests waited, the longest
answer within the move and outside of it. Beside it what being at a shop's place costs: with one server, for a shop at
the directory, and for one that is elsewhere.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Thread

from django.db import connections

import jiacan.project.start  # noqa: F401 - readies the models, before the facades are imported
from bench.measure import median, print_line
from bench.take import AT, open_campaign, order
from jiacan.campaigns.facade import online
from jiacan.kernel.places import at_place
from jiacan.project import database
from jiacan.project.places import opening
from jiacan.project.places.contracts import Moved, Server
from jiacan.project.places.moving import move_shop
from jiacan.project.places.servers import FILE_VARIABLE
from jiacan.tenancy.contracts import Shop

ORDERS, BATCH, ENTRIES = 20_000, 200, 2_000


class Sender(Thread):
    """Sends order after order, and notes when each was sent and how long its answer took."""

    def __init__(self, shop: Shop) -> None:
        super().__init__()
        self.answers: list[tuple[float, float]] = []
        self._shop = shop
        self._ending = Event()

    def run(self) -> None:
        """Send until stopped."""
        number = 0
        while not self._ending.is_set():
            number += 1
            began = time.perf_counter()
            online.take(self._shop, [order(f"sent-{id(self)}-{number}")], (), at=AT)
            self.answers.append((began, time.perf_counter() - began))
        connections.close_all()

    def stop(self) -> None:
        """Stop after the order under way."""
        self._ending.set()
        self.join()

    def longest_milliseconds(self, since: float, until: float, *, inside: bool) -> float:
        """The longest answer to an order sent between these moments, or outside of them."""
        waits = [wait for began, wait in self.answers if (since <= began < until) == inside]
        return round(max(waits) * 1000, 1)


def main(orders: int) -> None:
    """Measure, and print the line."""
    with tempfile.TemporaryDirectory(prefix="jiacan-bench-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        database.open_embedded(folder / "main")
        shop = open_campaign()
        entry = {"entry_microseconds_one_server": _entry(shop)}
        servers = _open_further(folder)
        for start in range(0, orders, BATCH):
            online.take(shop, [order(str(number)) for number in range(start, start + BATCH)], (), at=AT)
        entry["entry_microseconds_at_directory"] = _entry(shop)
        first, second = (_moved(shop, server, servers) for server in servers[1:])
        entry["entry_microseconds_elsewhere"] = _entry(shop)
        print_line(
            "place",
            size=f"{first['rows'] + second['rows']:,} rows in two moves",
            shown=("rows_a_second", "held_milliseconds", "longest_answer_milliseconds"),
            yardstick="the longest answer when nothing moves",
            ratio=round(_longest("within", first, second) / _longest("outside", first, second), 2),
            orders=orders,
            rows_a_second=min(first["rows_a_second"], second["rows_a_second"]),
            held_milliseconds=max(first["held_milliseconds"], second["held_milliseconds"]),
            longest_answer_milliseconds=_longest("within", first, second),
            moves=[first, second],
            **entry,
        )
        opening.close_servers()
        connections.close_all()


def _longest(when: str, *moves: dict[str, float]) -> float:
    return max(move[f"longest_answer_{when}_milliseconds"] for move in moves)


def _open_further(folder: Path) -> Sequence[Server]:
    file = folder / "servers.toml"
    urls = {name: database.start_embedded(folder / name) for name in ("second", "third")}
    file.write_text("[servers]\n" + "".join(f'{name} = "{url}"\n' for name, url in urls.items()))
    os.environ[FILE_VARIABLE] = str(file)
    return opening.open_servers(database.migrate)


def _moved(shop: Shop, to: Server, servers: Sequence[Server]) -> dict[str, float]:
    sender = Sender(shop)
    sender.start()
    time.sleep(2)  # to see what answers take when nothing moves
    began = time.perf_counter()
    moved: Moved = move_shop(shop, to, servers, on_progress=lambda *_: None)
    ended = time.perf_counter()
    time.sleep(2)
    sender.stop()
    return {
        "rows": moved.rows,
        "rows_again": moved.rows_again,
        "seconds": round(moved.seconds, 2),
        "rows_a_second": round(moved.rows / moved.seconds),
        "held_milliseconds": round(moved.held_seconds * 1000, 1),
        "longest_answer_within_milliseconds": sender.longest_milliseconds(began, ended, inside=True),
        "longest_answer_outside_milliseconds": sender.longest_milliseconds(began, ended, inside=False),
    }


def _entry(shop: Shop) -> float:
    """Microseconds to come and go, the median."""
    took = []
    for _ in range(ENTRIES):
        began = time.perf_counter()
        with at_place(shop.id):
            pass
        took.append((time.perf_counter() - began) * 1e6)
    return median(took)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ORDERS)
