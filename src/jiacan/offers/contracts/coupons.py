"""Coupons that awards gave, and codes that were made without one, as whoever lets them be used sees them.

Money is in whole minor units of the plan's currency, moments are in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class GivenRef:
    """Coupons of one sort of one award, by name; `order_id` may be an occasion's."""

    plan_id: str
    order_id: str
    offer_id: str
    coupon: str


@dataclass(frozen=True, slots=True)
class TakenBack:
    """So many of them were taken back: when, and by which refund, revocation or hand."""

    at: datetime
    refund_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class GivenCoupons:
    """Coupons of one sort that one award gave, and what became of them.

    Of the `quantity`, `left` are with the customer (none of any use once `lapsed`), `used` are with orders, and the
    rest was taken back; `due` of the used ones are taken back if they come back.
    """

    ref: GivenRef
    plan_version: int
    customer_id: str
    given_at: datetime
    quantity: int
    left: int
    used: int
    due: int
    lapsed: bool
    expires_at: datetime | None
    taken_back: tuple[TakenBack, ...] = ()


class CameBack(StrEnum):
    """What becomes of a coupon whose use is undone."""

    OPEN = "open"
    EXPIRED = "expired"
    TAKEN_BACK = "taken_back"
    OUT_OF_BUDGET = "out_of_budget"


@dataclass(frozen=True, slots=True)
class CodeHold:
    """The money and pieces behind a code that no award gave: its budget line, its hold, and whose it is by now."""

    line: str
    coupon: str
    hold_key: str
    customer_id: str | None
    expires_at: datetime
