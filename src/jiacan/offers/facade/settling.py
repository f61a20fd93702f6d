"""Settling what is ready: against the books as they stand, carried out in the ledger, stored and counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from jiacan.kernel.stages import Stage, observe
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.contracts.settled import Settled
from jiacan.offers.core.book import Book, Held
from jiacan.offers.core.events import Event, PaidEvent
from jiacan.offers.core.given_tiers import told_of as tiers_of
from jiacan.offers.core.reserving import Used
from jiacan.offers.core.settle import Settlement, settle
from jiacan.offers.core.tallying import count
from jiacan.offers.facade import given_tiers, points
from jiacan.offers.facade.books import add_pace, carry_out, find_levels, keep, load_book
from jiacan.orders.contracts import EventKey, Order


class Watch:
    """Tells how long each stage took, from the end of the one before."""

    def __init__(self) -> None:
        self._since = perf_counter()

    def over(self, stage: Stage, size: int) -> None:
        """The stage is over; the next one begins."""
        now = perf_counter()
        observe(stage, now - self._since, size)
        self._since = now


@dataclass(frozen=True, slots=True)
class Ready:
    """Events that the plan has not settled, matched and in their order.

    `held` is what their customers hold and what lapses by then; `used` what was held for events before, which get
    exactly that; both were given by `earlier` versions too. `orders` are those that are paid in them.
    """

    keys: Sequence[EventKey]
    events: Sequence[Event]
    held: Sequence[Held] = ()
    earlier: Sequence[PlanRules] = ()
    used: Mapping[str, Used] = field(default_factory=dict)
    orders: Mapping[str, Order] = field(default_factory=dict)


def settle_ready(shop_id: int, rules: PlanRules, ready: Ready, watch: Watch) -> Settled:
    """Settle the events and store what they come to; the plan's lock is held."""
    book = load_book(shop_id, rules, ready.events, ready.held, ready.earlier)
    watch.over(Stage.LOAD, len(book.available))
    before = dict(book.available)
    settlements = tuple(_settle(ready, rules, book))
    watch.over(Stage.SETTLE, len(ready.keys))
    bounded = set(book.available).union(*(one.bounded for one in ready.used.values()))
    groups = [group for settlement in settlements for group in settlement.groups]
    counts = [each for settlement in settlements for each in settlement.counts]
    carry_out(shop_id, groups, counts, bounded)
    keep(shop_id, rules, ready.keys, settlements, book, ready.held)
    add_pace(shop_id, rules.plan_id, count(settlements, ready.orders, rules.currency))
    settled = Settled(
        events=len(ready.keys),
        awards=tuple(award for settlement in settlements for award in settlement.awards),
        claw_backs=tuple(back for settlement in settlements for back in settlement.claw_backs),
        levels=find_levels(rules, before, book),
    )
    points.pass_on(shop_id, rules, points.told_of(settled.awards, settled.claw_backs))
    given_tiers.pass_on(shop_id, rules, tiers_of(settled.awards, settled.claw_backs, (rules, *ready.earlier)))
    watch.over(Stage.STORE, len(settled.awards))
    return settled


def _settle(ready: Ready, rules: PlanRules, book: Book) -> Iterator[Settlement]:
    """Settle in order; an event that uses what was held for it is settled already, and takes its place."""
    waiting: list[Event] = []
    for event in ready.events:
        if not isinstance(event, PaidEvent) or event.order_id not in ready.used:
            waiting.append(event)
            continue
        yield from settle(waiting, rules, book, earlier=ready.earlier)
        waiting.clear()
        for held in ready.used[event.order_id].held:
            book.hold(held)
        yield ready.used[event.order_id].settlement
    yield from settle(waiting, rules, book, earlier=ready.earlier)
