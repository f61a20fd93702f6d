"""The tables of docs/algorithms/ledger.md, run row by row."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jiacan.ledger.contracts import (
    AccountKey,
    Applied,
    Balance,
    Duplicate,
    Expire,
    Group,
    Hold,
    Move,
    Post,
    Reverse,
    Void,
)
from jiacan.ledger.core.decide import decide

PAGE = Path(__file__).resolve().parents[2] / "docs" / "algorithms" / "ledger.md"
DAY_ZERO = datetime(2011, 11, 14, tzinfo=UTC)
STOCK, ANNA, C2 = ACCOUNTS = [AccountKey(name, "mug") for name in ("stock", "anna", "c2")]
OPENING = {STOCK: Balance(10, 0, 0), ANNA: Balance(0, 0, 0), C2: Balance(0, 0, 0)}

ENTRY = re.compile(
    r"(?P<what>\w+) (?P<key>\w+): (?:(?P<amount>\d+|all) (?:of )?)?"
    r"(?:from (?P<debit>\w+) to (?P<credit>\w+)|(?P<target>\w\d))"
    r"(?: until day (?P<until>\d+))?(?: on day (?P<day>\d+))?"
)


def tables():
    """Every table of the page by its heading; a row is a list of cells."""
    cases = PAGE.read_text(encoding="utf-8").split("## The cases")[1].split("\n## ")[0]
    for section in cases.split("\n### ")[1:]:
        rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
        yield section.splitlines()[0], [[cell.strip() for cell in row] for row in rows[2:]]


def day(text):
    return None if text is None else DAY_ZERO + timedelta(days=int(text))


def to_entry(text):
    parts = ENTRY.fullmatch(text)
    assert parts, f"{text!r} is not an entry"
    what, key, target = parts["what"], parts["key"], parts["target"]
    at = day(parts["day"] or "0")
    amount = None if parts["amount"] in {None, "all"} else int(parts["amount"])
    match what:
        case "move":
            return Move(key, AccountKey(parts["debit"], "mug"), AccountKey(parts["credit"], "mug"), amount, at)
        case "hold":
            sides = AccountKey(parts["debit"], "mug"), AccountKey(parts["credit"], "mug")
            return Hold(key, *sides, amount, at, day(parts["until"]))
        case "post":
            return Post(key, target, at, amount)
    return {"void": Void, "expire": Expire, "reverse": Reverse}[what](key, target, at)


def words(outcome):
    match outcome:
        case Applied():
            return "applied"
        case Duplicate():
            return "duplicate"
    return str(outcome.fact.message())


def written(balance):
    return f"{balance.posted}/{balance.held}" if balance.held else str(balance.posted)


@pytest.mark.parametrize(("heading", "rows"), list(tables()), ids=[heading for heading, _ in tables()])
def test_the_table_holds(heading, rows):
    balances, transfers = dict(OPENING), []
    for asked, *expected in rows:
        group = Group(tuple(to_entry(entry.strip()) for entry in asked.split(" + ")))
        decision = decide(balances, transfers, [group])
        transfers += decision.transfers
        for key, delta in decision.deltas.items():
            old = balances[key]
            balances[key] = Balance(old.posted + delta.posted, old.held + delta.held, old.floor)
        seen = [words(decision.outcomes[0]), *(written(balances[key]) for key in ACCOUNTS)]
        assert seen == expected, asked


def test_the_page_has_every_table():
    assert {heading: len(rows) for heading, rows in tables()} == {
        "Moves, and the floor": 4,
        "Holds": 9,
        "Expiry": 8,
        "Reversal": 10,
        "Groups": 3,
        "The second time": 7,
    }
