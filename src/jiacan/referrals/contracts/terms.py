"""The terms on which friends are brought, as a plan says them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from jiacan.kernel.messages import Name


class Attribution(StrEnum):
    """Which of a friend's clicks counts."""

    FIRST_TOUCH = "first_touch"
    LAST_TOUCH = "last_touch"


@dataclass(frozen=True, slots=True)
class ReferralTerms:
    """The terms of a plan's referrals.

    A click counts for `window` before the friend's first order, which must stand for `return_window` after it was
    received. `per_referrer` bounds the friends that one customer can bring; more than `per_network_per_day` from one
    network are looked at by a person. None is no bound. `landing` is where a link leads; empty is nowhere of the
    shop's own. Without a time of receipt, an order is taken as received `assume_received_after` its payment; None
    waits for that time.
    """

    window: timedelta
    return_window: timedelta
    attribution: Attribution = Attribution.LAST_TOUCH
    per_referrer: int | None = None
    per_network_per_day: int | None = None
    landing: str = ""
    assume_received_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Programme:
    """The referrals of one plan by its version in force: where links lead, and on which terms friends are brought."""

    plan_id: str
    version: int
    name: Name
    zone: ZoneInfo
    currency: str
    terms: ReferralTerms
