"""What kinds, states and tasks are called."""

from __future__ import annotations

from collections.abc import Mapping

from jiacan.kernel.messages import Message, tell
from jiacan.webhooks.contracts import PING, DeliveryState, EventKind, JobState

KIND_NAMES: Mapping[EventKind, Message] = {
    EventKind.AWARD_GRANTED: tell("award granted"),
    EventKind.AWARD_REFUSED: tell("award refused"),
    EventKind.AWARD_CLAWED_BACK: tell("award clawed back"),
    EventKind.STOCK_LOW: tell("stock runs low"),
    EventKind.BUDGET_LOW: tell("budget runs low"),
    EventKind.CAMPAIGN_LIVE: tell("campaign goes live"),
    EventKind.CAMPAIGN_OVER: tell("campaign is over"),
    EventKind.DRAW_WON: tell("ticket wins a prize"),
    EventKind.PRIZE_UNCLAIMED: tell("prize is soon given up"),
    EventKind.POINTS_EXPIRING: tell("points soon expire"),
    EventKind.TIER_CHANGED: tell("tier changed"),
    EventKind.COUPON_RETURNED: tell("coupon comes back with its order"),
    EventKind.MALL_REDEEMED: tell("points redeemed in the mall"),
    EventKind.MALL_PAID: tell("redemption paid"),
    EventKind.MALL_SHIPPED: tell("redemption sent"),
    EventKind.MALL_CANCELLED: tell("redemption cancelled"),
}

DELIVERY_STATES: Mapping[DeliveryState, Message] = {
    DeliveryState.WAITING: tell("on its way"),
    DeliveryState.DELIVERED: tell("delivered"),
    DeliveryState.GIVEN_UP: tell("given up"),
}

JOB_STATES: Mapping[JobState, Message] = {
    JobState.WAITING: tell("waiting"),
    JobState.RUNNING: tell("running"),
    JobState.DONE: tell("done"),
    JobState.FAILED: tell("failed"),
    JobState.CANCELLED: tell("cancelled"),
}


def kind_name(kind: str) -> Message:
    """What a delivery's kind is called."""
    return tell("test delivery") if kind == PING else KIND_NAMES[EventKind(kind)]
