"""What settling has to tell other systems: awards, claw-backs, and stock or budget that is running low.

An announcement names plans, orders, offers and customers by their ids and says amounts; it tells nothing else about
anyone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from decimal import Decimal

from jiacan.kernel.money import to_major
from jiacan.offers.contracts.awards import Award, ClawBack, Item, Outcome
from jiacan.offers.contracts.settled import Level, Means, Settled
from jiacan.plans.contracts.document import BelowAmount, BelowShare, PlanDocument
from jiacan.webhooks.contracts import EventKind, WebhookEvent

LOW_SHARE = Decimal("0.1")
"""Less than this share left is low, where the plan watches no risk of it."""

_KINDS = {
    Outcome.GRANTED: EventKind.AWARD_GRANTED,
    Outcome.OTHERWISE: EventKind.AWARD_GRANTED,
    Outcome.REFUSED: EventKind.AWARD_REFUSED,
}

_LOW = {Means.STOCK: EventKind.STOCK_LOW, Means.BUDGET: EventKind.BUDGET_LOW}


def announcements(
    plan: PlanDocument, settled: Settled, wanted: Collection[EventKind], *, at: datetime
) -> Iterator[WebhookEvent]:
    """What of the settled events someone wants to be told; a customer who was held out is not announced."""
    for award in settled.awards:
        kind = _KINDS.get(award.outcome)
        if kind in wanted:
            assert kind is not None, "None is never wanted"
            yield _of_award(plan, award, kind)
    if EventKind.AWARD_CLAWED_BACK in wanted:
        for back in settled.claw_backs:
            yield _of_claw_back(plan, back)
    for level in settled.levels:
        if _LOW[level.means] in wanted:
            yield from _of_level(plan, level, at)


def _of_award(plan: PlanDocument, award: Award, kind: EventKind) -> WebhookEvent:
    return WebhookEvent(
        kind=kind,
        subject=f"{plan.plan_id}/{award.order_id}/{award.offer_id}",
        at=award.settled_for,
        data={
            "plan": plan.plan_id,
            "plan_version": award.plan_version,
            "order": award.order_id,
            "customer": award.customer_id,
            "offer": award.offer_id,
            "rung": award.rung,
            "outcome": award.outcome.value,
            "reason": "" if award.refusal is None else award.refusal.code,
            "currency": plan.currency,
            "items": _items(award.items, plan.currency),
        },
    )


def _of_claw_back(plan: PlanDocument, back: ClawBack) -> WebhookEvent:
    return WebhookEvent(
        kind=EventKind.AWARD_CLAWED_BACK,
        subject=f"{plan.plan_id}/{back.order_id}/{back.offer_id}/{back.refund_id}",
        at=back.at,
        data={
            "plan": plan.plan_id,
            "order": back.order_id,
            "customer": back.customer_id,
            "offer": back.offer_id,
            "rung": back.rung,
            "refund": back.refund_id,
            "currency": plan.currency,
            "items": _items(back.items, plan.currency),
        },
    )


def _items(items: Iterable[Item], currency: str) -> list[dict[str, object]]:
    return [
        {
            "kind": item.kind.value,
            "item": item.id,
            "quantity": item.quantity,
            "amount": str(to_major(item.amount_minor, currency)),
        }
        for item in items
    ]


def _of_level(plan: PlanDocument, level: Level, at: datetime) -> Iterator[WebhookEvent]:
    """One for each watch that is crossed: it was not low before, and is now."""
    planned = _planned(plan, level)
    watches = [
        (risk.id, risk.watch)
        for risk in plan.risks
        if (risk.watch.watched.value, risk.watch.id) == (level.means.value, level.id)
    ]
    bounds = [(risk, _bound(watch, planned)) for risk, watch in watches] or [("", LOW_SHARE * planned)]
    for risk, bound in bounds:
        if level.before >= bound > level.after:
            yield WebhookEvent(
                kind=_LOW[level.means],
                subject="/".join(part for part in (plan.plan_id, level.means.value, level.id, risk) if part),
                at=at,
                data={
                    "plan": plan.plan_id,
                    level.means.value: level.id,
                    "risk": risk,
                    "left": _amount(level, level.after, plan.currency),
                    "planned": _amount(level, planned, plan.currency),
                },
            )


def _planned(plan: PlanDocument, level: Level) -> int:
    match level.means:
        case Means.STOCK:
            return next((item.units for item in plan.stock if item.id == level.id), 0)
        case Means.BUDGET:
            return next((line.amount_minor for line in plan.budget if line.id == level.id), 0)


def _bound(watch: BelowShare | BelowAmount, planned: int) -> Decimal:
    match watch:
        case BelowShare(share=share):
            return share * planned
        case BelowAmount(amount=amount):
            return Decimal(amount)


def _amount(level: Level, amount: int, currency: str) -> int | str:
    """Pieces, or money in major units."""
    return amount if level.means is Means.STOCK else str(to_major(amount, currency))
