"""What is no order and yet gives: a ticket that was drawn, a friend's first order that was kept, days in a row.

An occasion settles as a paid order does. Moments are in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jiacan.offers.contracts.awards import Award, ClawBack
from jiacan.offers.contracts.rules import Trigger
from jiacan.orders.contracts import RESERVED_MARK

OCCASION_MARK = RESERVED_MARK
"""What the id of every occasion begins with, and no order's number does: awards of both stand side by side."""


TO_REFERRER = 1
"""The rung of an offer for referrals that is for whoever brought the friend."""

TO_FRIEND = 2
"""The rung that is for the friend."""


def is_occasion(order_id: str) -> bool:
    """Whether what stands under that id was given for an occasion rather than for an order."""
    return order_id.startswith(OCCASION_MARK)


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something other than an order for which offers give.

    `id` is its own in the shop, for ever. `earned_at` must lie in an offer's period; `occurred_at` is what it settles
    for, which can be later: a ticket is drawn after it was handed in. `rung` is the one that is given: a draw's prize
    by its place from 1 and then its consolation, a side of a referral, a challenge's reward by its days in a row.
    Without `offer_id` every offer of the trigger is asked.
    """

    id: str
    trigger: Trigger
    customer_id: str
    earned_at: datetime
    occurred_at: datetime
    rung: int
    offer_id: str | None = None


@dataclass(frozen=True, slots=True)
class Revocation:
    """An occasion came to nothing after all; `id` is its own among those of the occasion."""

    id: str
    occasion_id: str
    at: datetime


class OccasionState(StrEnum):
    """What became of an occasion."""

    PENDING = "pending"
    SETTLED = "settled"
    LET_GO = "let_go"


@dataclass(frozen=True, slots=True)
class OccasionAnswer:
    """What an occasion gave, or would give while it pends or did not when it was let go, and what was taken back."""

    occasion_id: str
    state: OccasionState
    awards: tuple[Award, ...]
    claw_backs: tuple[ClawBack, ...] = ()
