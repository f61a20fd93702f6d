"""Telling other systems what was settled, in the transaction that settled it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from jiacan.campaigns.core.announcing import announcements
from jiacan.campaigns.facade.live import LivePlan
from jiacan.offers.contracts.settled import Settled
from jiacan.webhooks import facade as webhooks


def announce(shop_id: int, settled: Iterable[tuple[LivePlan, Settled]], *, at: datetime) -> None:
    """Announce what someone asked to be told; nothing is built where nobody did."""
    news = [(live, each) for live, each in settled if each.events or each.claw_backs or each.levels]
    wanted = webhooks.wanted(shop_id) if news else frozenset()
    if wanted:
        webhooks.announce(
            shop_id,
            [event for live, each in news for event in announcements(live.document, each, wanted, at=at)],
        )
