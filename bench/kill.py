"""What a shop survives: `python -m bench.kill [TIMES]` prints one JSON line.

A server as its operators run it, with fsync on, takes orders one in a request over eight connections as fast as it
can. At random moments its web process, its writer, its worker or its database is killed with SIGKILL, each so many
times (20), in random order. After each:

- web, writer, database: seconds until a request that began after the kill is answered with the order's awards;
- worker: seconds until a job that was put in after the kill is done;

Clients send again whatever was not answered, except for a tenth of it, which nobody ever asks for again. At the end
every order that was answered has its award exactly once, those that were given up have it once or not at all, the
stock that is gone is the number of awards, and the ledger's audit finds nothing; otherwise the bench fails.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.api import JIACAN, Bench, served
from bench.clients import Sent, sending
from bench.measure import median, print_line

TIMES = 20
CONNECTIONS = 8
SECONDS_BETWEEN = (3.0, 9.0)
READY_WITHIN_SECONDS = 10.0
GIVE_UP_SECONDS = 120.0
STOCK = 10_000_000
"""Pieces in the plan of `bench.api`."""
KINDS = ("web", "writer", "worker", "database")

ADD_JOB = """
INSERT INTO procrastinate_jobs (queue_name, task_name, args, lock, queueing_lock)
VALUES ('upkeep', 'webhooks.take_over_stalled', '{"timestamp": 0}', NULL, NULL) RETURNING id
"""
AWARDS_BY_ORDER = "SELECT order_id, count(*) FROM offers_award WHERE outcome = 'granted' GROUP BY order_id"


@dataclass(frozen=True, slots=True)
class Killed:
    """One kill, and how many seconds later the part did its work again."""

    kind: str
    seconds: float


def kill_many(bench: Bench, home: Path, times: int, sent: Sent, chance: random.Random) -> Iterator[Killed]:
    """Kill each kind of part so many times, in random order at random moments."""
    kinds = [kind for kind in KINDS for _ in range(times)]
    chance.shuffle(kinds)
    for kind in kinds:
        time.sleep(chance.uniform(*SECONDS_BETWEEN))
        seen = len(sent.answers)
        killed_at = time.perf_counter()
        os.kill(_pid(home, kind), signal.SIGKILL)
        if kind == "worker":
            _worker_works(bench)
            yield Killed(kind, time.perf_counter() - killed_at)
        else:
            _until(lambda after=killed_at, seen=seen: sent.first_answer_after(after, seen=seen) is not None, kind)
            answered_at = sent.first_answer_after(killed_at, seen=seen)
            assert answered_at is not None
            yield Killed(kind, answered_at - killed_at)


def _pid(home: Path, kind: str) -> int:
    if kind == "database":
        return int((home / "postgres" / "postmaster.pid").read_text().split()[0])
    return json.loads((home / "parts.json").read_text())[kind if kind == "worker" else f"{kind}-1"]


def _worker_works(bench: Bench) -> None:
    with psycopg.connect(bench.dsn, autocommit=True) as connection:
        (job,) = connection.execute(ADD_JOB).fetchone() or (0,)
        done = "SELECT 1 FROM procrastinate_jobs WHERE id = %s AND status = 'succeeded'"
        _until(lambda: connection.execute(done, [job]).fetchone() is not None, "worker")


def _until(holds: Callable[[], bool], kind: str) -> None:
    give_up_at = time.perf_counter() + GIVE_UP_SECONDS
    while not holds():
        if time.perf_counter() > give_up_at:
            raise RuntimeError(f"{kind} did not come back within {GIVE_UP_SECONDS:.0f} seconds")
        time.sleep(0.01)


def check(bench: Bench, home: Path, *sent: Sent) -> dict[str, int]:
    """Compare what was answered with what is stored.

    Raises:
        RuntimeError: an order has too many awards or too few, or the books do not add up.
    """
    with psycopg.connect(bench.dsn, autocommit=True) as connection:
        awards = dict(connection.execute(AWARDS_BY_ORDER).fetchall())
        balance = "SELECT posted - held FROM ledger_account WHERE owner LIKE '%/stock/mug' AND floor IS NOT NULL"
        ((left,),) = connection.execute(balance).fetchall()
    answered = {order_id for each in sent for order_id in each.answered}
    given_up = {order_id for each in sent for order_id in each.given_up}
    faults = {
        "answered_without_award": sum(awards.get(order_id) != 1 for order_id in answered),
        "awarded_twice": sum(count > 1 for count in awards.values()),
        "awarded_unasked": len(awards.keys() - answered - given_up),
        "stock_differs": STOCK - left - sum(awards.values()),
        "audit_differs": 0 if _audit_is_clean(home) else 1,
    }
    if any(faults.values()):
        raise RuntimeError(f"the books are wrong: {faults}")
    return faults


def _audit_is_clean(home: Path) -> bool:
    environment = {**os.environ, "JIACAN_HOME": str(home)}
    environment.pop("JIACAN_DATABASE_URL", None)
    audited = subprocess.run([*JIACAN, "ledger", "audit"], check=False, env=environment, capture_output=True)
    return audited.returncode == 0


def main(times: int | None = None) -> None:
    """Serve, send, kill, check, and print the line."""
    each = times or (int(sys.argv[1]) if len(sys.argv) > 1 else TIMES)
    with tempfile.TemporaryDirectory(prefix="jiacan-bench-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        home.chmod(0o755)
        with served(home) as bench:
            killed: list[Killed] = []
            url = f"{bench.url}/orders"
            with sending(url, bench.secret, connections=CONNECTIONS, name="k", give_up=True) as sent:
                for one in kill_many(bench, home, each, sent, random.Random(1)):
                    killed.append(one)
                    sys.stderr.write(f"{len(killed)} of {len(KINDS) * each}: {one.kind} after {one.seconds:.2f} s\n")
                time.sleep(1)
            faults = check(bench, home, sent)
    by_kind = {kind: [one.seconds for one in killed if one.kind == kind] for kind in KINDS}
    print_line(
        "kill",
        size=f"{each} of each part",
        shown=(*(f"{kind}_ready_seconds" for kind in KINDS), "late", "answered_without_award", "awarded_twice"),
        yardstick=f"the {READY_WITHIN_SECONDS:.0f} s it may take to be ready",
        ratio=round(max(one.seconds for one in killed) / READY_WITHIN_SECONDS, 2),
        times=each,
        **{f"{kind}_ready_seconds": median(seconds) for kind, seconds in by_kind.items()},
        ready_seconds={
            kind: {"p50": median(seconds), "most": round(max(seconds), 3)} for kind, seconds in by_kind.items()
        },
        late=sum(one.seconds > READY_WITHIN_SECONDS for one in killed),
        answered=len(sent.answered),
        sent_again=sent.sent_again,
        given_up=len(sent.given_up),
        **faults,
    )


if __name__ == "__main__":
    main()
