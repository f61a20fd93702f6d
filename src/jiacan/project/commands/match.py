"""`jiacan match`: which offers prepared orders meet, on this machine or on a Spark cluster; stores nothing else."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from jiacan.kernel.messages import tell
from jiacan.offers.facade import matching
from jiacan.plans import facade as plans
from jiacan.project.commands.plan import print_problems
from jiacan.project.output import COMMON, Common, screen


def match(plan: str, /, *, orders: Path, to: Path, spark: str | None = None, common: Common = COMMON) -> int:
    """Match a plan to prepared orders, and write each order with each offer that it meets.

    Parameters
    ----------
    plan
        The plan's file.
    orders
        A folder with orders.parquet and lines.parquet, as docs/guide/orders.md has them.
    to
        A new folder for the pairs.
    spark
        The master of a Spark cluster, such as spark://host:7077 or local[4]; all its machines must see both folders.
    """
    checked = plans.read_plan(plan)
    out = screen(common)
    if checked.rules is None:
        print_problems(checked, out)
        return 1
    written = matching.match_folder(checked.rules, orders, to, plan_sha256=checked.sha256, spark=spark)
    if common.json:
        out.print_json(asdict(written))
        return 0
    out.say(
        tell(
            "Matched {orders} orders; wrote {pairs} pairs of an order and an offer to {folder}.",
            orders=f"{written.orders:,}",
            pairs=f"{written.pairs:,}",
            folder=str(to),
        )
    )
    return 0
