"""What chunks of settled events came to, added up as they come."""

from __future__ import annotations

import numpy as np

from jiacan.offers.contracts.awards import Outcome
from jiacan.offers.contracts.sums import ItemSum, Sums
from jiacan.offers.core.arrays.clock import from_us
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


class Adder:
    """Adds chunks up; `sums` says what they came to."""

    def __init__(self, layout: Layout) -> None:
        offers, items = len(layout.rules.offers), len(layout.items)
        self._layout = layout
        self._awards = np.zeros((offers, len(OUTCOMES), len(layout.reasons) + 1), np.int64)
        self._clawed_back = np.zeros(offers, np.int64)
        self._given = np.zeros((2, offers, items), np.int64)
        self._taken_back = np.zeros((2, offers, items), np.int64)
        self._last_given = np.full(len(layout.stock), NONE, np.int64)
        self._first_short = np.full(len(layout.stock) + len(layout.budget), _NEVER, np.int64)

    def add(self, events: Events, pairs: Pairs, state: State, found: Found) -> None:
        """Add a chunk that was just settled."""
        answers, offers = found.answers, pairs.pairs["offer"]
        at = np.repeat(events.events["at"], events.events["end_pair"] - events.events["first_pair"])
        told = answers["outcome"] != NONE
        reasons = self._layout.reason_of(pairs, found) + 1
        np.add.at(self._awards, (offers[told], answers["outcome"][told], reasons[told]), 1)
        short = answers["reason"] == SHORT
        np.minimum.at(self._first_short, answers["short_of"][short], at[short])
        self._add_given(pairs.gets[answers["outcome"] == GRANTED], offers, at, answers["outcome"] == GRANTED)
        self._add_given(pairs.instead[answers["outcome"] == OTHERWISE], offers, at, answers["outcome"] == OTHERWISE)
        self._add_claw_backs(state.holdings, found.claw_backs)

    def _add_given(self, items: Whole, offers: Whole, at: Whole, chosen: Whole) -> None:
        row, slot = np.nonzero(items["item"] != NONE)
        given = items[row, slot]
        place = (offers[chosen][row], given["item"])
        np.add.at(self._given[0], place, given["quantity"])
        np.add.at(self._given[1], place, given["amount"])
        stock = self._layout.plan.items["stock"][given["item"]]
        np.maximum.at(self._last_given, stock[stock != NONE], at[chosen][row][stock != NONE])

    def _add_claw_backs(self, holdings: Whole, claw_backs: Whole) -> None:
        held = holdings[claw_backs["row"]]
        place = (held["offer"], held["item"])
        np.add.at(self._taken_back[0], place, claw_backs["quantity"])
        np.add.at(self._taken_back[1], place, claw_backs["amount"])
        awards = np.unique(np.stack([claw_backs["event"], held["pair"]]), axis=1, return_index=True)[1]
        np.add.at(self._clawed_back, held["offer"][awards], 1)

    def sums(self) -> Sums:
        """What all chunks came to."""
        layout = self._layout
        offers = [offer.id for offer in layout.rules.offers]
        reasons = ("", *layout.reasons)
        accounts = reasons[-len(self._first_short) :] if len(self._first_short) else ()
        return Sums(
            awards={
                (offers[offer], str(OUTCOMES[outcome]), reasons[reason]): int(self._awards[offer, outcome, reason])
                for offer, outcome, reason in np.argwhere(self._awards)
            },
            clawed_back={offers[offer]: int(self._clawed_back[offer]) for (offer,) in np.argwhere(self._clawed_back)},
            given=self._item_sums(self._given),
            taken_back=self._item_sums(self._taken_back),
            last_given_at={
                item: from_us(int(at)) for item, at in zip(layout.stock, self._last_given, strict=True) if at != NONE
            },
            short_at={
                code: from_us(int(at)) for code, at in zip(accounts, self._first_short, strict=True) if at != _NEVER
            },
        )

    def _item_sums(self, of: Whole) -> dict[tuple[str, str, str], ItemSum]:
        offers, items = self._layout.rules.offers, self._layout.items
        return {
            (offers[offer].id, str(items[item].kind), items[item].id): ItemSum(
                int(of[0, offer, item]), int(of[1, offer, item])
            )
            for offer, item in np.argwhere(of[0])
        }
