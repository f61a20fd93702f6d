"""What is left, counted and held of a plan before a chunk of events, in the arrays that settling walks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np

from jiacan.ledger import facade as ledger
from jiacan.ledger.contracts import AccountKey
from jiacan.offers.contracts.rules import Offer
from jiacan.offers.core.accounts import AWARDS, allowances, budget_account, plan_account, stock_account, stock_unit
from jiacan.offers.core.arrays.clock import from_us, to_us
from jiacan.offers.core.arrays.layout import Layout, opening_state
from jiacan.offers.core.arrays.recalled import (
    Asked,
    Recalled,
    customers_asked,
    day_of,
    fits,
    recall_customer_days,
    recall_held,
)
from jiacan.offers.core.arrays.values import NONE, State, Whole
from jiacan.offers.readers.recorded import RecordedChunk
from jiacan.offers.store import awards as store


class NotByTables(Exception):
    """Arrays do not suffice for a chunk; settle it one by one."""


@dataclass(slots=True)
class Emptied:
    """When each stock item ran out, as far as it was asked: with how many pieces were given by then."""

    shop_id: int
    plan_id: str
    known: dict[str, tuple[int, datetime | None]] = field(default_factory=dict)

    def find(self, stock: str, given: int) -> datetime | None:
        """When the last piece was given; the awards are asked again only where more was given since."""
        if self.known.get(stock, (NONE, None))[0] != given:
            self.known[stock] = given, store.find_emptied_at(self.shop_id, self.plan_id, [stock]).get(stock)
        return self.known[stock][1]


def recall(shop_id: int, layout: Layout, chunk: RecordedChunk, emptied: Emptied) -> tuple[State, Recalled]:
    """The state before the chunk; the plan's lock is held.

    Raises:
        NotByTables: it holds what an earlier version gave, or counts more days of a customer than there is room for.
    """
    state = opening_state(layout, customers=chunk.orders, days=chunk.days, orders=chunk.orders)
    until_us = chunk.keys["at_us"][-1].as_py()
    events = chunk.events.events
    refunded = chunk.names["order_id"].to_numpy(zero_copy_only=False)[events["is_refund"]]
    orders = dict(zip(refunded.tolist(), events["order"][events["is_refund"]].tolist(), strict=True))
    held = store.find_held(shop_id, layout.rules.plan_id, orders, lapsing_by=from_us(until_us))
    if not fits(layout, held):
        raise NotByTables
    _recall_means(shop_id, layout, state, emptied)
    _recall_counts(shop_id, layout, chunk, state)
    return recall_held(layout, state, held, orders, until_us=until_us)


def _recall_means(shop_id: int, layout: Layout, state: State, emptied: Emptied) -> None:
    """What is left of stock and budget."""
    plan_id, currency = layout.rules.plan_id, layout.rules.currency
    stock = [stock_account(plan_id, item) for item in layout.stock]
    means = [*stock, *(budget_account(plan_id, line, currency) for line in layout.budget)]
    given = [plan_account(plan_id, "given", stock_unit(item)) for item in layout.stock]
    balances = ledger.load_balances(shop_id, [*means, *given])
    state.accounts["left"] = [balances[key].available or 0 if key in balances else 0 for key in means]
    state.accounts["emptied_at"] = NONE
    for place, item in enumerate(layout.stock):
        if state.accounts["left"][place] == 0 and stock[place] in balances:
            already = balances[given[place]].posted if given[place] in balances else 0
            at = emptied.find(item, already)
            state.accounts["emptied_at"][place] = NONE if at is None else to_us(at)


def _recall_counts(shop_id: int, layout: Layout, chunk: RecordedChunk, state: State) -> None:
    """How many awards every limit has counted that the chunk could reach."""
    days = range(chunk.first_day, chunk.first_day + chunk.days)
    offers = layout.rules.offers
    total = [place for place, offer in enumerate(offers) if offer.limits.total is not None]
    state.total[total] = _taken(shop_id, [_owner(layout, offers[place], "total", date.min) for place in total])
    for place, offer in enumerate(offers):
        if offer.limits.per_day is not None:
            owners = [_owner(layout, offer, "per_day", day_of(day)) for day in days]
            state.per_day[place] = _taken(shop_id, owners)
    asked = customers_asked(layout, chunk.events, chunk.pairs, "customer_row")
    rows = layout.plan.offers["customer_row"][asked.offer]
    state.per_customer[rows, asked.customer] = _taken(shop_id, _owners(layout, chunk, asked, "per_customer"))
    asked = customers_asked(layout, chunk.events, chunk.pairs, "customer_day_row")
    taken = _taken(shop_id, _owners(layout, chunk, asked, "per_customer_per_day"))
    if not recall_customer_days(layout, state, asked, taken):
        raise NotByTables


def _taken(shop_id: int, owners: Sequence[str]) -> Whole:
    return ledger.load_taken(shop_id, owners, AWARDS)


def _owners(layout: Layout, chunk: RecordedChunk, asked: Asked, which: str) -> list[str]:
    """The owner of each count: a customer's id stands last in it."""
    event_of = np.zeros(chunk.orders, np.int64)
    event_of[chunk.events.events["customer"]] = np.arange(len(chunk.events.events))
    customers = chunk.names["customer_id"].take(event_of[asked.customer]).to_pylist()
    places = list(zip(asked.offer.tolist(), asked.day.tolist(), strict=True))
    before = {
        (offer, day): _owner(layout, layout.rules.offers[offer], which, day_of(chunk.first_day + day))
        for offer, day in set(places)
    }
    return [before[place] + customer for place, customer in zip(places, customers, strict=True)]


def _owner(layout: Layout, offer: Offer, which: str, day: date) -> str:
    """The account of one limit, but for the customer."""
    counts = allowances(layout.rules.plan_id, offer.id, offer.limits, customer_id="", day=day)
    key: AccountKey = next(count.account for count in counts if count.which == which)
    return key.owner
