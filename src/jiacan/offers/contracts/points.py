"""Points that offers gave or took back, and the terms on which their plan gives them. Moments are in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class PointsTerms:
    """How long a plan's points last, and when they can be spent.

    They go with the day that is so many months or days after the one they were earned on, or with the year; never
    where none of the three is said. `until_received`: they pend until their order is received, or so long after its
    payment where the plan assumes that.
    """

    months: int | None = None
    days: int | None = None
    to_year_end: bool = False
    until_received: bool = False
    assume_received_after: timedelta | None = None


AT_ONCE_AND_FOR_EVER = PointsTerms()
"""The terms of a plan that says none."""


@dataclass(frozen=True, slots=True)
class PointsGiven:
    """Points of one award; `order_id` is an occasion's id where there was no order."""

    order_id: str
    offer_id: str
    customer_id: str
    points: int
    at: datetime


@dataclass(frozen=True, slots=True)
class PointsTaken:
    """Points of one award that a refund took back."""

    order_id: str
    offer_id: str
    customer_id: str
    refund_id: str
    points: int
    at: datetime


PointsMoved = PointsGiven | PointsTaken


@dataclass(frozen=True, slots=True)
class PointsUsed:
    """So many more points of one award were spent, and so many more lost; fewer than none came back."""

    plan_id: str
    order_id: str
    offer_id: str
    spent: int
    lost: int
    at: datetime


@dataclass(frozen=True, slots=True)
class PointsInLots:
    """How many points of an award should lie in lots, and how many should have been lost of them."""

    plan_id: str
    order_id: str
    offer_id: str
    left: int
    lost: int
