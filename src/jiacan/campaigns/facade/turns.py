"""The turns of a campaign that the clock brings: its run begins, its run is over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from jiacan.plans import facade as plans
from jiacan.plans.contracts.versions import PlanVersion
from jiacan.tenancy import facade as tenancy
from jiacan.webhooks import facade as webhooks
from jiacan.webhooks.contracts import EventKind, WebhookEvent

TOLD_WITHIN = timedelta(hours=1)
"""A turn that nobody was told of in its first hour, because no worker ran, is not told as news later."""

_TURNS = frozenset({EventKind.CAMPAIGN_LIVE, EventKind.CAMPAIGN_OVER})


def announce_turns(at: datetime) -> int:
    """Tell whoever asked which campaigns went live or ended within the last hour, each once; says how many did."""
    return sum(tenancy.at_each_shop(lambda shop_id: _announce_turns(shop_id, at)))


def _announce_turns(shop_id: int, at: datetime) -> int:
    wanted = webhooks.wanted(shop_id) & _TURNS
    if not wanted:
        return 0
    turned = [
        event
        for versions in plans.versions_by_plan(shop_id).values()
        for event in _turns(shop_id, versions)
        if event.kind in wanted and at - TOLD_WITHIN < event.at <= at
    ]
    webhooks.announce(shop_id, turned)
    return len(turned)


def _turns(shop_id: int, versions: Sequence[PlanVersion]) -> Iterator[WebhookEvent]:
    """Live when its run begins, or when it first went live if that was later; over when its run ends."""
    last = versions[-1]
    document = plans.plan_of(shop_id, last).document
    run = document.phases.get("run") if document is not None else None
    if run is None:
        return
    data = {"plan": last.plan_id, "run_from": run.starts_at.isoformat(), "run_to": run.ends_at.isoformat()}
    live_at = max(run.starts_at, versions[0].went_live_at)
    if live_at < run.ends_at:
        yield WebhookEvent(EventKind.CAMPAIGN_LIVE, last.plan_id, live_at, data)
    yield WebhookEvent(EventKind.CAMPAIGN_OVER, last.plan_id, run.ends_at, data)
