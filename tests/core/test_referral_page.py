"""The tables of docs/algorithms/referrals.md, run row by row."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from jiacan.referrals.contracts.referrals import State, Touch
from jiacan.referrals.contracts.terms import Attribution, ReferralTerms
from jiacan.referrals.core.attribution import Accepted, ForReview, Known, Refused, judge, pick
from jiacan.referrals.core.following import Completes, Standing, TakesBack, Voids, Waits, follow
from jiacan.referrals.core.merging import Edge, merge
from tests.core.worked_cases import PAGES, tables_in

CASES = (PAGES / "referrals.md").read_text(encoding="utf-8").split("## The cases")[1]
CLICKS, FACTS, STEPS, MERGES = tables_in(CASES)


def day(number: str) -> datetime:
    return datetime(2026, 11, int(number), 12, tzinfo=UTC)


def days(number: str) -> timedelta | None:
    return timedelta(days=int(number)) if number else None


@pytest.mark.parametrize("row", CLICKS, ids=lambda row: row["clicks"])
def test_the_click_that_counts_is_as_the_page_says(row):
    terms = {
        plan: ReferralTerms(timedelta(days=window), timedelta(days=7), Attribution(row["attribution"]))
        for plan, window in (("a", 30), ("b", 10))
    }
    touches = [
        Touch(number, number, plan, referrer, day(at))
        for number, text in enumerate(row["clicks"].split(", "))
        for referrer, plan, at in [text.split()]
    ]
    found = pick(touches, terms, paid_at=day(row["paid"]))
    assert (found.referrer_id if found else "nobody") == row["brought by"]


@pytest.mark.parametrize("row", FACTS, ids=lambda row: f"{row['link of']} {row['what is known']}")
def test_who_counts_is_as_the_page_says(row):
    said = row["what is known"]

    def number(of: str) -> int:
        match = re.search(rf"of {of}: (\d+)", said)
        return int(match[1]) if match else 0

    above = re.search(r"above anna: (.+)", said)
    known = Known(
        friend_id=row["friend"],
        referrer_id=row["link of"],
        bought_before_click="bought before" in said,
        upward=frozenset(above[1].split(", ") if above else ()),
        same_phone="same phone" in said,
        same_address="same address" in said,
        of_referrer=number("anna"),
        of_network_today=number("the network"),
    )
    terms = ReferralTerms(timedelta(days=30), timedelta(days=7), per_referrer=2, per_network_per_day=1)
    match judge(known, terms):
        case Accepted():
            told = "accepted"
        case Refused(reason):
            told = f"refused: {reason}"
        case ForReview(reason):
            told = f"review: {reason}"
    assert told == row["comes to"]


@pytest.mark.parametrize("row", STEPS, ids=str)
def test_what_becomes_of_it_is_as_the_page_says(row):
    terms = ReferralTerms(timedelta(days=30), timedelta(days=7), assume_received_after=days(row["assumed after"]))
    standing = Standing(day("1"), day(row["received"]) if row["received"] else None, kept=row["kept"] == "yes")
    match follow(State(row["state"]), standing, terms, at=day(row["looked at"])):
        case Waits(None):
            told = "waits"
        case Waits(until):
            told = f"waits until {until.day}"
        case Completes():
            told = "completes"
        case Voids():
            told = "is voided"
        case TakesBack():
            told = "is taken back"
    assert told == row["comes to"]


@pytest.mark.parametrize("row", MERGES, ids=lambda row: row["parents"])
def test_two_numbers_of_one_person_come_to_what_the_page_says(row):
    parents, said = {}, {}
    for number, text in enumerate(row["parents"].split(", ")):
        friend, referrer, at = re.fullmatch(r"(\w+) < (\w+) (\d+)", text).groups()
        parents[friend] = Edge(number, referrer, day(at))
        said[number] = f"{friend} < {referrer}"
    found = merge("b2", "b", parents)
    assert ("" if found.stays is None else said[found.stays]) == row["stays"]
    assert ", ".join(said[each] for each in found.ends) == row["ends"]
