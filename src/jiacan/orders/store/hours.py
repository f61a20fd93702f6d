"""Paid orders counted by the hour, over the index on when they were paid."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection

from jiacan.kernel.periods import Period
from jiacan.orders.contracts import HourTotal, PeriodTotal

_BY_HOUR = """
SELECT local::date, extract(hour FROM local)::int, count(*), sum(spend_minor)::bigint
FROM (
    SELECT date_trunc('hour', paid_at AT TIME ZONE %s) AS local, spend_minor
    FROM orders_knownorder WHERE shop_id = %s AND paid_at >= %s AND paid_at < %s
) AS paid
GROUP BY local ORDER BY local
"""

_TOTAL = """
SELECT count(*), coalesce(sum(spend_minor), 0)::bigint
FROM orders_knownorder WHERE shop_id = %s AND paid_at >= %s AND paid_at < %s
"""

_FIRST = "SELECT min(paid_at) FROM orders_knownorder WHERE shop_id = %s AND paid_at IS NOT NULL"


def count_by_hour(shop_id: int, period: Period, zone: ZoneInfo) -> tuple[HourTotal, ...]:
    """Each local hour of the period in which orders were paid, in order."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_HOUR, [zone.key, shop_id, period.starts_at, period.ends_at])
        return tuple(HourTotal(*row) for row in cursor.fetchall())


def count_within(shop_id: int, period: Period) -> PeriodTotal:
    """The orders paid in the period."""
    with connection.cursor() as cursor:
        cursor.execute(_TOTAL, [shop_id, period.starts_at, period.ends_at])
        return PeriodTotal(*cursor.fetchone())


def find_first_paid_at(shop_id: int) -> datetime | None:
    """When the first order was paid, as far as they are recorded."""
    with connection.cursor() as cursor:
        cursor.execute(_FIRST, [shop_id])
        return cursor.fetchone()[0]
