"""Settle: matched orders become awards, in order, against what is left of every limit, stock and budget.

The only state is the `Book` that is handed in; no clock, no chance. Each award comes with the ledger group that
carries it out, so that what is decided here and what the database stores are the same thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from jiacan.kernel.ids import fraction_of
from jiacan.ledger.contracts import Group
from jiacan.offers.contracts.awards import (
    Award,
    ClawBack,
    Item,
    LimitReached,
    Match,
    NotStacked,
    Outcome,
    Prices,
    PriceTaken,
    Refusal,
)
from jiacan.offers.contracts.rules import Offer, PlanRules, Trigger
from jiacan.offers.core.accounts import Allowance, allowances, budget_account
from jiacan.offers.core.book import Book, Held
from jiacan.offers.core.clawback import claw_back
from jiacan.offers.core.events import Event, PaidEvent, RefundEvent
from jiacan.offers.core.granting import grant_group
from jiacan.offers.core.holding import to_held
from jiacan.offers.core.lapsing import lapse_group
from jiacan.offers.core.needs import find_shortage, needs
from jiacan.offers.core.pricing import Fitted, fit
from jiacan.offers.core.stacking import exclusive_group, in_turn


@dataclass(frozen=True, slots=True)
class Settlement:
    """What one event came to: its awards in plan order or its claw-backs, and how the ledger carries them out.

    `counts` are the allowances that the groups take from; they may have to be opened first.
    """

    event: Event
    awards: tuple[Award, ...] = ()
    claw_backs: tuple[ClawBack, ...] = ()
    groups: tuple[Group, ...] = ()
    counts: tuple[Allowance, ...] = ()


def settle(
    events: Iterable[Event], rules: PlanRules, book: Book, *, earlier: Iterable[PlanRules] = ()
) -> Iterator[Settlement]:
    """Settle the events, which must come in their order; `book` is worked on as they go.

    Args:
        events: in the order of their `place`.
        rules: the version of the plan that new orders are awarded by.
        book: what is left and held before the first event.
        earlier: the versions that gave what the book holds, where they are not `rules`.
    """
    walk = _Walk(rules, book, earlier)
    for event in events:
        lapses = walk.lapse(event.at)
        match event:
            case PaidEvent():
                yield walk.award(event, lapses)
            case RefundEvent():
                yield walk.take_back(event, lapses)


def lapse(until: datetime, rules: PlanRules, book: Book, *, earlier: Iterable[PlanRules] = ()) -> tuple[Group, ...]:
    """Let go what expires by then, without an event: the groups that do it. The arguments are those of `settle`."""
    return tuple(_Walk(rules, book, earlier).lapse(until))


def is_held_out(customer_id: str, rules: PlanRules) -> bool:
    """Whether the customer belongs to the hold-out: decided by the plan and the customer alone."""
    return rules.holdout_share > 0 and fraction_of(f"{rules.plan_id}:{customer_id}") < rules.holdout_share


def is_withheld(event: PaidEvent, rules: PlanRules) -> bool:
    """Whether nothing is given because the customer is held out.

    Never of a ticket, whose odds are published, nor of what is paid for in points.
    """
    return event.trigger not in _NEVER_WITHHELD and is_held_out(event.customer_id, rules)


_NEVER_WITHHELD = frozenset({Trigger.TICKET_DRAWN, Trigger.MALL})


@dataclass(frozen=True, slots=True)
class _Tried:
    """What became of one match, and what it did to the ledger."""

    award: Award
    group: Group | None = None
    counts: tuple[Allowance, ...] = ()


@dataclass(slots=True)
class _SoFar:
    """What earlier offers leave of one order: of its prices, and of the groups that give one offer only."""

    left: Prices
    given_in_group: dict[str, str] = field(default_factory=dict)


class _Walk:
    """One pass over events: the rules, their lookups, and the book being worked on."""

    def __init__(self, rules: PlanRules, book: Book, earlier: Iterable[PlanRules]) -> None:
        self.rules = rules
        self.book = book
        self.offers = {offer.id: offer for offer in rules.offers}
        self.place = {offer.id: place for place, offer in enumerate(rules.offers)}
        self.given_by = {
            (version.version, offer.id): offer for version in (*earlier, rules) for offer in version.offers
        }

    def lapse(self, at: datetime) -> list[Group]:
        """Let go what expires by `at`: the budget is free again and the customer's coupon is gone."""
        groups: list[Group] = []
        while (lapsed := self.book.pop_lapsed(at)) is not None:
            held, holding = lapsed
            item = holding.item
            offer = self.given_by[held.plan_version, held.offer_id]
            if item.kind in offer.budget:
                account = budget_account(self.rules.plan_id, offer.budget[item.kind], self.rules.currency)
                self.book.give_back(account, item.amount_minor)
            groups.append(lapse_group(self.rules, held.order_id, held.customer_id, held.offer_id, holding))
        return groups

    def award(self, event: PaidEvent, groups: list[Group]) -> Settlement:
        counts: list[Allowance] = []
        if is_withheld(event, self.rules):
            awards = list(self._would_give(event))
        else:
            awards = []
            so_far = _SoFar(event.prices)
            for match in in_turn(event.matches, self.rules):
                tried = self._try(event, match, so_far)
                awards.append(tried.award)
                counts.extend(tried.counts)
                if tried.group is not None:
                    groups.append(tried.group)
        awards.sort(key=self._plan_order)
        self.book.held.get(event.order_id, []).sort(key=self._plan_order)
        return Settlement(event, awards=tuple(awards), groups=tuple(groups), counts=tuple(counts))

    def _plan_order(self, of: Award | Held) -> int:
        return self.place[of.offer_id]

    def _would_give(self, event: PaidEvent) -> Iterator[Award]:
        taken: set[str] = set()
        left = event.prices
        for match in in_turn(event.matches, self.rules):
            group = exclusive_group(self.offers[match.offer_id])
            fitted = fit(match.gets, left)
            if group in taken or not fitted.items:
                continue
            if group is not None:
                taken.add(group)
            left = _after(left, fitted)
            yield replace(self._answer(event, match, Outcome.HELD_OUT), items=fitted.items)

    def _try(self, event: PaidEvent, match: Match, so_far: _SoFar) -> _Tried:
        offer = self.offers[match.offer_id]
        group = exclusive_group(offer)
        if group is not None and group in so_far.given_in_group:
            refusal: Refusal = NotStacked(group, so_far.given_in_group[group])
            return _Tried(self._answer(event, match, Outcome.REFUSED, refusal))
        day = event.at.astimezone(self.rules.zone).date()
        counts = tuple(allowances(self.rules.plan_id, offer.id, offer.limits, customer_id=event.customer_id, day=day))
        reached = self._limit_reached(counts)
        if reached is not None:
            return _Tried(self._answer(event, match, Outcome.REFUSED, reached))
        gives = fit(match.gets, so_far.left)
        if not gives.items:
            return _Tried(self._answer(event, match, Outcome.REFUSED, PriceTaken(match.at_risk_minor)))
        short = find_shortage(gives.items, offer, self.rules, self.book)
        if short is not None:
            instead = fit(match.instead, so_far.left)
            if not instead.items or find_shortage(instead.items, offer, self.rules, self.book) is not None:
                return _Tried(replace(self._answer(event, match, Outcome.REFUSED, short), items=gives.items))
            gives = instead
        so_far.left = _after(so_far.left, gives)
        if group is not None:
            so_far.given_in_group[group] = offer.id
        return self._grant(event, match, gives.items, counts, offer=offer, instead_of=short)

    def _limit_reached(self, counts: Iterable[Allowance]) -> LimitReached | None:
        for count in counts:
            if self.book.left(count.account, count.bound) < 1:
                return LimitReached(count.which, count.bound, count.day)
        return None

    def _grant(
        self,
        event: PaidEvent,
        match: Match,
        items: tuple[Item, ...],
        counts: tuple[Allowance, ...],
        *,
        offer: Offer,
        instead_of: Refusal | None,
    ) -> _Tried:
        for count in counts:
            self.book.take(count.account, 1, left=self.book.left(count.account, count.bound), at=event.at)
        for account, (amount, _) in needs(items, offer, self.rules).items():
            self.book.take(account, amount, left=self.book.left(account, 0), at=event.at)
        outcome = Outcome.GRANTED if instead_of is None else Outcome.OTHERWISE
        award = replace(self._answer(event, match, outcome, instead_of), items=items)
        self.book.hold(to_held(award, offer, self.rules))
        return _Tried(award, grant_group(award, offer, counts, self.rules), counts)

    def _answer(self, event: PaidEvent, match: Match, outcome: Outcome, refusal: Refusal | None = None) -> Award:
        return Award(
            order_id=event.order_id,
            customer_id=event.customer_id,
            offer_id=match.offer_id,
            rung=match.rung,
            plan_version=self.rules.version,
            settled_for=event.at,
            spend_minor=match.spend_minor,
            outcome=outcome,
            items=match.items,
            refusal=refusal,
        )

    def take_back(self, event: RefundEvent, groups: list[Group]) -> Settlement:
        holders = self.book.held.get(event.order_id, ())
        deserved = _deserved(event, {held.offer_id: held.outcome for held in holders})
        claw_backs: list[ClawBack] = []
        for held in holders:
            offer = self.given_by[held.plan_version, held.offer_id]
            items = deserved.get(held.offer_id, ())
            taken = claw_back(held, items, event, offer=offer, rules=self.rules, book=self.book)
            if taken is not None:
                claw_backs.append(taken[0])
                groups.append(taken[1])
        return Settlement(event, claw_backs=tuple(claw_backs), groups=tuple(groups))


def _deserved(event: RefundEvent, held: Mapping[str, Outcome]) -> dict[str, tuple[Item, ...]]:
    """What the kept goods deserve of each offer that was given, taken from their prices in the turn it was given."""
    gets = {
        match.offer_id: match.instead if held[match.offer_id] is Outcome.OTHERWISE else match.gets
        for match in event.deserved
        if match.offer_id in held
    }
    left, deserved = event.prices, {}
    for offer_id in (one for one in event.turn or gets if one in gets):
        fitted = fit(gets[offer_id], left)
        left = _after(left, fitted)
        deserved[offer_id] = fitted.items
    return deserved


def _after(left: Prices, gives: Fitted) -> Prices:
    return left if gives.taken is None else left.minus(gives.taken)
