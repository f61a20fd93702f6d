"""The tables of docs/algorithms/points.md, run row by row."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from jiacan.kernel.money import allocate, micros_to_minor, to_major
from jiacan.members.contracts.points import NotEnoughPoints
from jiacan.members.core.points import Purse, earn, expire, give_back, in_order, spend, take_back
from jiacan.members.core.used import used
from jiacan.offers.contracts.points import PointsGiven, PointsTaken
from jiacan.offers.core.backing import Backing, following, taken_back
from tests.core.test_member_points import at, lot
from tests.core.worked_cases import PAGES, tables_in

EARN = re.compile(r"earn (\w): (\d+)(?: from day (\d+))?(?: until day (\d+))?")
SPEND = re.compile(r"spend (\d+)")
CANCEL = re.compile(r"cancel (\d+)")
BACK = re.compile(r"take back (\w): (\d+)")


def cases(heading):
    text = (PAGES / "points.md").read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
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


@pytest.mark.parametrize("rows", list(cases("The cases")))
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


class Money:
    """The money behind the awards of a page's row, as it follows their points; a line pays for it."""

    def __init__(self, line_minor, value_micros):
        self.line_minor, self.value_micros, self.behind = line_minor, value_micros, {}

    def follow(self, before, after, what, day):
        """What the row does to it."""
        moved = []
        if found := EARN.fullmatch(what):
            name, points = found[1], int(found[2])
            worth = micros_to_minor(points * self.value_micros, "GBP")
            self.behind[name] = Backing(points=points, worth_minor=worth)
            moved.append(PointsGiven(f"o-{name}", "offer", "anna", points, at(day)))
        if found := BACK.fullmatch(what):
            name, points = found[1], int(found[2])
            held = self.behind[name]
            minor = allocate(held.worth_minor, [points, held.points - points])[0]
            self.behind[name] = replace(taken_back(held, points, minor), lost=held.lost)
            moved.append(PointsTaken(f"o-{name}", "offer", "anna", "r", points, at(day)))
        for each in used(before, after, at=at(day), plan_id="plan", moved=moved):
            name = each.order_id.removeprefix("o-")
            has = self.behind[name]
            self.behind[name] = following(replace(has, spent=has.spent + each.spent, lost=has.lost + each.lost))

    def told(self):
        """Held, spent and free."""
        held = sum(each.held_minor for each in self.behind.values())
        spent = sum(each.spent_minor for each in self.behind.values())
        return tuple(f"{to_major(minor, 'GBP'):.2f}" for minor in (held, spent, self.line_minor - held - spent))


@pytest.mark.parametrize("rows", list(cases("The money behind them")))
def test_the_page_says_where_the_money_is(rows):
    in_parts = rows[0]["free"] == "0.97"
    money = Money(*((100, 4_000) if in_parts else (200, 10_000)))
    purse, spent = Purse(), {}
    for row in rows:
        day, before = int(row["day"]), purse
        purse, refused = step(expire(purse, at(day)).purse, row["what"], day, spent)
        money.follow(before, purse, row["what"], day)
        left = [f"{each.name.rpartition('/')[2]} {each.left}" for each in in_order(purse.lots.values()) if each.left]
        assert refused is None
        assert (", ".join(left) or "nothing", *money.told()) == tuple(
            row[column] for column in ("lots", "held", "spent", "free")
        )
