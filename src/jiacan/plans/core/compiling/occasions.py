"""From draws, challenges and the mall's items to the offers that give what they promise."""

from __future__ import annotations

from jiacan.members.contracts.check_in import Challenge
from jiacan.members.contracts.mall import MallItem
from jiacan.offers.contracts.rules import Ladder, Limits, Offer, Rung, Trigger
from jiacan.plans.contracts.document import Draw
from jiacan.plans.core.compiling.offers import to_policies


def to_drawn_offer(draw: Draw) -> Offer:
    """The offer of the draw's id: a rung for each prize by its place from 1, and one after them for the consolation.

    How many of each there are is the deck's to keep, so the offer has no limits.
    """
    given = [(prize.benefit,) for prize in draw.all_prizes] + ([draw.consolation] if draw.consolation else [])
    return Offer(
        id=draw.id,
        name=draw.name,
        trigger=Trigger.TICKET_DRAWN,
        during=draw.during,
        conditions=(),
        ladder=Ladder.BEST,
        rungs=tuple(Rung(number, (), benefits) for number, benefits in enumerate(given, start=1)),
        limits=Limits(),
        budget=draw.budget,
        on_refund=to_policies(None),
        otherwise=(),
        stacking=None,
    )


def to_check_in_offer(challenge: Challenge) -> Offer:
    """The offer of the challenge's id: a rung for each reward, numbered by its days in a row.

    So a rung keeps its number when others are written before it. How often one is given is by rounds, not by limits.
    """
    return Offer(
        id=challenge.id,
        name=challenge.name,
        trigger=Trigger.CHECK_IN,
        during=challenge.during,
        conditions=(),
        ladder=Ladder.BEST,
        rungs=tuple(Rung(reward.day, (), reward.benefits) for reward in challenge.rewards),
        limits=Limits(),
        budget=challenge.budget,
        on_refund=to_policies(None),
        otherwise=(),
        stacking=None,
    )


def to_mall_offer(item: MallItem) -> Offer:
    """The offer of the item's id: one rung. Price and tiers are the mall's to ask, limits are the offer's."""
    return Offer(
        id=item.id,
        name=item.name,
        trigger=Trigger.MALL,
        during=item.during,
        conditions=(),
        ladder=Ladder.BEST,
        rungs=(Rung(0, (), (item.benefit,)),),
        limits=item.limits,
        budget=item.budget,
        on_refund=to_policies(None),
        otherwise=(),
        stacking=None,
    )
