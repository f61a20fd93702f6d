"""Telling other systems what becomes of redemptions, in the transaction that does it."""

from __future__ import annotations

from datetime import datetime

from jiacan.kernel.money import to_major
from jiacan.members.contracts.mall import Redemption
from jiacan.webhooks import facade as webhooks
from jiacan.webhooks.contracts import EventKind, WebhookEvent


def tell_of(shop_id: int, redemption: Redemption, kind: EventKind, *, at: datetime) -> None:
    """Announce it, where someone asked to be told. A code is never told."""
    if kind not in webhooks.wanted(shop_id):
        return
    data = {
        "redemption": redemption.id,
        "key": redemption.key,
        "plan": redemption.plan_id,
        "plan_version": redemption.plan_version,
        "item": redemption.item_id,
        "customer": redemption.customer_id,
        "state": redemption.state.value,
        "points": redemption.points,
        "money": f"{to_major(redemption.money_minor, redemption.currency)}",
        "currency": redemption.currency,
        "paid": redemption.paid_at is not None,
        "payment": redemption.payment,
        "carrier": redemption.carrier,
        "parcel": redemption.parcel,
    }
    webhooks.announce(shop_id, [WebhookEvent(kind, redemption.id, at, data)])
