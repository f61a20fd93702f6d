"""The tables of docs/algorithms/tiers.md, run row by row."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from jiacan.members.core.tiers import Walk, gift_of, lay_over
from jiacan.offers.contracts.benefits import PointsBenefit
from jiacan.offers.contracts.tiers import GivenFor, TierGiven
from jiacan.offers.core.tiers import follow, has_at, next_tier, tier_before
from jiacan.orders.contracts import KeptOrder, Returned
from tests.core.test_member_tiers import BEGIN, bought, day, ladder
from tests.core.worked_cases import PAGES, tables_in

PAYS = re.compile(r"pays (\d+\.\d\d)")
RETURNS = re.compile(r"returns (\d+\.\d\d) of day (\d+)")
NAMES = {"": "none", "a": "silver", "b": "gold"}


GIVEN = re.compile(r"is given (silver|gold) for (\d+) days")
LOSES = re.compile(r"loses what day (\d+) gave")
TIERS = {name: tier for tier, name in NAMES.items()}


def cases(part="## The cases"):
    text = (PAGES / "tiers.md").read_text(encoding="utf-8").split(f"{part}\n")[1].split("\n## ")[0]
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


def gifts_after(gifts, what, days):
    """What the customer was given, after the row."""
    if found := GIVEN.fullmatch(what):
        given = TierGiven(f"o-{days}", "gift", "anna", TIERS[found[1]], GivenFor(days=int(found[2])), day(days))
        return [*gifts, gift_of(given, ZoneInfo("UTC"))]
    if found := LOSES.fullmatch(what):
        return [replace(each, taken_at=day(days)) if each.order_id == f"o-{found[1]}" else each for each in gifts]
    return gifts


@pytest.mark.parametrize("rows", list(cases("## Tiers that are given")))
def test_the_page_says_who_stands_where_by_what_was_given(rows):
    here = ladder(10_000, 30_000, within=60, grace=10)
    before, stood, orders, gifts = None, "", [], []
    for row in rows:
        days, what = int(row["day"]), row["what"]
        gifts = gifts_after(gifts, what, days)
        if not GIVEN.fullmatch(what) and not LOSES.fullmatch(what):
            orders = after(orders, what, days)
        standing, changes = follow(here, before, orders, day(days))
        stood, taken = lay_over(here, stood, Walk(before, changes, day(days), partial(has_at, here, orders)), gifts)
        why = [str(step.cause).replace("_", " ") for step in taken]
        assert (NAMES[standing.tier], NAMES[stood], why) == (
            *(row["by orders"], row["stands"], [row["why"]] if row["why"] else []),
        ), row
        before = standing


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
