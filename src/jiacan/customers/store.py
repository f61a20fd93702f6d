"""Every query on birthdays."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import connection
from django.db.models import Q

from jiacan.customers.contracts import BirthDate, Birthday, BirthdaysRecorded
from jiacan.customers.models import Birthday as BirthdayRow
from jiacan.kernel.statements import Prepared

# A year that is told later joins the day that is known; a day that is told without its year keeps it.
_RECORD = Prepared("""
INSERT INTO customers_birthday AS known (shop_id, customer_id, month, day, year, known_since)
SELECT %(shop_id)s::bigint, told.customer_id, told.month, told.day, told.year, %(at)s::timestamptz
FROM json_to_recordset(%(told)s::json) AS told (customer_id text, month smallint, day smallint, year smallint)
ORDER BY told.customer_id COLLATE "C"
ON CONFLICT (shop_id, customer_id) DO UPDATE SET
    month = excluded.month,
    day = excluded.day,
    year = CASE WHEN (known.month, known.day) = (excluded.month, excluded.day)
                THEN coalesce(excluded.year, known.year) ELSE excluded.year END,
    changed_at = CASE WHEN (known.month, known.day) = (excluded.month, excluded.day)
                      THEN known.changed_at ELSE excluded.known_since END
WHERE (known.month, known.day) <> (excluded.month, excluded.day)
    OR excluded.year IS NOT NULL AND known.year IS DISTINCT FROM excluded.year
RETURNING xmax = 0
""")


def record(shop_id: int, told: Mapping[str, BirthDate], *, at: datetime) -> BirthdaysRecorded:
    """Keep these customers' birthdays; what is known as it is told stays."""
    rows = [
        {"customer_id": customer_id, "month": born.month, "day": born.day, "year": born.year}
        for customer_id, born in told.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, {"shop_id": shop_id, "at": at, "told": json.dumps(rows)})
        are_new = [bool(is_new) for (is_new,) in cursor.fetchall()]
    return BirthdaysRecorded(sum(are_new), len(are_new) - sum(are_new), len(told) - len(are_new))


def forget(shop_id: int, customer_id: str) -> bool:
    """Delete the customer's birthday; whether there was one."""
    deleted, _ = BirthdayRow.objects.filter(shop_id=shop_id, customer_id=customer_id).delete()
    return deleted > 0


def find(shop_id: int, customer_ids: Collection[str]) -> dict[str, Birthday]:
    """The customers' birthdays; one of whom none is known is absent."""
    rows = BirthdayRow.objects.filter(shop_id=shop_id, customer_id__in=customer_ids)
    return {row.customer_id: _to_birthday(row) for row in rows}


def on_days(
    shop_id: int, month: int, first_day: int, last_day: int, *, after: str, known_by: datetime, limit: int
) -> list[tuple[str, Birthday]]:
    """Customers after that one with a birthday on such days of the month that stands since before, in their order."""
    stands = Q(changed_at__isnull=True, known_since__lt=known_by) | Q(changed_at__lt=known_by)
    rows = BirthdayRow.objects.filter(
        stands, shop_id=shop_id, month=month, day__gte=first_day, day__lte=last_day, customer_id__gt=after
    ).order_by("customer_id")
    return [(row.customer_id, _to_birthday(row)) for row in rows[:limit]]


def _to_birthday(row: BirthdayRow) -> Birthday:
    return Birthday(row.month, row.day, row.known_since, row.year, row.changed_at)
