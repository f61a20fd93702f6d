"""What was settled is passed on in the transaction that settled it: to draws, and to other systems."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from jiacan.campaigns.core.announcing import announcements
from jiacan.campaigns.facade import drawing
from jiacan.campaigns.facade.live import LivePlan
from jiacan.offers.contracts.settled import Settled
from jiacan.webhooks import facade as webhooks


def pass_on(shop_id: int, settled: Sequence[tuple[LivePlan, Settled]], *, at: datetime) -> None:
    """Make tickets of what was settled, and announce it."""
    drawing.note(shop_id, settled, at=at)
    announce(shop_id, settled, at=at)


def passing_on(live: LivePlan) -> Callable[[Settled, datetime], None]:
    """What passes on what else is settled by the plan."""
    return lambda settled, at: pass_on(live.shop_id, [(live, settled)], at=at)


def announce(shop_id: int, settled: Iterable[tuple[LivePlan, Settled]], *, at: datetime) -> None:
    """Announce what someone asked to be told; nothing is built where nobody did."""
    news = [(live, each) for live, each in settled if each.events or each.claw_backs or each.levels]
    wanted = webhooks.wanted(shop_id) if news else frozenset()
    if wanted:
        webhooks.announce(
            shop_id,
            [event for live, each in news for event in announcements(live.document, each, wanted, at=at)],
        )
