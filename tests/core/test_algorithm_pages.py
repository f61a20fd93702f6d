"""The worked numbers of the algorithm pages come out as they are printed."""

import hashlib
from decimal import Decimal

import pytest

from jiacan.kernel.ids import fraction_of
from jiacan.kernel.money import allocate, to_major, to_micros, to_minor
from jiacan.orders.contracts import OrderLine, RefundLine, keep
from tests.core.worked_cases import PAGES, find_cases, find_tables, run

HISTORIES = [case for page in ("awarding.md", "stacking.md", "refunds.md", "pricing.md") for case in find_cases(page)]


@pytest.mark.parametrize("case", HISTORIES, ids=lambda case: case.heading)
def test_a_history_comes_out_as_the_page_says(case):
    assert run(case) == list(case.rows)


def test_every_history_on_the_pages_is_run():
    assert len(HISTORIES) == 3 + 5 + 4 + 14
    assert sum(len(case.rows) for case in HISTORIES) == 20 + 8 + 15 + 56


def test_who_is_held_out_is_as_the_page_says():
    *_, rows = find_tables("awarding.md")
    for row in rows:
        identity = f"spring:{row['customer']}"
        fraction = fraction_of(identity)
        assert hashlib.sha256(identity.encode()).hexdigest()[:16] == row["first 8 bytes"]
        assert f"{fraction:.4f}" == row["fraction"]
        assert row["held out at 10%"] == ("yes" if fraction < 0.1 else "no")
    assert {row["held out at 10%"] for row in rows} == {"yes", "no"}


AMOUNTS, SPENDS, DISCOUNTS, SHARES = find_tables("allocation.md")


def number(text):
    return Decimal(text.replace("−", "-"))


def numbers(text):
    return tuple(int(number(one)) for one in text.split(", "))


@pytest.mark.parametrize("row", AMOUNTS, ids=str)
def test_amounts_round_as_the_page_says(row):
    assert to_minor(number(row["amount"]), row["currency"]) == number(row["minor units"])


@pytest.mark.parametrize("row", SPENDS, ids=str)
def test_lines_round_as_the_page_says(row):
    line = OrderLine(
        "a", int(row["quantity"]), to_micros(number(row["unit price"])), to_micros(number(row["line discount"]))
    )
    assert to_major(line.spend_minor(row["currency"]), row["currency"]) == number(row["spend"])


@pytest.mark.parametrize("row", DISCOUNTS, ids=str)
def test_discounts_shrink_as_the_page_says(row):
    quantity, kept = int(row["quantity"]), int(row["kept"])
    line = OrderLine("a", quantity, 10**9, to_micros(number(row["line discount"])))
    (left,) = keep([line], [RefundLine("a", quantity - kept)] if kept < quantity else []).lines
    assert left.discount_micros == to_micros(number(row["discount left"]))


@pytest.mark.parametrize("row", SHARES, ids=str)
def test_shares_are_as_the_page_says(row):
    assert allocate(int(number(row["total"])), numbers(row["weights"])) == numbers(row["shares"])


@pytest.mark.parametrize(
    "page", ["awarding.md", "stacking.md", "refunds.md", "allocation.md", "pricing.md", "occasions.md"]
)
def test_each_page_has_its_promise_its_terms_and_its_cases(page):
    headings = [line for line in (PAGES / page).read_text(encoding="utf-8").splitlines() if line.startswith("## ")]
    assert headings == ["## The promise", "## The terms", "## The cases"]
