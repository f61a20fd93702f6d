"""The door to matching away from the database: prepared orders in, matched pairs out, on one machine or on many."""

from __future__ import annotations

from pathlib import Path

from jiacan.offers.contracts.matching import PricesNotInTables, WrittenPairs
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.core.slots import bears_on_prices, price_offers
from jiacan.offers.readers import prepared
from jiacan.offers.readers.spark import match_with_spark


def match_folder(rules: PlanRules, orders: Path, to: Path, *, plan_sha256: str, spark: str | None) -> WrittenPairs:
    """Match a folder of prepared orders into a new folder of pairs.

    Args:
        rules: the plan.
        orders: a folder with `orders.parquet` and `lines.parquet`, as docs/guide/orders.md has them.
        to: where `pairs/` and then `match.json` are written.
        plan_sha256: which text of the plan this is.
        spark: the master of a Spark cluster; this machine and DuckDB where it is None.

    Raises:
        PricesNotInTables: the plan has offers on prices.
        FileUnreadable, ColumnsMissing: the orders cannot be read.
        FileUnwritable: the pairs cannot be written there.
        EngineMissing, EngineFailed: the engine is not there, or could not.
    """
    if bears_on_prices(rules):
        raise PricesNotInTables(price_offers(rules))
    found = prepared.look_into(orders, rules)
    folder = prepared.new_folder(to)
    if spark is None:
        prepared.match_with_duckdb(found, rules, folder)
    else:
        match_with_spark(found, rules, folder, master=spark)
    return prepared.write_about(to, plan_id=rules.plan_id, plan_sha256=plan_sha256, orders=found.orders)


def read_pairs(folder: Path, *, plan_sha256: str) -> WrittenPairs:
    """The pairs that `match_folder` wrote for this text of a plan.

    Raises:
        FileUnreadable: no whole match is there.
        MatchOfOtherPlan: it was matched for another text.
    """
    return prepared.read_pairs(folder, plan_sha256=plan_sha256)
