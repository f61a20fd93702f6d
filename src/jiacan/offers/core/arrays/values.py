"""The arrays that the array settle works on: a plan's rules, events, their pairs, the state, and what came of each.

Amounts are whole minor units, moments microseconds since 1970 in UTC, days are counted from the first day of the
walk in the plan's zone. Accounts of stock and budget are numbered together, stock first; offers by their place in the
plan; sorts of items by their place in `slots.items_of`. -1 is none.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[Any]

NONE = -1

TOTAL, PER_DAY, PER_CUSTOMER, PER_CUSTOMER_PER_DAY, STACKED, SHORT = range(6)
"""Why a pair was refused: one of its limits, another offer of its group, or an account that is short."""

GRANTED, OTHERWISE, REFUSED, HELD_OUT = range(4)
"""What became of a pair; NONE where nothing is to be told of it."""

HOLDINGS, IN_HEAP, PAIRS_BEFORE, EVENTS_BEFORE, CLAW_BACKS, LAPSES = range(6)
"""Places in `State.sizes`: of the whole walk so far; claw-backs and lapses are those of the chunk."""

OFFER = np.dtype(
    [
        ("total", "i8"),
        ("per_day", "i8"),
        ("per_customer", "i8"),
        ("per_customer_per_day", "i8"),
        ("customer_row", "i8"),  # the row of `State.per_customer` that counts it
        ("customer_day_row", "i8"),  # the row of `State.per_customer_day` that counts it
        ("group", "i8"),  # the group of which an order gets one offer only
        ("best_group", "i8"),  # the group whose best offer is tried first
    ]
)
ITEM = np.dtype(
    [
        ("stock", "i8"),  # its account
        ("expiry", "i8"),  # the row of `Events.expires_at` that says when it lapses
        ("is_held", "?"),  # its money stays promised until it is used
        ("is_money", "?"),  # it is an amount rather than a number of things
    ]
)
EVENT = np.dtype(
    [
        ("at", "i8"),
        ("customer", "i4"),
        ("day", "i4"),
        ("first_pair", "i8"),
        ("end_pair", "i8"),
        ("order", "i8"),  # the row of `State.orders` where the order's holdings must be found again
        ("is_refund", "?"),
        ("held_out", "?"),
    ]
)
PAIR = np.dtype([("offer", "i2"), ("rung", "i2")])
SLOT = np.dtype([("item", "i2"), ("quantity", "i8"), ("amount", "i8")])
ACCOUNT = np.dtype([("left", "i8"), ("emptied_at", "i8")])
BY_DAY = np.dtype([("day", "i4"), ("count", "i4")])
GROUP = np.dtype([("event", "i8"), ("offer", "i8")])  # the last event of which it gave an offer, and which
ORDER = np.dtype([("first", "i8"), ("count", "i8")])  # its holdings
HOLDING = np.dtype(
    [
        ("pair", "i8"),  # the number of the pair that gave it, counted over the whole walk
        ("quantity", "i8"),
        ("amount", "i8"),
        ("account", "i4"),  # where its money is promised; NONE where it is spent or costs nothing
        ("offer", "i2"),
        ("rung", "i2"),
        ("item", "i2"),
        ("instead", "?"),  # it is of what stood in for the award
        ("keeps", "?"),  # a refund leaves it with the customer
        ("lapsed", "?"),
    ]
)
EXPIRY = np.dtype([("at", "i8"), ("row", "i8")])
ANSWER = np.dtype(
    [
        ("outcome", "i1"),
        ("reason", "i1"),
        ("short_of", "i4"),  # the account that was short, or for STACKED the offer that was given
        ("asked", "i8"),
        ("left", "i8"),
        ("emptied_at", "i8"),
    ]
)
CLAW_BACK = np.dtype([("event", "i8"), ("row", "i8"), ("quantity", "i8"), ("amount", "i8")])


class Plan(NamedTuple):
    """A plan's rules."""

    offers: Whole
    """(offers,) of OFFER"""
    items: Whole
    """(items,) of ITEM"""
    budget: Whole
    """(offers, items), the account that pays for it"""
    keeps: Whole
    """(offers, items), whether a refund leaves it with the customer"""


class Events(NamedTuple):
    """Orders and refunds that have pairs or holdings, in the order in which they settle."""

    events: Whole
    """(events,) of EVENT"""
    expires_at: Whole
    """(expiries, events), when what is given by the event lapses"""


class Pairs(NamedTuple):
    """Orders and the offers they meet, in plan order within an event; for a refund, of the goods that were kept."""

    pairs: Whole
    """(pairs,) of PAIR"""
    gets: Whole
    """(pairs, slots) of SLOT, what it would be given"""
    instead: Whole
    """(pairs, slots) of SLOT, what would stand in"""


class State(NamedTuple):
    """What is left and held; worked on by the walk."""

    accounts: Whole
    """(accounts,) of ACCOUNT"""
    total: Whole
    """(offers,)"""
    per_day: Whole
    """(offers, days)"""
    per_customer: Whole
    """(rows, customers)"""
    per_customer_day: Whole
    """(rows, customers, 2) of BY_DAY, by the day's evenness, for clocks that are set back over midnight"""
    groups: Whole
    """(groups,) of GROUP"""
    orders: Whole
    """(orders,) of ORDER"""
    holdings: Whole
    """(room,) of HOLDING, one item of one award each"""
    heap: Whole
    """(room,) of EXPIRY, a heap of the holdings that lapse, by when"""
    sizes: Whole
    turn: Whole
    """(offers,), room for the pairs of one event in the turn in which they are tried"""


class Found(NamedTuple):
    """What came of each pair, and what was taken back and lapsed."""

    answers: Whole
    """(pairs,) of ANSWER"""
    claw_backs: Whole
    """(room,) of CLAW_BACK"""
    lapses: Whole
    """(room,) of EXPIRY"""


def empty_records(shape: int | tuple[int, ...], of: npt.DTypeLike, *none: str) -> Whole:
    """Records of nothing: every field 0, but those named NONE."""
    records = np.zeros(shape, of)
    for name in none:
        records[name] = NONE
    return records
