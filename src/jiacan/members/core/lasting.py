"""When points of a plan expire, and when they can be spent."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from jiacan.kernel.periods import end_of
from jiacan.members.contracts.points import Lot
from jiacan.offers.contracts.occasions import is_occasion
from jiacan.offers.contracts.points import PointsGiven, PointsTerms


def lot_of(given: PointsGiven, plan_id: str, terms: PointsTerms, zone: ZoneInfo) -> Lot:
    """The lot that an award is, before any debt is paid from it."""
    return Lot(
        name=lot_name(plan_id, given.order_id, given.offer_id),
        plan_id=plan_id,
        order_id=given.order_id,
        offer_id=given.offer_id,
        points=given.points,
        left=given.points,
        expired=0,
        earned_at=given.at,
        available_at=_available_at(given, terms),
        expires_at=expires_at(given.at, terms, zone),
    )


def lot_name(plan_id: str, order_id: str, offer_id: str) -> str:
    """An order earns an offer once, so this is the lot's own."""
    return f"{plan_id}/{order_id}/{offer_id}"


def _available_at(given: PointsGiven, terms: PointsTerms) -> datetime | None:
    if not terms.until_received or is_occasion(given.order_id):
        return given.at
    return None if terms.assume_received_after is None else given.at + terms.assume_received_after


def expires_at(earned_at: datetime, terms: PointsTerms, zone: ZoneInfo) -> datetime | None:
    """The midnight that ends their last day in the zone; None where they stay.

    >>> earned = datetime.fromisoformat("2026-01-31T10:00:00+00:00")
    >>> str(expires_at(earned, PointsTerms(months=1), ZoneInfo("UTC")))
    '2026-03-01 00:00:00+00:00'
    """
    day = earned_at.astimezone(zone).date()
    if terms.to_year_end:
        return end_of(date(day.year, 12, 31), zone)
    if terms.months is not None:
        return end_of(months_later(day, terms.months), zone)
    if terms.days is not None:
        return end_of(day + timedelta(days=terms.days), zone)
    return None


def months_later(day: date, months: int) -> date:
    """The same day of the month so many months later, or that month's last."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
