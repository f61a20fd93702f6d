"""The worked numbers of docs/algorithms/match.md come out as they are printed."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from jiacan.kernel.clocks import offsets_in
from jiacan.kernel.money import to_minor
from jiacan.kernel.periods import Period
from jiacan.offers.contracts.benefits import GiftBenefit
from jiacan.offers.contracts.conditions import Bundle, BundlePart
from jiacan.offers.core.asked import units_to_fill
from tests.core.small_plans import goods, offer, order, plan, spend
from tests.core.test_match_tables import pairs
from tests.core.worked_cases import find_tables

LADDER, BUNDLES = find_tables("match.md")
MUG = GiftBenefit("mug", 1)


def test_each_order_of_the_ladder_reaches_the_rung_that_the_page_says():
    rules = plan(
        offer("ladder", rungs=[spend(100 * yuan, MUG, number=n) for n, yuan in enumerate((150, 300, 800), start=1)])
    )
    orders = [order(row["order"], to_minor(Decimal(row["spend"]), "CNY")) for row in LADDER]
    rungs = dict(row[0:3:2] for row in pairs(orders, rules))
    said = [f"rung {rungs[no]}" if no in rungs else "none" for no in range(len(orders))]
    assert said == [row["row"] for row in LADDER] == ["none", "rung 1", "rung 3"]


def test_the_bundle_holds_where_the_page_says():
    bundle = Bundle((BundlePart(frozenset("ab"), 1), BundlePart(frozenset("b"), 2)))
    assert units_to_fill(bundle) == {frozenset("ab"): 3, frozenset("b"): 2}
    rules = plan(offer("set", MUG, when=[bundle]))
    orders = [
        order(str(no), *(goods(sku, 100, int(row[sku])) for sku in "ab" if row[sku] != "0"))
        for no, row in enumerate(BUNDLES)
    ]
    holding = {row[0] for row in pairs(orders, rules)}
    assert ["yes" if no in holding else "no" for no in range(len(orders))] == [row["holds"] for row in BUNDLES]
    for row in BUNDLES:
        a, b = int(row["a"]), int(row["b"])
        assert (row["b ≥ 2"], row["a + b ≥ 3"]) == ("yes" if b >= 2 else "no", "yes" if a + b >= 3 else "no")


def test_london_steps_back_at_one_in_the_morning():
    day = Period(datetime(2011, 10, 30, tzinfo=UTC), datetime(2011, 10, 31, tzinfo=UTC))
    assert [(f"{step.since:%H:%M}", str(step.offset)) for step in offsets_in(ZoneInfo("Europe/London"), day)] == [
        ("00:00", "1:00:00"),
        ("01:00", "0:00:00"),
    ]
