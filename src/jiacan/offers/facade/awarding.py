"""Awarding: load what is left and held, decide, store; one transaction.

An event is settled once for a plan, however often it is offered. One transaction at a time settles a plan; the
ledger's own bounds stand behind it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from jiacan.kernel.stages import Stage
from jiacan.ledger import facade as ledger
from jiacan.ledger.contracts import Account, AccountKey, Applied, Group, Move, Refused
from jiacan.offers.contracts.awards import Rehearsed
from jiacan.offers.contracts.errors import NotEnoughLeft
from jiacan.offers.contracts.quotes import Quote
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.contracts.settled import Settled
from jiacan.offers.core import quote as quoting
from jiacan.offers.core import rehearse as rehearsing
from jiacan.offers.core.accounts import allowances, means
from jiacan.offers.core.book import Held
from jiacan.offers.core.events import Event, PaidEvent, paid_event, refund_event
from jiacan.offers.core.reserving import use
from jiacan.offers.core.settle import settle
from jiacan.offers.facade import backing
from jiacan.offers.facade.books import VersionRules, left_within, load_book
from jiacan.offers.facade.buyers import know
from jiacan.offers.facade.reserving import claim
from jiacan.offers.facade.settling import Ready, Watch, settle_ready
from jiacan.offers.store import awards as store
from jiacan.orders import facade as orders
from jiacan.orders.contracts import EventKey, Order, Refund
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor

_NONE_AT_HAND: Mapping[str, Order] = {}


def open_plan(shop_id: int, rules: PlanRules, before: PlanRules | None, *, actor: Actor) -> None:
    """Fill the plan's stock, budget and reserve, or change them by what the new version changes; audited.

    Once for a version, however often it is asked.

    Raises:
        NotEnoughLeft: the new version takes more out of an account than is left in it.
    """
    had, wanted = _planned(before), _planned(rules)
    changes = [
        _Change(key, source, had.get(key, (source, 0))[1], wanted.get(key, (source, 0))[1])
        for key, (source, _) in {**had, **wanted}.items()
    ]
    changes = [change for change in changes if change.before != change.after]
    with transaction.atomic():
        ledger.open_accounts(shop_id, [Account(change.key, 0) for change in changes])
        ledger.open_accounts(shop_id, [Account(change.source, None) for change in changes])
        outcomes = ledger.apply(shop_id, [change.group(rules) for change in changes])
        for change, outcome in zip(changes, outcomes, strict=True):
            if isinstance(outcome, Refused):
                left = ledger.load_balances(shop_id, [change.key])[change.key].available
                raise NotEnoughLeft(account=change.key.owner, asked=change.before - change.after, left=left or 0)
            if isinstance(outcome, Applied):
                tenancy.audit(
                    shop_id,
                    actor=actor,
                    action="stock or budget changed",
                    subject=change.key.owner,
                    before={"planned": change.before},
                    after={"planned": change.after, "unit": change.key.unit},
                )


def _planned(rules: PlanRules | None) -> dict[AccountKey, tuple[AccountKey, int]]:
    """What a version puts into each bounded account, and where from."""
    return {} if rules is None else {account.key: (source, amount) for account, source, amount in means(rules)}


@dataclass(frozen=True, slots=True)
class _Change:
    """What a version plans for an account, against the version before."""

    key: AccountKey
    source: AccountKey
    before: int
    after: int

    def group(self, rules: PlanRules) -> Group:
        """The transfer that makes the change, under a name of the version's own."""
        more = self.after - self.before
        debit, credit = (self.source, self.key) if more > 0 else (self.key, self.source)
        at = min(offer.during.starts_at for offer in rules.offers)
        return Group((Move(f"{rules.plan_id}/v{rules.version}/{self.key.owner}", debit, credit, abs(more), at),))


def lock_plans(shop_id: int, plan_ids: Iterable[str]) -> None:
    """Let no one else settle these plans until the caller's transaction ends; whoever settles several begins so."""
    store.lock_plans(shop_id, plan_ids)


def settle_events(
    shop_id: int,
    rules: PlanRules,
    events: Sequence[EventKey],
    *,
    rules_of: VersionRules,
    at: datetime,
    at_hand: Mapping[str, Order] = _NONE_AT_HAND,
) -> Settled:
    """Settle those of the events that this plan has not settled yet; safe to repeat.

    An order for which something is reserved gets exactly that.

    Args:
        shop_id: whose orders and refunds they are; they have been recorded.
        rules: the version that new orders are awarded by.
        events: in their order.
        rules_of: the rules of an earlier version, for refunds of what it gave and for what it reserved.
        at: now; reservations whose time is over by then are let go first.
        at_hand: orders that this very transaction recorded as new, under the plan's lock: nobody has settled them.
    """
    with transaction.atomic(savepoint=False):
        store.lock_plan(shop_id, rules.plan_id)
        fresh = _unsettled(shop_id, rules.plan_id, events, at_hand)
        if not fresh:
            return Settled()
        paid = [event.order_id for event in fresh if not event.is_refund]
        pending = store.find_pending(shop_id, rules.plan_id, paid, due_by=at, lapsing_by=fresh[-1].occurred_at)
        if pending.follows:
            backing.follow(shop_id, rules.plan_id)
        reserved = claim(shop_id, rules.plan_id, paid, at=at) if pending.is_reserved else {}
        held = _held_before(shop_id, rules, fresh) if pending.lapses or len(paid) < len(fresh) else ()
        given_by = {one.order_id: one.plan_version for one in held}
        given_by.update((part.order_id, part.plan_version) for part in reserved.values())
        versions = {number: rules if number == rules.version else rules_of(number) for number in {*given_by.values()}}
        found = _load_orders(shop_id, fresh, at_hand)
        watch = Watch()
        rules_by_order = {order: versions[number] for order, number in given_by.items()}
        batch = _match_events(shop_id, fresh, found, rules_by_order, rules)
        watch.over(Stage.MATCH, len(fresh))
        ready = Ready(
            keys=fresh,
            events=batch.events,
            held=held,
            earlier=[version for number, version in versions.items() if number != rules.version],
            used={name: use(part, batch.paid[name], versions[part.plan_version]) for name, part in reserved.items()},
            orders=batch.orders,
        )
        return settle_ready(shop_id, rules, ready, watch)


def _unsettled(
    shop_id: int, plan_id: str, events: Sequence[EventKey], at_hand: Container[str]
) -> tuple[EventKey, ...]:
    asked = [event for event in events if event.is_refund or event.order_id not in at_hand]
    if not asked:
        return tuple(events)
    settled = set(asked) - set(store.unsettled(shop_id, plan_id, asked))
    return tuple(event for event in events if event not in settled)


def _held_before(shop_id: int, rules: PlanRules, fresh: Sequence[EventKey]) -> tuple[Held, ...]:
    refunded = {event.order_id for event in fresh if event.is_refund}
    return store.find_held(shop_id, rules.plan_id, refunded, lapsing_by=fresh[-1].occurred_at)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Events in their order, matched; the paid ones and all their orders by number."""

    events: list[Event]
    paid: dict[str, PaidEvent]
    orders: dict[str, Order]


def _load_orders(shop_id: int, fresh: Iterable[EventKey], at_hand: Mapping[str, Order]) -> dict[str, Order]:
    """The orders that the events are about."""
    asked = {event.order_id for event in fresh}
    missing = list(asked - at_hand.keys())
    found = orders.load_orders(shop_id, missing) if missing else {}
    return {**found, **{order_id: at_hand[order_id] for order_id in asked & at_hand.keys()}}


def _match_events(
    shop_id: int,
    fresh: Sequence[EventKey],
    found: dict[str, Order],
    given_by: Mapping[str, PlanRules],
    rules: PlanRules,
) -> _Batch:
    refunded = [event.order_id for event in fresh if event.is_refund]
    refunds = orders.load_refunds(shop_id, refunded) if refunded else {}
    buying = know(shop_id, [found[key.order_id] for key in fresh if not key.is_refund], rules)
    returning = _returning(shop_id, {name: given_by.get(name, rules) for name in refunded}, found)
    matched: list[Event] = []
    paid: dict[str, PaidEvent] = {}
    for key in fresh:
        if not key.is_refund:
            paid[key.order_id] = paid_event(buying[key.order_id], rules)
            matched.append(paid[key.order_id])
            continue
        of_order = refunds[key.order_id]
        refund = next(each for each in of_order if each.refund_id == key.id)
        order = returning[key.order_id]
        matched.append(refund_event(refund, order, of_order, given_by.get(key.order_id, rules)))
    return _Batch(matched, paid, found)


def _returning(shop_id: int, given_by: Mapping[str, PlanRules], found: Mapping[str, Order]) -> dict[str, Order]:
    """The orders of which something came back, each with what the version that gave its awards asks of its buyer."""
    versions = {rules.version: rules for rules in given_by.values()}
    known: dict[str, Order] = {}
    for version, rules in versions.items():
        of_version = [found[name] for name, by in given_by.items() if by.version == version]
        known |= know(shop_id, of_version, rules, came_back=True)
    return known


def rehearse(found: Iterable[Order], refunds: Mapping[str, Sequence[Refund]], rules: PlanRules) -> Rehearsed:
    """What the plan would have given these orders and taken back for their refunds; nothing is stored."""
    return rehearsing.rehearse(found, refunds, rules)


def quote(shop_id: int, cart: Order, rules: PlanRules, *, rules_of: VersionRules) -> Quote:
    """What the cart would cost and get if it were paid at its `paid_at`, as the books stand; nothing is stored.

    Nobody waits for a quote and nothing is held for it: what it promises can be gone when the order is paid.

    Args:
        shop_id: whose cart it is.
        cart: an order that is not paid yet, with the number that it would have.
        rules: the version that it would be awarded by.
        rules_of: the rules of an earlier version, for what it gave that lapses by then.
    """
    cart = know(shop_id, [cart], rules)[cart.order_id]
    event = paid_event(cart, rules)
    held = store.find_held(shop_id, rules.plan_id, (), lapsing_by=cart.paid_at)
    earlier = [rules_of(version) for version in sorted({one.plan_version for one in held} - {rules.version})]
    book = load_book(shop_id, rules, [event], held, earlier)
    book.available.update(left_within(shop_id, _bounds_of_every_offer(cart, rules)))
    (settlement,) = settle([event], rules, book, earlier=earlier)
    return quoting.quote(cart, rules, settlement.awards, book)


def _bounds_of_every_offer(cart: Order, rules: PlanRules) -> dict[AccountKey, int]:
    day, customer_id = cart.paid_at.astimezone(rules.zone).date(), cart.customer_id or ""
    return {
        count.account: count.bound
        for offer in rules.offers
        for count in allowances(rules.plan_id, offer.id, offer.limits, customer_id=customer_id, day=day)
    }
