"""Matching whole tables on DuckDB gives what matching one order after the other gives, for any plan."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from random import Random

import duckdb
import ibis
from hypothesis import given, settings
from hypothesis import strategies as st

from jiacan.offers.contracts.benefits import DiscountBenefit, GiftBenefit, PointsBenefit, TierBenefit
from jiacan.offers.contracts.conditions import Scope, SpendAtLeast, SpendEvery
from jiacan.offers.contracts.rules import Ladder, Rung, Trigger
from jiacan.offers.core.basket import Basket
from jiacan.offers.core.match import barred, reached_rungs
from jiacan.offers.measures.figures import LINES, ORDERS
from jiacan.offers.measures.match import matched_pairs, order_figures, orders_meeting, pairs_of
from tests.core.plans_for_tables import (
    lines_table,
    orders_table,
    plans,
    random_orders,
    rows_of_python,
    rows_of_table,
)
from tests.core.small_plans import goods, offer, order, plan

EXAMPLES = int(os.environ.get("JIACAN_MATCH_EXAMPLES", "100"))
BATCH = 40
TEA, CUP = Scope(skus=frozenset({"tea"})), Scope(skus=frozenset({"cup"}))
TENTH = DiscountBenefit(percent=10)
engine = duckdb.connect(config={"threads": 1})
ASKED_OF_ORDERS = {**ORDERS, "tier": "string", "birth_month": "int64"}
orders_asked, lines_asked = ibis.table(ASKED_OF_ORDERS, name="orders"), ibis.table(LINES, name="lines")


def reckoned(table, orders, rules):
    """The rows of an expression over these orders."""
    with engine.cursor() as cursor:
        cursor.register("orders", orders_table(orders))
        cursor.register("lines", lines_table(orders, rules.currency))
        return rows_of_table(cursor.sql(ibis.to_sql(table, dialect="duckdb")).to_arrow_table())


def pairs(orders, rules):
    return reckoned(matched_pairs(orders_asked, lines_asked, rules), orders, rules)


@settings(max_examples=EXAMPLES, deadline=None)
@given(plans(), st.randoms(use_true_random=False))
def test_tables_say_what_python_says(rules, random):
    orders = random_orders(Random(random.random()), rules, BATCH)
    assert pairs(orders, rules) == rows_of_python(orders, rules)


@settings(max_examples=EXAMPLES // 4, deadline=None)
@given(plans(), st.randoms(use_true_random=False))
def test_orders_that_reach_a_rung_are_found_whatever_it_gives(rules, random):
    priced = replace(rules, offers=tuple(replace(one, otherwise=(TENTH,)) for one in rules.offers))
    orders = random_orders(Random(random.random()), rules, BATCH)
    reaching = [(no,) for no, of in enumerate(orders) if barred(of, priced) is None and _reaches_a_rung(of, priced)]
    assert reckoned(orders_meeting(orders_asked, lines_asked, priced), orders, priced) == reaching


def _reaches_a_rung(of, rules):
    asked = [one for one in rules.offers if one.trigger is Trigger.ORDER_PAID and of.paid_at in one.during]
    return any(reached_rungs(one, Basket(of, rules), rules.currency) for one in asked)


def test_an_item_named_by_several_rungs_stands_where_the_first_reached_one_names_it():
    rungs = [
        Rung(1, (SpendAtLeast(100, TEA),), (GiftBenefit("mug", 1), PointsBenefit(1))),
        Rung(2, (SpendAtLeast(100, CUP),), (PointsBenefit(2), GiftBenefit("sample", 1), GiftBenefit("mug", 2))),
    ]
    rules = plan(offer("all", rungs=rungs, ladder=Ladder.ALL))
    tea, cup = goods("tea", 100), goods("cup", 150)
    orders = [order("1", tea), order("2", cup), order("3", tea, cup)]
    mug, points, sample, empty = 0, 1, 2, (-1, 0, 0)
    assert pairs(orders, rules) == [
        (0, 0, 1, 100, *(mug, 1, 320), *(points, 1, 1), *empty),
        (1, 0, 2, 150, *(points, 2, 2), *(sample, 1, 60), *(mug, 2, 640)),
        (2, 0, 2, 150, *(mug, 3, 960), *(points, 3, 3), *(sample, 1, 60)),
    ]


def test_an_item_that_comes_to_nothing_leaves_no_gap():
    benefits = (PointsBenefit(1, 1000), GiftBenefit("mug", 1))
    rules = plan(offer("points", *benefits), offer("only", PointsBenefit(1, 1000)))
    assert pairs([order("1", 999), order("2", 2999)], rules) == [
        (0, 0, 0, 999, *(1, 1, 320), *(-1, 0, 0)),
        (1, 0, 0, 2999, *(0, 2, 2), *(1, 1, 320)),
        (1, 1, 0, 2999, *(0, 2, 2), *(-1, 0, 0)),
    ]


def test_amounts_above_what_floating_numbers_hold_are_exact():
    huge = 10**15 - 1
    rules = plan(offer("steps", rungs=[Rung(0, (SpendEvery(7),), (PointsBenefit(3),))]), points_value_micros=1_003)
    assert pairs([order("1", goods("tea", huge, 8))], rules) == rows_of_python(
        [order("1", goods("tea", huge, 8))], rules
    )
    assert pairs([order("1", goods("tea", huge, 8))], rules)[0][5] == 8 * huge // 7 * 3


def test_a_plan_without_offers_for_orders_matches_none():
    rules = plan(offer("friends", TierBenefit("gold"), trigger=Trigger.REFERRAL_COMPLETED))
    assert pairs([order("1", 100)], rules) == []
    assert list(matched_pairs(orders_asked, lines_asked, rules).columns) == [
        *("no", "offer", "rung", "spend_minor"),
        *("item_0", "quantity_0", "amount_0"),
    ]


def test_an_offer_that_gives_nothing_matches_none():
    assert pairs([order("1", 100)], plan(offer("nothing"))) == []


def test_the_columns_have_the_types_that_are_promised():
    rules = plan(offer("mug", GiftBenefit("mug", 1), otherwise=(PointsBenefit(3),)))
    with engine.cursor() as cursor:
        cursor.register("orders", orders_table([order("1", 100)]))
        cursor.register("lines", lines_table([order("1", 100)], "CNY"))
        table = cursor.sql(ibis.to_sql(matched_pairs(orders_asked, lines_asked, rules), dialect="duckdb"))
        types = {name: str(of) for name, of in zip(table.columns, table.types, strict=True)}
    item = {"item_0": "SMALLINT", "quantity_0": "BIGINT", "amount_0": "BIGINT"}
    assert types == {
        "no": "BIGINT",
        "offer": "SMALLINT",
        "rung": "SMALLINT",
        "spend_minor": "BIGINT",
        **item,
        **{f"else_{name}": of for name, of in item.items()},
    }


def test_the_lines_are_looked_at_once_however_many_offers_there_are():
    rungs = [Rung(n, (SpendAtLeast(n * 100, scope),), (PointsBenefit(n),)) for n in (1, 2) for scope in (TEA, CUP)]
    rules = plan(*(offer(f"offer-{n}", rungs=rungs) for n in range(8)))
    with engine.cursor() as cursor:
        cursor.register("orders", orders_table([order("1", 100)]))
        cursor.register("lines", lines_table([order("1", 100)], "CNY"))
        sql = ibis.to_sql(matched_pairs(orders_asked, lines_asked, rules), dialect="duckdb")
        plan_text = "".join(row[1] for row in cursor.execute(f"EXPLAIN {sql}").fetchall())
    assert len(re.findall("ARROW_SCAN", plan_text)) == 2


def test_figures_kept_between_two_steps_give_the_same():
    rules = plan(
        offer("mug", GiftBenefit("mug", 1), when=[SpendAtLeast(500, TEA)]), offer("points", PointsBenefit(3))
    )
    orders = [order("1", goods("tea", 500)), order("2", goods("cup", 500))]
    figures = order_figures(orders_asked, lines_asked, rules)
    with engine.cursor() as cursor:
        cursor.register("orders", orders_table(orders))
        cursor.register("lines", lines_table(orders, "CNY"))
        cursor.execute(f"CREATE TEMP TABLE figures AS {ibis.to_sql(figures, dialect='duckdb')}")
        kept = pairs_of(ibis.table(figures.schema(), name="figures"), rules)
        assert rows_of_table(cursor.sql(ibis.to_sql(kept, dialect="duckdb")).to_arrow_table()) == pairs(orders, rules)
