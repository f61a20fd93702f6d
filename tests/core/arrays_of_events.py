"""Events of `core.events` as the arrays that the array settle takes, and what it found as awards and claw-backs."""

from __future__ import annotations

import numpy as np

from jiacan.offers.contracts.awards import (
    BudgetExhausted,
    ClawBack,
    Item,
    LimitReached,
    NotStacked,
    Outcome,
    StockEmpty,
)
from jiacan.offers.core.arrays.adding import OUTCOMES
from jiacan.offers.core.arrays.chunks import settle_chunk
from jiacan.offers.core.arrays.clock import clock_of, from_us, to_us
from jiacan.offers.core.arrays.layout import layout_of, opening_state
from jiacan.offers.core.arrays.values import EVENT, NONE, PAIR, SHORT, SLOT, STACKED, Events, Pairs, empty_records
from jiacan.offers.core.events import PaidEvent, RefundEvent
from jiacan.offers.core.settle import is_held_out
from jiacan.offers.core.slots import slots_of

WHICH = ("total", "per_day", "per_customer", "per_customer_per_day")


class Walked:
    """A whole history settled over arrays, some events at a time."""

    def __init__(self, events, rules, *, chunk):
        self.rules, self.layout, self.all_events = rules, layout_of(rules), events
        self.codes = {(item.kind, item.id): place for place, item in enumerate(self.layout.items)}
        self.customers = {e.customer_id: n for n, e in enumerate(events) if isinstance(e, PaidEvent)}
        self.customer_of = {e.order_id: e.customer_id for e in events if isinstance(e, PaidEvent)}
        refunded = {e.order_id for e in events if isinstance(e, RefundEvent)}
        self.orders = {order_id: place for place, order_id in enumerate(sorted(refunded))}
        last = to_us(events[-1].at)
        self.clock = clock_of(rules.zone, to_us(events[0].at), last + 400 * 86_400_000_000)
        self.first_day = int(self.clock.day(np.array([to_us(events[0].at)]))[0])
        days = int(self.clock.day(np.array([last]))[0]) - self.first_day + 2
        self.state = opening_state(self.layout, customers=len(events), days=days, orders=len(self.orders))
        self.awards, self.claw_backs, self.pair_orders, self.chunks = [], [], [], []
        for some in _batched(events, chunk):
            self._settle(some)

    def _settle(self, some):
        at = np.array([to_us(e.at) for e in some], np.int64)
        matches = [list(e.matches if isinstance(e, PaidEvent) else e.deserved) for e in some]
        flat = [match for of_event in matches for match in of_event]
        ends = np.cumsum([len(of_event) for of_event in matches])
        rows = np.empty(len(some), EVENT)
        rows["at"], rows["day"] = at, self.clock.day(at) - self.first_day
        rows["first_pair"], rows["end_pair"] = np.concatenate([[0], ends[:-1]]), ends
        rows["is_refund"] = [isinstance(e, RefundEvent) for e in some]
        rows["held_out"] = [isinstance(e, PaidEvent) and is_held_out(e.customer_id, self.rules) for e in some]
        rows["customer"] = [self.customers.get(getattr(e, "customer_id", None), 0) for e in some]
        rows["order"] = [self.orders.get(e.order_id, NONE) for e in some]
        events = Events(rows, self._expiries(at))
        pairs = self._pairs(flat)
        self.state, found = settle_chunk(self.layout, events, pairs, self.state, until_us=int(at[-1]))
        self.chunks.append((events, pairs, found))
        owners = [(event, match) for event, of_event in zip(some, matches, strict=True) for match in of_event]
        self.pair_orders += [event.order_id for event, _ in owners]
        for pair, (event, match) in enumerate(owners):
            if found.answers[pair]["outcome"] != NONE:
                self.awards.append(self._award(event, match, found, pair))
        self.claw_backs += self._claw_backs(some, found)

    def _expiries(self, at):
        rows = [self.clock.days_later(at, days) for days in self.layout.expiry_days]
        return np.stack(rows) if rows else np.empty((0, len(at)), np.int64)

    def _pairs(self, matches):
        slots, instead = slots_of(self.rules)
        places = {offer.id: place for place, offer in enumerate(self.rules.offers)}

        def slots_in(items_of, width):
            found = empty_records((len(matches), width), SLOT, "item")
            for row, match in enumerate(matches):
                for slot, item in enumerate(items_of(match)):
                    found[row, slot] = (self.codes[item.kind, item.id], item.quantity, item.amount_minor)
            return found

        pairs = np.array([(places[match.offer_id], match.rung) for match in matches], PAIR)
        return Pairs(
            pairs,
            slots_in(lambda match: match.items, slots),
            slots_in(lambda match: match.otherwise, max(1, instead)),
        )

    def _award(self, event, match, found, pair):
        outcome = OUTCOMES[found.answers[pair]["outcome"]]
        items = match.otherwise if outcome is Outcome.OTHERWISE else match.items
        refusal = None if found.answers[pair]["reason"] == NONE else self._refusal(event, match, found, pair)
        return event.order_id, match.offer_id, outcome, items, refusal

    def _refusal(self, event, match, found, pair):
        offer = next(o for o in self.rules.offers if o.id == match.offer_id)
        reason, of = int(found.answers[pair]["reason"]), int(found.answers[pair]["short_of"])
        if reason == STACKED:
            return NotStacked(offer.stacking.group, self.rules.offers[of].id)
        asked, left = int(found.answers[pair]["asked"]), int(found.answers[pair]["left"])
        if reason == SHORT and of >= len(self.layout.stock):
            return BudgetExhausted(self.layout.budget[of - len(self.layout.stock)], asked, left)
        if reason == SHORT:
            emptied = int(found.answers[pair]["emptied_at"])
            return StockEmpty(self.layout.stock[of], asked, left, None if emptied == NONE else from_us(emptied))
        day = event.at.astimezone(self.rules.zone).date() if WHICH[reason].endswith("day") else None
        return LimitReached(WHICH[reason], getattr(offer.limits, WHICH[reason]), day)

    def _claw_backs(self, some, found):
        taken = {}
        for back in found.claw_backs:
            held, event = self.state.holdings[back["row"]], some[back["event"]]
            sort = self.layout.items[held["item"]]
            quantity, amount = int(back["quantity"]), int(back["amount"])
            item = Item(sort.kind, sort.id, quantity, amount, sort.valid_days)
            key = (int(back["event"]), int(held["offer"]))
            taken.setdefault(key, (event, int(held["rung"]), []))[2].append((int(back["row"]), item))
        for (_, offer), (event, rung, items) in sorted(taken.items(), key=lambda each: each[0]):
            yield ClawBack(
                order_id=event.order_id,
                customer_id=self.customer_of[event.order_id],
                offer_id=self.rules.offers[offer].id,
                rung=rung,
                refund_id=event.refund_id,
                at=event.at,
                items=tuple(item for _, item in sorted(items, key=lambda each: each[0])),
            )


def _batched(events, size):
    return (tuple(events[at : at + size]) for at in range(0, len(events), size))
