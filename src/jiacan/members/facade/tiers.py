"""Tiers follow what customers keep of their orders: up at once, down by the clock."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from jiacan.members.contracts.tiers import CustomerTier, Ladders
from jiacan.members.store import tiers as store
from jiacan.offers.contracts.tiers import Ladder, Standing, TierChange
from jiacan.offers.facade.tiers import counting_since, follow, has_at, next_tier
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
    with transaction.atomic():
        store.lock_ladder(shop_id, ladder.plan_id)
        before = store.find_standings(shop_id, ladder.plan_id, customer_ids)
        kept = _kept(shop_id, ladder, customer_ids, before)
        standings: dict[str, Standing] = {}
        steps: list[tuple[str, TierChange]] = []
        for each in sorted(customer_ids):
            standings[each], taken = follow(ladder, before.get(each), kept.get(each, ()), at)
            steps += [(each, step) for step in taken]
        store.save_standings(shop_id, ladder.plan_id, standings)
        store.add_steps(shop_id, ladder.plan_id, steps)
        _announce(shop_id, ladder, steps)
        return len(steps)


def _kept(
    shop_id: int, ladder: Ladder, customer_ids: Collection[str], before: dict[str, Standing]
) -> dict[str, tuple[KeptOrder, ...]]:
    """Every order that counts at some moment from where the customers were reckoned to."""
    known = [each for each in customer_ids if each in before]
    new = [each for each in customer_ids if each not in before]
    found: dict[str, tuple[KeptOrder, ...]] = {}
    if known:
        since = counting_since(ladder, min(before[each].seen_at for each in known))
        found |= orders.kept_since(shop_id, known, since, currency=ladder.currency)
    if new:
        found |= orders.kept_since(shop_id, new, _EVER, currency=ladder.currency)
    return found


_EVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _announce(shop_id: int, ladder: Ladder, steps: Sequence[tuple[str, TierChange]]) -> None:
    """Tell whoever asked who took which step."""
    if steps and EventKind.TIER_CHANGED in webhooks.wanted(shop_id):
        webhooks.announce(
            shop_id,
            [
                WebhookEvent(
                    EventKind.TIER_CHANGED,
                    f"{ladder.plan_id}/{customer_id}",
                    step.at,
                    {
                        "plan": ladder.plan_id,
                        "customer": customer_id,
                        "before": step.before,
                        "after": step.after,
                        "had": step.had,
                        "measure": str(ladder.measure),
                    },
                )
                for customer_id, step in steps
            ],
        )


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
    shop_id: int, ladder: Ladder, customer_id: str, stored: tuple[TierChange, ...], at: datetime
) -> CustomerTier:
    before = store.find_standings(shop_id, ladder.plan_id, [customer_id])
    kept = _kept(shop_id, ladder, [customer_id], before).get(customer_id, ())
    standing, taken = follow(ladder, before.get(customer_id), kept, at)
    return CustomerTier(
        ladder=ladder,
        tier=ladder.find(standing.tier),
        since=standing.since if standing.tier else None,
        has=has_at(ladder, kept, at),
        next=next_tier(ladder, standing.tier),
        grace_until=standing.grace_until,
        history=(*reversed(taken), *stored),
    )
