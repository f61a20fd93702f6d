"""What a referral asks offers for: one occasion for each side."""

from __future__ import annotations

from jiacan.offers.contracts.occasions import OCCASION_MARK, TO_FRIEND, TO_REFERRER, Occasion
from jiacan.offers.contracts.rules import Trigger
from jiacan.referrals.contracts.referrals import Referral, Side

_RUNGS = {Side.REFERRER: TO_REFERRER, Side.FRIEND: TO_FRIEND}


def occasion_id(plan_id: str, referral_id: int, side: Side) -> str:
    """The occasion of a side; it names the referral, not the customers.

    >>> occasion_id("spring", 7, Side.FRIEND)
    '~referral/spring/7/friend'
    """
    return f"{OCCASION_MARK}referral/{plan_id}/{referral_id}/{side}"


def occasion_ids(referral: Referral) -> tuple[str, ...]:
    """Both sides' occasions."""
    return tuple(occasion_id(referral.plan_id, referral.id, side) for side in Side)


def occasions(referral: Referral) -> tuple[Occasion, ...]:
    """What both sides would get: earned with the friend's first order."""
    customers = {Side.REFERRER: referral.referrer_id, Side.FRIEND: referral.friend_id}
    return tuple(
        Occasion(
            id=occasion_id(referral.plan_id, referral.id, side),
            trigger=Trigger.REFERRAL_COMPLETED,
            customer_id=customers[side],
            earned_at=referral.paid_at,
            occurred_at=referral.paid_at,
            rung=_RUNGS[side],
        )
        for side in Side
    )
