"""Every query on alarms, and on how long background work has been waiting."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import connection
from django.db.models import Q

from jiacan.campaigns.contracts.room import Noticed
from jiacan.campaigns.models import Alarm as AlarmRow

_WAITING = """
SELECT min(coalesce(job.scheduled_at, (SELECT min(event.at) FROM procrastinate_events event
                                       WHERE event.job_id = job.id AND event.type = 'deferred')))
FROM (
    SELECT id, scheduled_at FROM procrastinate_jobs
    WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= %s)
    ORDER BY id LIMIT 100
) AS job
"""


def find_alarms(shop_id: int, plan_id: str, *, since: datetime) -> tuple[Noticed, ...]:
    """Those that stand, and those that were over only after `since`; the last noticed first."""
    rows = AlarmRow.objects.filter(Q(over_at=None) | Q(over_at__gt=since), shop_id=shop_id, plan_id=plan_id)
    return tuple(_to_noticed(row) for row in rows.order_by("-since", "-pk"))


def add_alarms(shop_id: int, plan_id: str, keys: Iterable[str], *, at: datetime) -> None:
    """They stand from now on; one that stands already stays as it is."""
    AlarmRow.objects.bulk_create(
        [AlarmRow(shop_id=shop_id, plan_id=plan_id, key=key, since=at) for key in keys], ignore_conflicts=True
    )


def end_alarms(shop_id: int, plan_id: str, keys: Collection[str], *, at: datetime) -> None:
    """Their matter is over."""
    rows = AlarmRow.objects.filter(shop_id=shop_id, plan_id=plan_id, key__in=keys, over_at=None)
    rows.update(over_at=at)


def lock_alarm(shop_id: int, plan_id: str, alarm_id: int) -> Noticed | None:
    """The alarm if it stands, locked until the transaction ends."""
    rows = AlarmRow.objects.select_for_update().filter(shop_id=shop_id, plan_id=plan_id, pk=alarm_id, over_at=None)
    row = rows.first()
    return None if row is None else _to_noticed(row)


def save_taken(shop_id: int, alarm_id: int, *, by: str, at: datetime) -> None:
    """Someone has taken it."""
    AlarmRow.objects.filter(shop_id=shop_id, pk=alarm_id).update(taken_by=by, taken_at=at)


def save_closed(shop_id: int, alarm_id: int, *, by: str, at: datetime, note: str) -> None:
    """Someone has closed it."""
    AlarmRow.objects.filter(shop_id=shop_id, pk=alarm_id).update(closed_by=by, closed_at=at, note=note)


def find_waiting_since(at: datetime) -> datetime | None:
    """Since when the job that is due longest has been waiting; None when none is due."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [at])
        return cursor.fetchone()[0]


def _to_noticed(row: AlarmRow) -> Noticed:
    return Noticed(
        id=row.pk,
        key=row.key,
        since=row.since,
        taken_by=row.taken_by,
        taken_at=row.taken_at,
        closed_by=row.closed_by,
        closed_at=row.closed_at,
        note=row.note,
        over_at=row.over_at,
    )
