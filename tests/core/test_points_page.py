"""The tables of docs/algorithms/points.md, run row by row."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from jiacan.members.contracts.points import NotEnoughPoints
from jiacan.members.core.points import Purse, earn, expire, give_back, in_order, spend, take_back
from tests.core.test_member_points import at, lot
from tests.core.worked_cases import PAGES, tables_in

EARN = re.compile(r"earn (\w): (\d+)(?: from day (\d+))?(?: until day (\d+))?")
SPEND = re.compile(r"spend (\d+)")
CANCEL = re.compile(r"cancel (\d+)")
BACK = re.compile(r"take back (\w): (\d+)")


def cases():
    text = (PAGES / "points.md").read_text(encoding="utf-8").split("## The cases")[1].split("\n## ")[0]
    for section in text.split("\n### ")[1:]:
        (rows,) = tables_in(section)
        yield pytest.param(rows, id=section.splitlines()[0])


def step(purse, what, day, spent):
    """The purse after the row, and what it says instead where it was refused; `spent` are lines by points."""
    if found := EARN.fullmatch(what):
        name, points, since, until = found.groups()
        made = lot(name, int(points), day=day, available=0 if since is None else int(since) - day)
        ends = None if until is None else at(int(until) + 0.5)
        return earn(purse, replace(made, expires_at=ends)).purse, None
    if found := SPEND.fullmatch(what):
        try:
            done = spend(purse, int(found[1]), name=f"s-{day}", reason="", at=at(day))
            spent[int(found[1])] = done.lines[0]
            return done.purse, None
        except NotEnoughPoints as error:
            return purse, f"refused: {error.available}"
    if found := CANCEL.fullmatch(what):
        return give_back(purse, spent[int(found[1])], reason="", at=at(day)).purse, None
    if found := BACK.fullmatch(what):
        return take_back(purse, found[1], int(found[2]), name="b", subject="", at=at(day)).purse, None
    assert what == "expire", what
    return purse, None


@pytest.mark.parametrize("rows", list(cases()))
def test_the_page_says_what_becomes_of_points(rows):
    purse, spent = Purse(), {}
    for row in rows:
        day = int(row["day"])
        purse, refused = step(expire(purse, at(day)).purse, row["what"], day, spent)
        left = [f"{each.name.rpartition('/')[2]} {each.left}" for each in in_order(purse.lots.values()) if each.left]
        found = (purse.available(at(day)), purse.pending(at(day)), purse.debt)
        assert (refused or ", ".join(left) or "nothing", *map(str, found)) == (
            *(row["lots"], row["can be spent"], row["pending"], row["owed"]),
        )
