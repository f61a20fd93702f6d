"""The tables of docs/algorithms/check-in.md, run row by row."""

from __future__ import annotations

import pytest

from jiacan.members.contracts.check_in import MakeUp, MakeUpRefused
from jiacan.members.core.check_in import check_make_up, walk
from tests.core.test_check_in import FIRST, card, challenge, day
from tests.core.worked_cases import PAGES, tables_in

CASES = (PAGES / "check-in.md").read_text(encoding="utf-8").split("## The cases")[1]
ROWS, MAKING_UP = tables_in(CASES)


def days_of(row: str, marks: str) -> tuple[int, ...]:
    return tuple(number for number, mark in enumerate(row.split(), start=1) if mark in marks)


def told(reached) -> str:
    return "; ".join(f"{each.round}/{each.day} on {(each.on - FIRST).days + 1}" for each in reached) or "nothing"


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_days_in_a_row_reach_is_as_the_page_says(row):
    done = [day(number) for number in days_of(row["days"], "xm")]
    assert told(walk(done, (3, 5), again=row["again"] == "yes").reached) == row["reached"]


@pytest.mark.parametrize("row", MAKING_UP, ids=str)
def test_what_can_be_made_up_is_as_the_page_says(row):
    of = challenge(ladder=(3, 5), make_up=MakeUp(2, 3, 20))
    kept, more = card(*days_of(row["days"], "x"), made_up=days_of(row["days"], "m")), day(int(row["to make up"]))
    if row["comes to"].startswith("refused: "):
        with pytest.raises(MakeUpRefused) as refused:
            check_make_up(of, kept, more, day(6))
        assert f"refused: {refused.value.why}" == row["comes to"]
        return
    check_make_up(of, kept, more, day(6))
    before = walk(kept.days, of.ladder, again=False).reached
    after = walk({*kept.days, more}, of.ladder, again=False).reached
    new = [each for each in after if (each.round, each.day) not in {(one.round, one.day) for one in before}]
    assert f"made up: {told(new)}" == row["comes to"]
