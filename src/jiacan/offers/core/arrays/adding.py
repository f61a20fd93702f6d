"""What chunks of settled events came to, added up as they come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np

from jiacan.offers.contracts.awards import Outcome
from jiacan.offers.contracts.sums import ItemSum, Sums
from jiacan.offers.core.arrays.clock import from_us
from jiacan.offers.core.arrays.compiled import compiled
from jiacan.offers.core.arrays.layout import Layout
from jiacan.offers.core.arrays.values import (
    GRANTED,
    NONE,
    OTHERWISE,
    SHORT,
    Events,
    Found,
    Pairs,
    State,
    Whole,
)

OUTCOMES = (Outcome.GRANTED, Outcome.OTHERWISE, Outcome.REFUSED, Outcome.HELD_OUT)
"""In the order of their numbers in the arrays."""

_NEVER = np.iinfo(np.int64).max


class Counted(NamedTuple):
    """What awards came to so far; worked on by `count`."""

    awards: Whole
    """(offers, outcomes, 1 + reasons), how many, by the refusal's place in `Layout.reasons`; 0 is none"""
    given: Whole
    """(2, offers, items), quantities and amounts"""
    last_given: Whole
    """(stock,), when something of it was given last"""
    first_short: Whole
    """(accounts,), when it was short for the first time"""


def nothing_counted(*, offers: int, reasons: int, items: int, stock: int, accounts: int) -> Counted:
    """Before the first award of a plan with so many of each."""
    return Counted(
        awards=np.zeros((offers, len(OUTCOMES), reasons + 1), np.int64),
        given=np.zeros((2, offers, items), np.int64),
        last_given=np.full(stock, NONE, np.int64),
        first_short=np.full(accounts, _NEVER, np.int64),
    )


class Adder:
    """Adds chunks up; `sums` says what they came to."""

    def __init__(self, layout: Layout) -> None:
        offers, items = len(layout.rules.offers), len(layout.items)
        self._layout = layout
        stock, accounts = len(layout.stock), len(layout.stock) + len(layout.budget)
        self._counted = nothing_counted(
            offers=offers, reasons=len(layout.reasons), items=items, stock=stock, accounts=accounts
        )
        self._clawed_back = np.zeros(offers, np.int64)
        self._taken_back = np.zeros((2, offers, items), np.int64)

    def add(self, events: Events, pairs: Pairs, state: State, found: Found) -> None:
        """Add a chunk that was just settled."""
        reasons = self._layout.reason_of(pairs, found)
        count(self._layout.plan.items, events, pairs, found.answers, reasons, self._counted)
        self._add_claw_backs(state.holdings, found.claw_backs)

    def _add_claw_backs(self, holdings: Whole, claw_backs: Whole) -> None:
        held = holdings[claw_backs["row"]]
        place = (held["offer"], held["item"])
        np.add.at(self._taken_back[0], place, claw_backs["quantity"])
        np.add.at(self._taken_back[1], place, claw_backs["amount"])
        awards = np.unique(np.stack([claw_backs["event"], held["pair"]]), axis=1, return_index=True)[1]
        np.add.at(self._clawed_back, held["offer"][awards], 1)

    def sums(self) -> Sums:
        """What all chunks came to."""
        layout, counted = self._layout, self._counted
        offers = [offer.id for offer in layout.rules.offers]
        reasons = ("", *layout.reasons)
        accounts = reasons[len(reasons) - len(counted.first_short) :]
        return Sums(
            awards={
                (offers[offer], str(OUTCOMES[outcome]), reasons[reason]): int(counted.awards[offer, outcome, reason])
                for offer, outcome, reason in np.argwhere(counted.awards)
            },
            clawed_back={offers[offer]: int(self._clawed_back[offer]) for (offer,) in np.argwhere(self._clawed_back)},
            given=self._item_sums(counted.given),
            taken_back=self._item_sums(self._taken_back),
            last_given_at=_moments(layout.stock, counted.last_given, NONE),
            short_at=_moments(accounts, counted.first_short, _NEVER),
        )

    def _item_sums(self, of: Whole) -> dict[tuple[str, str, str], ItemSum]:
        offers, items = self._layout.rules.offers, self._layout.items
        return {
            (offers[offer].id, str(items[item].kind), items[item].id): ItemSum(
                int(of[0, offer, item]), int(of[1, offer, item])
            )
            for offer, item in np.argwhere(of[0])
        }


def _moments(names: Sequence[str], at_us: Whole, none: int) -> dict[str, datetime]:
    return {name: from_us(int(at)) for name, at in zip(names, at_us, strict=True) if at != none}


@compiled
def count(items: Whole, events: Events, pairs: Pairs, answers: Whole, reasons: Whole, counted: Counted) -> None:
    """Add up what became of the pairs of orders; `reasons` as `Layout.reason_of` has them."""
    for event in range(events.events.shape[0]):
        if events.events[event]["is_refund"]:
            continue
        at = events.events[event]["at"]
        for pair in range(events.events[event]["first_pair"], events.events[event]["end_pair"]):
            offer, outcome = pairs.pairs[pair]["offer"], answers[pair]["outcome"]
            if outcome == NONE:
                continue
            if answers[pair]["reason"] == SHORT:
                account = answers[pair]["short_of"]
                counted.first_short[account] = min(counted.first_short[account], at)
            counted.awards[offer, outcome, reasons[pair] + 1] += 1
            if outcome == GRANTED:
                count_items(items, offer, pairs.gets[pair], at, counted)
            elif outcome == OTHERWISE:
                count_items(items, offer, pairs.instead[pair], at, counted)


@compiled
def count_items(items: Whole, offer: int, given: Whole, at: int, counted: Counted) -> None:
    """Add up one award's items."""
    for slot in range(given.shape[0]):
        item = given[slot]["item"]
        if item == NONE:
            continue
        counted.given[0, offer, item] += given[slot]["quantity"]
        counted.given[1, offer, item] += given[slot]["amount"]
        stock = items[item]["stock"]
        if stock != NONE:
            counted.last_given[stock] = max(counted.last_given[stock], at)
