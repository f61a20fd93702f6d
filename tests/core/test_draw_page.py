"""The tables of docs/algorithms/draws.md, run row by row; hashes are taken as the page says, not as the code does."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from jiacan.draws.contracts.terms import Mode, PrizeUnits
from jiacan.draws.core.cards import lay
from jiacan.draws.core.hashing import canonical, uniform
from jiacan.draws.core.instant import slot_of
from jiacan.draws.core.ranking import rank
from jiacan.draws.core.terms import commitment_of, to_json
from jiacan.offers.contracts.set_aside import Taken
from jiacan.offers.contracts.settled import Means
from jiacan.offers.core.set_aside import add_up
from tests.core.small_draws import SEED, VALUE, deck, drawn, instant, scheduled, tickets

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "algorithms" / "draws.md").read_text(encoding="utf-8")
FIVE = instant(deck("day", 5, tea=1, cup=1), rules="One ticket for each order.")
NONE = "–"


def tables():
    """Every table by its first column's name and heading, as rows of named cells."""
    found = {}
    for part in re.split(r"\n#+ ", PAGE):
        for block in re.findall(r"(?:^\|.*\n)+", part, re.MULTILINE):
            rows = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in block.splitlines()]
            heading = f"{part.splitlines()[0]}: {rows[0][0]}"
            found[heading] = [dict(zip(rows[0], row, strict=True)) for row in rows[2:]]
    return found


TABLES = tables()


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def mac(text):
    return hmac.new(SEED, text.encode(), hashlib.sha256).hexdigest()


def shown(value):
    return NONE if value is None else str(value)


def test_the_page_has_these_tables():
    assert {heading: len(rows) for heading, rows in TABLES.items()} == {
        "The construction: key": 3,
        "A deck of five: position": 5,
        "A deck of five: number": 6,
        "One win each: number": 7,
        "A prize after two misses: number": 9,
        "At one hour: number": 6,
        "What is set aside: drawn": 4,
    }


def test_fair_numbers():
    for row in TABLES["The construction: key"]:
        label = row["label"].strip("`").replace("⏎", "\n")
        assert uniform(SEED, label, int(row["n"])) == int(row["fair number"])


def test_the_terms_have_their_commitment():
    written = re.search(r"```json\n(.+)\n```", PAGE)[1]
    terms = drawn(FIVE, []).terms
    assert canonical(to_json(terms)).decode() == written
    assert sha(written) == commitment_of(terms)
    assert f"`{sha(written)}`" in PAGE
    assert json.loads(written)["rules_hash"] == sha(FIVE.rules)


def test_every_card_of_the_deck_of_five():
    layout = lay(SEED, FIVE.decks[0], Mode.INSTANT)
    for row in TABLES["A deck of five: position"]:
        salt = mac(f"salt\nday\n{row['position']}")
        leaf = sha(f"\0card\nday\n{row['position']}\n{row['prize']}\n{salt}")
        assert layout.get(int(row["position"]), "") == row["prize"]
        assert (salt[:16], leaf[:16]) == (row["salt begins"], row["leaf begins"])


def test_every_ticket_of_the_deck_of_five():
    rows = TABLES["A deck of five: number"]
    file = drawn(FIVE, tickets([row["customer"] for row in rows]))
    head = commitment_of(file.terms)
    for left, (row, each) in zip((5, 4, 3, 2, 1, 0), zip(rows, file.tickets, strict=True), strict=True):
        head = sha(f"ticket\n{head}\n{row['number']}\nday\n{row['ticket']}\n{row['customer']}")
        assert each.head == head
        assert head.startswith(row["head begins"])
        assert row["slot"] == shown(slot_of(SEED, head, left) if left else None)
        assert (row["card"], row["prize"]) == (shown(each.result.card), each.result.prize)


CASES = {
    "One win each": instant(deck("day", 6, cup=4), wins_per_customer=1),
    "A prize after two misses": instant(deck("day", 7, tea=1), guarantee_after=2, guaranteed=(PrizeUnits("cup", 2),)),
}


@pytest.mark.parametrize("heading", CASES)
def test_every_ticket_of_a_case(heading):
    rows = TABLES[f"{heading}: number"]
    file = drawn(CASES[heading], tickets([row["customer"] for row in rows]))
    for row, each in zip(rows, file.tickets, strict=True):
        found = each.result
        assert (row["card"], row["guaranteed"]) == (shown(found.card), shown(found.guaranteed))
        assert row["prize"] == found.prize


TAKES = {
    "kettle": ((Taken(Means.STOCK, "kettle", 1), Taken(Means.BUDGET, "line", 6_000)), 2),
    "cup": ((Taken(Means.STOCK, "cup", 1), Taken(Means.BUDGET, "line", 400)), 3),
    "coupon": ((Taken(Means.BUDGET, "line", 1_000),), 1),
}


@pytest.mark.parametrize("row", TABLES["What is set aside: drawn"], ids=str)
def test_what_is_set_aside(row):
    drawn = Counter(row["drawn"].replace(NONE, "").split(", "))
    assert add_up((takes, units - drawn[prize]) for prize, (takes, units) in TAKES.items()) == {
        (Means.STOCK, "kettle"): int(row["kettle"]),
        (Means.STOCK, "cup"): int(row["cup"]),
        (Means.BUDGET, "line"): int(row["line"].replace(".", "")),
    }


def test_every_ticket_of_the_hour():
    rows = TABLES["At one hour: number"]
    announced = scheduled(PrizeUnits("car", 1), PrizeUnits("cup", 2), wins_per_customer=1)
    file = drawn(announced, tickets([row["customer"] for row in rows], "whole"))
    heads = [each.head for each in file.tickets]
    ranking = rank(SEED, heads[-1], VALUE, heads)
    assert f"`{VALUE}`" in PAGE
    for place, (row, each) in enumerate(zip(rows, file.tickets, strict=True)):
        assert row["rank"] == str(ranking.index(place) + 1)
        assert (row["card"], row["prize"]) == (shown(each.result.card), each.result.prize)
