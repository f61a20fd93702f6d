"""How many points postings a second are durable: earned, spent and expired, beside the ledger's moves without lots.

`python -m bench.members [AWARDS]` starts a PostgreSQL of its own in a temporary folder, durable as it ships. So many
awards of points to a twentieth as many customers are posted a thousand at a time, as a campaign's chunk does: the
ledger's move, the lot and the statement's line. The yardstick is the same moves alone, at a second shop. Then every
customer spends once, one transaction each, and what is left expires. Lots and ledger must agree at the end. Then a
hundredth as many redemptions of one hot item are made, half of them by several processes at once (`stored_mall`).
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import connection, transaction

import jiacan.project.start  # noqa: F401 - readies the models, so it comes before the facades
from bench import stored_mall
from bench.measure import print_line
from jiacan.kernel.messages import Name
from jiacan.ledger import facade as ledger
from jiacan.ledger.contracts import Account, AccountKey, Group, Move
from jiacan.members.facade import expiring, noting, reading, spending
from jiacan.offers.contracts.points import PointsGiven, PointsTerms
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.facade.points import points_account
from jiacan.project import database

WITH_LOTS, WITHOUT = 101, 102
AT = datetime(2026, 11, 11, tzinfo=UTC)
LATER = AT + timedelta(days=400)
ISSUED = AccountKey("plan/spring/issued", "points")
BATCH, OF_ONE_CUSTOMER, POINTS = 1_000, 20, 10


def main() -> None:
    """Measure, and print one line of JSON."""
    parser = argparse.ArgumentParser(description="Points postings a second.")
    parser.add_argument("awards", type=int, nargs="?", default=20_000)
    asked = parser.parse_args().awards
    with tempfile.TemporaryDirectory(prefix="jiacan-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        url = database.start_embedded(Path(folder))
        database.connect(url)
        database.migrate()
        measure(asked, url)
        connection.close()


def measure(asked: int, url: str) -> None:
    """Post the same awards without lots and with them, spend once for each customer, let the rest expire; redeem."""
    customers = [f"c-{n}" for n in range(max(1, asked // OF_ONE_CUSTOMER))]
    given = [PointsGiven(f"o-{n}", "points", customers[n % len(customers)], POINTS, AT) for n in range(asked)]
    for shop_id in (WITH_LOTS, WITHOUT):
        accounts = [ISSUED, *map(points_account, customers)]
        ledger.open_accounts(shop_id, [Account(each, None) for each in accounts])
    rules = plan()
    bare = timed(lambda: post(WITHOUT, given, lambda batch: None))
    earning = timed(lambda: post(WITH_LOTS, given, lambda batch: noting.note(WITH_LOTS, rules, batch)))
    spenders = timed(lambda: spend(customers))
    assert expiring.expire_due(WITH_LOTS, AT) == 0
    expired = timed(lambda: expiring.expire_due(WITH_LOTS, LATER))
    assert reading.disagreements(WITH_LOTS) == ()
    assert reading.points_of(WITH_LOTS, customers[0], LATER).balance == 0
    redeemed = stored_mall.measure(url, max(20, asked // 100))
    print_line(
        "members",
        size=f"{asked:,} awards",
        shown=("earned_per_second", "spent_per_second", "expired_lots_per_second", "redeemed_per_second"),
        yardstick="the ledger's moves without lots",
        ratio=round(earning / bare, 2),
        earned_per_second=round(asked / earning),
        spent_per_second=round(len(customers) / spenders),
        expired_lots_per_second=round((asked - len(customers)) / expired),
        bare_moves_per_second=round(asked / bare),
        customers=len(customers),
        **redeemed,
    )


def post(shop_id: int, given: Sequence[PointsGiven], keep: Callable[[Sequence[PointsGiven]], None]) -> None:
    """The ledger's moves by the batch, each with what is kept of it in one transaction."""
    for start in range(0, len(given), BATCH):
        batch = given[start : start + BATCH]
        moves = [
            Group((Move(f"{each.order_id}/points", ISSUED, points_account(each.customer_id), each.points, each.at),))
            for each in batch
        ]
        with transaction.atomic():
            ledger.post(shop_id, moves, {}, {ISSUED, *(points_account(each.customer_id) for each in batch)})
            keep(batch)


def spend(customers: Sequence[str]) -> None:
    """Everyone spends a lot's worth, in a transaction of their own."""
    for customer in customers:
        spending.spend_points(WITH_LOTS, customer, POINTS, reference=f"spent-{customer}", reason="", at=AT)


def plan() -> PlanRules:
    """A plan whose points last a year."""
    return PlanRules(
        plan_id="spring",
        version=1,
        name=Name("春季", "Spring"),
        shop="bench",
        currency="CNY",
        zone=ZoneInfo("Asia/Shanghai"),
        offers=(),
        stock={},
        coupons={},
        budget={},
        draws={},
        tiers={},
        reserve_minor=0,
        points_value_micros=0,
        holdout_share=0.0,
        staff=frozenset(),
        points=PointsTerms(months=12),
    )


def timed(work: Callable[[], object]) -> float:
    """The seconds that it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
