"""What orders mean for tiers: the members slice reckons, by the ladders of the plans in force."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from jiacan.campaigns.facade.live import LivePlan, find_live, live_plans
from jiacan.kernel.places import at_place
from jiacan.members.contracts.tiers import CustomerTier, Ladders
from jiacan.members.facade import tiers
from jiacan.plans.contracts.versions import CheckedPlan
from jiacan.tenancy import facade as tenancy


def ladders_of(live: Iterable[LivePlan]) -> Ladders:
    """The ladders of those of the plans that have one, by plan."""
    return {plan.plan_id: ladder for plan in live if (ladder := plan.document.ladder) is not None}


def note(shop_id: int, live: Sequence[LivePlan], order_ids: Collection[str], *, at: datetime) -> None:
    """Reckon the tiers of those whose orders came or came back; where no plan has a ladder, nothing."""
    ladders = ladders_of(live)
    if ladders:
        tiers.note(shop_id, ladders, order_ids, at=at)


def catch_up(shop_id: int, live: Sequence[LivePlan], *, at: datetime) -> None:
    """Reckon everyone's tiers after orders came from files."""
    for ladder in ladders_of(live).values():
        tiers.catch_up(shop_id, ladder, at=at)


def follow_all(at: datetime) -> int:
    """What changes by itself, at every shop; the clock asks for it. Counts the steps."""
    return sum(tenancy.at_each_shop(lambda shop_id: _follow_shop(shop_id, at)))


def _follow_shop(shop_id: int, at: datetime) -> int:
    ladders = ladders_of(live_plans(shop_id)).values()
    return sum(tiers.follow_due(shop_id, ladder, at=at) for ladder in ladders)


def tiers_of(shop_id: int, customer_id: str, *, at: datetime) -> tuple[CustomerTier, ...]:
    """Where the customer stands on every ladder in force at the shop."""
    return tiers.tiers_of(shop_id, ladders_of(live_plans(shop_id)), customer_id, at=at)


def tier_by(plan: CheckedPlan, customer_id: str, *, at: datetime) -> CustomerTier | None:
    """Where the customer stands by the plan; None where it has no ladder, or is not in force."""
    assert plan.document is not None, "asked of plans without errors"
    shop = tenancy.get_shop(plan.document.shop)
    with at_place(shop.id):
        live = find_live(shop.id, plan.document.plan_id)
        found = tiers.tiers_of(shop.id, ladders_of([] if live is None else [live]), customer_id, at=at)
    return next(iter(found), None)
