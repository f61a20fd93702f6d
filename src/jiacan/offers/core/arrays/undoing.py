"""What a walk took back and what lapsed in it, with the ledger entries that carry it out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from jiacan.ledger.contracts import Entry
from jiacan.offers.contracts.awards import ClawBack, Item
from jiacan.offers.core.arrays.clock import from_us
from jiacan.offers.core.arrays.layout import Layout
from jiacan.offers.core.arrays.values import Events, Found, State
from jiacan.offers.core.book import Book, Held, Holding
from jiacan.offers.core.clawback import take
from jiacan.offers.core.granting import award_key
from jiacan.offers.core.lapsing import lapse_group

HoldingOf = Callable[[int], tuple[Held, Holding]]
"""The holding in a row of the state, as it was before the walk, and whose it is."""

RefundOf = Callable[[int], str]
"""The id of the refund that an event is."""


@dataclass(frozen=True, slots=True)
class Undone:
    """Claw-backs in the order in which they happened, and entries, each with its event and the place of its offer.

    What lapsed before an event has no offer. `holdings` are those that changed, by row.
    """

    claw_backs: tuple[ClawBack, ...]
    taken: tuple[tuple[int, int, Entry], ...]
    lapsed: tuple[tuple[int, Entry], ...]
    holdings: dict[int, Holding] = field(default_factory=dict)


def undo(
    layout: Layout, events: Events, state: State, found: Found, holding_of: HoldingOf, refund_of: RefundOf
) -> Undone:
    """Carry out on the holdings what the walk did to their rows."""
    known: dict[int, tuple[Held, Holding]] = {}

    def find(row: int) -> tuple[Held, Holding]:
        if row not in known:
            known[row] = holding_of(row)
        return known[row]

    claw_backs, taken = _take_back(layout, events, state, found, find, refund_of)
    lapsed = tuple(_lapse(layout, events, found, find))
    return Undone(claw_backs, taken, lapsed, {row: holding for row, (_, holding) in known.items()})


def _take_back(
    layout: Layout, events: Events, state: State, found: Found, find: HoldingOf, refund_of: RefundOf
) -> tuple[tuple[ClawBack, ...], tuple[tuple[int, int, Entry], ...]]:
    rules, book = layout.rules, Book(defaultdict(int))
    backs: dict[tuple[int, int], tuple[Held, datetime, list[Item]]] = {}
    entries: list[tuple[int, int, Entry]] = []
    rows = found.claw_backs["row"]
    in_order = np.lexsort((rows, state.holdings["offer"][rows], found.claw_backs["event"]))
    for back in found.claw_backs[in_order]:
        row, event = int(back["row"]), int(back["event"])
        (held, holding), place = find(row), int(state.holdings["offer"][row])
        at = from_us(int(events.events["at"][event]))
        item = holding.item
        excess = Item(item.kind, item.id, int(back["quantity"]), int(back["amount"]), item.valid_days)
        key = award_key(rules.plan_id, held.order_id, held.offer_id)
        name = f"{key}/{excess.kind}:{excess.id}/back/{refund_of(event)}"
        offer = rules.offers[place]
        found_entries = take(holding, excess, name, held.customer_id, at, offer=offer, rules=rules, book=book)
        entries.extend((event, place, entry) for entry in found_entries)
        backs.setdefault((event, place), (held, at, []))[2].append(excess)
    return tuple(
        ClawBack(
            order_id=held.order_id,
            customer_id=held.customer_id,
            offer_id=held.offer_id,
            rung=held.rung,
            refund_id=refund_of(event),
            at=at,
            items=tuple(items),
        )
        for (event, _), (held, at, items) in backs.items()
    ), tuple(entries)


def _lapse(layout: Layout, events: Events, found: Found, find: HoldingOf) -> list[tuple[int, Entry]]:
    """Each with the event before which it lapsed."""
    before = np.searchsorted(events.events["at"], found.lapses["at"])
    entries: list[tuple[int, Entry]] = []
    for event, row in zip(before.tolist(), found.lapses["row"].tolist(), strict=True):
        held, holding = find(row)
        holding.lapsed = True
        group = lapse_group(layout.rules, held.order_id, held.customer_id, held.offer_id, holding)
        entries.extend((event, entry) for entry in group.entries)
    return entries
