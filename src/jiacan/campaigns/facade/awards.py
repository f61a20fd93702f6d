"""The awards of a campaign: looked for, and taken back by hand."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from jiacan.campaigns.contracts.public import CampaignUnknown
from jiacan.campaigns.facade.announcing import pass_on
from jiacan.campaigns.facade.live import find_live
from jiacan.offers.contracts.awards import ClawBack
from jiacan.offers.contracts.searching import AwardCursor, AwardFound, AwardPage, AwardQuery
from jiacan.offers.facade import reading, taking_back
from jiacan.tenancy.contracts import Actor, Shop


def search(
    shop_id: int, plan_id: str, asked: AwardQuery, *, after: AwardCursor | None = None, limit: int = 50
) -> AwardPage:
    """A page of a campaign's awards, the last settled first, each with what was taken back of it."""
    return reading.search_awards(shop_id, plan_id, asked, after=after, limit=limit)


def of_order(shop_id: int, plan_id: str, order_id: str) -> tuple[AwardFound, ...]:
    """Every award of one order in plan order, each with what was taken back of it."""
    backs = [back for _, back in reading.claw_backs_of_orders(shop_id, [plan_id], [order_id])]
    return tuple(
        AwardFound(award, tuple(back for back in backs if back.offer_id == award.offer_id))
        for award in reading.awards_for(shop_id, plan_id, [order_id])
    )


def take_back(
    shop: Shop, plan_id: str, order_id: str, offer_id: str, *, reason: str, actor: Actor, at: datetime
) -> ClawBack:
    """Take a whole award back by hand, as a refund would: a gift is owed, a coupon voided, points taken into debt.

    Raises:
        CampaignUnknown: no such plan went live at the shop.
        AwardUnknown: the order met no such offer.
        NothingToTakeBack: nothing is left of it.
    """
    live = find_live(shop.id, plan_id)
    if live is None:
        raise CampaignUnknown(plan_id=plan_id)
    with transaction.atomic():
        taken = taking_back.take_back(
            shop.id, live.rules, order_id, offer_id, rules_of=live, reason=reason, actor=actor, at=at
        )
        pass_on(shop.id, [(live, taken)], at=at)
        (back,) = taken.claw_backs
        return back
