"""The arrays that the array settle works on: a plan's rules, events, their pairs, the state, and what came of each.

Amounts are whole minor units, moments microseconds since 1970 in UTC, days are counted from the first day of the
walk in the plan's zone. Accounts of stock and budget are numbered together, stock first; offers by their place in the
plan; sorts of items by their place in `slots.items_of`. -1 is none.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.bool_]
Whole = npt.NDArray[Any]

NONE = -1

TOTAL, PER_DAY, PER_CUSTOMER, PER_CUSTOMER_PER_DAY, STACKED, SHORT = range(6)
"""Why a pair was refused: one of its limits, another offer of its group, or an account that is short."""

GRANTED, OTHERWISE, REFUSED, HELD_OUT = range(4)
"""What became of a pair; NONE where nothing is to be told of it."""


class Plan(NamedTuple):
    """A plan's rules.

    Shapes: by offer, or by offer and sort of item, or by sort of item.
    """

    limits: Whole
    """(offers, 4), in the order of the reasons above; NONE is without bound."""
    customer_row: Whole
    """(offers,), the row of `State.per_customer` that counts the offer."""
    customer_day_row: Whole
    """(offers,), the row of `State.per_customer_day` that counts the offer."""
    group: Whole
    """(offers,), the group of which an order gets one offer only."""
    best_group: Whole
    """(offers,), the group whose best offer is tried first."""
    account_of_stock: Whole
    """(items,)"""
    account_of_budget: Whole
    """(offers, items)"""
    keeps: Bits
    """(offers, items), whether a refund leaves it with the customer."""
    is_held: Bits
    """(items,), whether its money stays promised until it is used."""
    is_money: Bits
    """(items,), whether it is an amount rather than a number of things."""
    expiry: Whole
    """(items,), the row of `Events.expires_at` that says when it lapses."""


class Events(NamedTuple):
    """Orders and refunds that have pairs or holdings, in the order in which they settle."""

    at: Whole
    is_refund: Bits
    held_out: Bits
    customer: Whole
    day: Whole
    first_pair: Whole
    """(events + 1,), where its pairs begin; they end where the next one's begin."""
    order: Whole
    """(events,), the row of `State.order_first` for orders whose holdings must be found again."""
    expires_at: Whole
    """(expiries, events), when what is given by the event lapses."""


class Pairs(NamedTuple):
    """Orders and the offers they meet, in plan order within an event; for a refund, of the goods that were kept.

    Shapes: (pairs,), or (pairs, slots) for the items it would be given and (pairs, other slots) for those instead.
    """

    offer: Whole
    item: Whole
    quantity: Whole
    amount: Whole
    else_item: Whole
    else_quantity: Whole
    else_amount: Whole


class State(NamedTuple):
    """What is left and held; worked on by the walk. Rows of holdings are one item of one award each."""

    left: Whole
    emptied_at: Whole
    total: Whole
    per_day: Whole
    """(offers, days)"""
    per_customer: Whole
    """(rows, customers)"""
    per_customer_day: Whole
    """(rows, customers, 2), the count by the day's evenness, for clocks that are set back over midnight."""
    customer_day: Whole
    """The same shape, the day that each count is of."""
    group_event: Whole
    """(groups,), the last event of which the group gave an offer, and which."""
    group_offer: Whole
    order_first: Whole
    """(orders,), the first of the holdings of an order that is refunded later, and how many there are."""
    order_count: Whole
    held_pair: Whole
    """(holdings,), the number of the pair that gave it, counted over the whole walk."""
    held_offer: Whole
    held_item: Whole
    held_quantity: Whole
    held_amount: Whole
    held_account: Whole
    """Where its money is promised, NONE where it is spent or costs nothing."""
    held_instead: Bits
    held_keeps: Bits
    held_lapsed: Bits
    heap_at: Whole
    """(holdings,), a heap of the holdings that lapse, by when."""
    heap_row: Whole
    sizes: Whole
    """How many holdings, how many of them in the heap, how many pairs before these, claw-backs, lapses."""
    turn: Whole
    """Room for the pairs of one event in the turn in which they are tried."""


HOLDINGS, IN_HEAP, PAIRS_BEFORE, CLAW_BACKS, LAPSES, EVENTS_BEFORE = range(6)
"""Places in `State.sizes`."""


class Found(NamedTuple):
    """What came of each pair, and what was taken back and lapsed.

    `short_of` is the account that a refused or replaced award was short of, or for STACKED the offer that was given;
    `asked`, `left` and `emptied_at` are its facts.
    """

    outcome: Whole
    reason: Whole
    short_of: Whole
    asked: Whole
    left: Whole
    emptied_at: Whole
    back_event: Whole
    back_row: Whole
    back_quantity: Whole
    back_amount: Whole
    lapse_row: Whole
    lapse_at: Whole
