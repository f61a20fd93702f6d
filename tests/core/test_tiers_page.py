"""The tables of docs/algorithms/tiers.md, run row by row."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from jiacan.offers.contracts.benefits import PointsBenefit
from jiacan.offers.core.tiers import follow, has_at, next_tier, tier_before
from jiacan.orders.contracts import KeptOrder, Returned
from tests.core.test_member_tiers import BEGIN, bought, day, ladder
from tests.core.worked_cases import PAGES, tables_in

PAYS = re.compile(r"pays (\d+\.\d\d)")
RETURNS = re.compile(r"returns (\d+\.\d\d) of day (\d+)")
NAMES = {"": "none", "a": "silver", "b": "gold"}


def cases():
    text = (PAGES / "tiers.md").read_text(encoding="utf-8").split("## The cases")[1].split("\n## ")[0]
    for section in text.split("\n### ")[1:]:
        (rows,) = tables_in(section)
        yield pytest.param(rows, id=section.splitlines()[0])


def minor(text):
    return int(text.replace(".", ""))


def after(orders, what, days):
    """The customer's orders after the row, as they are kept."""
    if found := PAYS.fullmatch(what):
        return [*orders, bought(days, minor(found[1]))]
    if found := RETURNS.fullmatch(what):
        paid_at, back = day(int(found[2])), minor(found[1])
        return [replace(each, kept_minor=each.kept_minor - back * (each.paid_at == paid_at)) for each in orders]
    assert what == "waits", what
    return orders


@pytest.mark.parametrize("rows", list(cases()))
def test_the_page_says_who_stands_where(rows):
    here = ladder(10_000, 30_000, within=60, grace=10)
    standing, orders = None, []
    for row in rows:
        days = int(row["day"])
        orders = after(orders, row["what"], days)
        standing, _ = follow(here, standing, orders, day(days))
        has, above = has_at(here, orders, day(days)), next_tier(here, standing.tier)
        missing = "" if above is None else f"{(above.needs - has) / 100:.2f} to {NAMES[above.id]}"
        until = "" if standing.grace_until is None else f"day {(standing.grace_until - BEGIN).days}"
        assert (f"{has / 100:.2f}", NAMES[standing.tier], missing, until) == (
            *(row["counts"], row["tier"], row["missing"], row["kept until"]),
        )


def test_the_page_says_on_which_tier_an_order_is_paid_and_how_many_points_it_gets():
    text = (PAGES / "tiers.md").read_text(encoding="utf-8").split("## Tiers in offers")[1]
    rows, *_ = tables_in(text)
    here, points = ladder(10_000, 30_000, within=60, grace=10), PointsBenefit(2, 100, (("a", 150), ("b", 200)))
    known: list[KeptOrder] = []
    for row in rows:
        days = int(row["day"])
        if back := RETURNS.fullmatch(row["what"]):
            place = next(i for i, each in enumerate(known) if each.paid_at == day(int(back[2])))
            paid = known[place]
            left = paid.kept_minor - minor(back[1])
            known[place] = replace(paid, kept_minor=left, returned=(Returned(day(days), paid.kept_minor),))
            continue
        paid = PAYS.fullmatch(row["what"])
        tier = tier_before(here, known, day(days), f"o-{days}")
        got = points.on_tier(minor(paid[1]) // 100 * 2, tier)
        assert (NAMES[tier], str(got)) == (row["tier before"], row["points"])
        known.append(bought(days, minor(paid[1])))
