"""Tiers follow what customers keep of their orders: up at once, down by the clock; offers may give one for a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from django.db import transaction

from jiacan.members.contracts.tiers import CustomerTier, Ladders, Reckoned, TierGift, TierStep
from jiacan.members.core.tiers import Walk, lay_over, lifting, next_moment
from jiacan.members.store import tiers as store
from jiacan.offers.contracts.tiers import Ladder
from jiacan.offers.facade.tiers import counting_since, follow, has_at, next_tier, tiers_at
from jiacan.orders import facade as orders
from jiacan.orders.contracts import KeptOrder
from jiacan.webhooks import facade as webhooks
from jiacan.webhooks.contracts import EventKind, WebhookEvent

CUSTOMERS_AT_ONCE = 500


def note(shop_id: int, ladders: Ladders, order_ids: Collection[str], *, at: datetime) -> None:
    """Reckon where those stand who paid these orders, or to whom something of them went back.

    Part of the transaction that recorded it.

    Args:
        shop_id: whose customers.
        ladders: of the plans in force; nothing is asked where there is none.
        order_ids: those that came or came back.
        at: now.
    """
    customers = orders.customers_of(shop_id, order_ids) if ladders and order_ids else frozenset()
    if customers:
        for ladder in ladders.values():
            reckon(shop_id, ladder, customers, at=at)


def reckon(shop_id: int, ladder: Ladder, customer_ids: Collection[str], *, at: datetime) -> int:
    """Walk these customers' time up to `at`, keep every step and tell of it; counts the steps."""
    return reckon_each(shop_id, ladder, dict.fromkeys(customer_ids, at))


def reckon_each(shop_id: int, ladder: Ladder, until: Mapping[str, datetime]) -> int:
    """Walk each customer's time up to their moment, keep every step and tell of it; counts the steps."""
    with transaction.atomic():
        store.lock_ladder(shop_id, ladder.plan_id)
        found = _load(shop_id, ladder, until)
        after: dict[str, Reckoned] = {}
        steps: list[tuple[str, TierStep]] = []
        for each in sorted(until):
            after[each], taken = _walk(ladder, found.of(each), until[each])
            steps += [(each, step) for step in taken]
        store.save_standings(shop_id, ladder.plan_id, after)
        store.add_steps(shop_id, ladder.plan_id, steps)
        _announce(shop_id, ladder, steps)
        return len(steps)


@dataclass(frozen=True, slots=True)
class _Of:
    """One customer: where they stood, what they kept of orders, and what offers gave them."""

    before: Reckoned | None
    kept: tuple[KeptOrder, ...]
    gifts: tuple[TierGift, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """The same of several."""

    before: Mapping[str, Reckoned]
    kept: Mapping[str, tuple[KeptOrder, ...]]
    gifts: Mapping[str, tuple[TierGift, ...]]

    def of(self, customer_id: str) -> _Of:
        """The customer's."""
        return _Of(self.before.get(customer_id), self.kept.get(customer_id, ()), self.gifts.get(customer_id, ()))


def _load(shop_id: int, ladder: Ladder, customer_ids: Collection[str]) -> _Found:
    """All that bears on the customers from where they were reckoned to."""
    before = store.find_standings(shop_id, ladder.plan_id, customer_ids)
    seen_at = _EVER
    if before.keys() >= set(customer_ids):
        seen_at = min((each.by_orders.seen_at for each in before.values()), default=_EVER)
    gifts = store.gifts_of(shop_id, ladder.plan_id, customer_ids, ending_after=seen_at)
    return _Found(before, _kept(shop_id, ladder, customer_ids, before), gifts)


def _walk(ladder: Ladder, of: _Of, until: datetime) -> tuple[Reckoned, tuple[TierStep, ...]]:
    """Where the customer stands at the moment, and every step on the way."""
    before = None if of.before is None else of.before.by_orders
    by_orders, changes = follow(ladder, before, of.kept, until)
    walk = Walk(before, changes, by_orders.seen_at, partial(has_at, ladder, of.kept))
    stands, steps = lay_over(ladder, "" if of.before is None else of.before.stands, walk, of.gifts)
    moments = (by_orders.look_at, next_moment(of.gifts, by_orders.seen_at))
    look_at = min((each for each in moments if each is not None), default=None)
    return Reckoned(replace(by_orders, look_at=look_at), stands), steps


def _kept(
    shop_id: int, ladder: Ladder, customer_ids: Collection[str], before: Mapping[str, Reckoned]
) -> dict[str, tuple[KeptOrder, ...]]:
    """Every order that counts at some moment from where the customers were reckoned to."""
    known = [each for each in customer_ids if each in before]
    new = [each for each in customer_ids if each not in before]
    found: dict[str, tuple[KeptOrder, ...]] = {}
    if known:
        since = counting_since(ladder, min(before[each].by_orders.seen_at for each in known))
        found |= orders.kept_since(shop_id, known, since, currency=ladder.currency)
    if new:
        found |= orders.kept_since(shop_id, new, _EVER, currency=ladder.currency)
    return found


_EVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _announce(shop_id: int, ladder: Ladder, steps: Sequence[tuple[str, TierStep]]) -> None:
    """Tell whoever asked who went from where to where; steps of one moment are one event."""
    if not steps or EventKind.TIER_CHANGED not in webhooks.wanted(shop_id):
        return
    joined: dict[tuple[str, datetime], TierStep] = {}
    for customer_id, step in steps:
        first = joined.get((customer_id, step.at), step)
        joined[customer_id, step.at] = replace(step, before=first.before)
    found = [_to_event(ladder, each, step) for (each, _), step in joined.items() if step.before != step.after]
    webhooks.announce(shop_id, found)


def _to_event(ladder: Ladder, customer_id: str, step: TierStep) -> WebhookEvent:
    subject = "/".join(each for each in (ladder.plan_id, customer_id, step.after) if each)
    data = {
        "plan": ladder.plan_id,
        "customer": customer_id,
        "before": step.before,
        "after": step.after,
        "had": step.had,
        "measure": str(ladder.measure),
        "cause": str(step.cause),
        "offer": step.offer_id or None,
        "until": None if step.until is None else step.until.isoformat(),
    }
    return WebhookEvent(EventKind.TIER_CHANGED, subject, step.at, data)


def catch_up(shop_id: int, ladder: Ladder, *, at: datetime) -> int:
    """Reckon everyone who ever paid an order, for orders that came from files; counts the steps."""
    taken, after = 0, ""
    while found := orders.customers_after(shop_id, after, limit=CUSTOMERS_AT_ONCE):
        taken += reckon(shop_id, ladder, found, at=at)
        after = found[-1]
    return taken


def follow_due(shop_id: int, ladder: Ladder, *, at: datetime) -> int:
    """Reckon those of whom something changes by itself by then: orders that count no more, graces over."""
    taken = 0
    while found := store.due(shop_id, ladder.plan_id, at, limit=CUSTOMERS_AT_ONCE):
        taken += reckon(shop_id, ladder, found, at=at)
    return taken


def tiers_of(shop_id: int, ladders: Ladders, customer_id: str, *, at: datetime) -> tuple[CustomerTier, ...]:
    """The customer's place on each ladder, what they have now, and every step of theirs; nothing is stored."""
    steps = store.steps_of(shop_id, customer_id)
    return tuple(
        _tier_of(shop_id, ladder, customer_id, steps.get(plan_id, ()), at) for plan_id, ladder in ladders.items()
    )


def _tier_of(
    shop_id: int, ladder: Ladder, customer_id: str, stored: tuple[TierStep, ...], at: datetime
) -> CustomerTier:
    of = _load(shop_id, ladder, [customer_id]).of(customer_id)
    reckoned, taken = _walk(ladder, of, at)
    standing, history = reckoned.by_orders, (*reversed(taken), *stored)
    return CustomerTier(
        ladder=ladder,
        tier=ladder.find(reckoned.stands),
        since=history[0].at if history and reckoned.stands else None,
        by_orders=ladder.find(standing.tier),
        gift=lifting(ladder, standing.tier, of.gifts, standing.seen_at),
        has=has_at(ladder, of.kept, at),
        next=next_tier(ladder, standing.tier),
        grace_until=standing.grace_until,
        history=history,
    )


def stand_on(shop_id: int, ladder: Ladder, customer_ids: Collection[str], at: datetime) -> Mapping[str, str]:
    """The tier on which each of these customers stood at a moment, by what was paid, came back and was given before.

    Empty for those below the first.
    """
    by_orders = tiers_at(shop_id, ladder, customer_ids, at)
    gifts = store.gifts_of(shop_id, ladder.plan_id, customer_ids, ending_after=at)
    lifts = {each: lifting(ladder, tier, gifts.get(each, ()), at) for each, tier in by_orders.items()}
    return {each: tier if (gift := lifts[each]) is None else gift.tier for each, tier in by_orders.items()}
