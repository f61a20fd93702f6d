"""Every query on deliveries and their tries."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection, models
from django.db.models import Max

from jiacan.webhooks.contracts import Answer, Attempt, Backlog, Delivery, DeliveryState, Outcome, Trouble
from jiacan.webhooks.core.letters import NewDelivery, Parcel
from jiacan.webhooks.models import Attempt as AttemptRow
from jiacan.webhooks.models import Delivery as DeliveryRow

# One JSON text: an array of JSON texts would be escaped letter by letter on its way, four times as slowly.
_ADD = """
INSERT INTO webhooks_delivery
    (shop_id, endpoint_id, public_id, event_id, kind, subject, at, data, state, next_try_at)
SELECT %(shop_id)s, asked.*, 'waiting', now()
FROM jsonb_to_recordset(%(asked)s::jsonb) AS asked (
    endpoint_id bigint, id text, event_id text, kind text, subject text, at timestamptz, data jsonb
)
ON CONFLICT (shop_id, public_id) DO NOTHING
RETURNING endpoint_id, id
"""

DELETED_AT_ONCE = 5000

_BACKLOG = """
SELECT (SELECT count(*) FROM webhooks_delivery WHERE state = 'waiting'),
       (SELECT greatest(0, coalesce(extract(epoch FROM %(now)s - min(created_at)), 0))::bigint
        FROM webhooks_delivery WHERE state = 'waiting'),
       (SELECT count(*) FROM webhooks_endpoint WHERE active AND failing_since < %(failing_before)s)
"""


def add_deliveries(shop_id: int, deliveries: Sequence[NewDelivery]) -> dict[int, list[int]]:
    """Write those that are new, to be tried at once; says their rows by endpoint, in the given order."""
    asked = json.dumps([_to_row(each) for each in deliveries], ensure_ascii=False)
    added: dict[int, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_ADD, {"shop_id": shop_id, "asked": asked})
        for endpoint_id, number in cursor.fetchall():
            added.setdefault(endpoint_id, []).append(number)
    return added


def find_due(shop_id: int, endpoint_id: int, numbers: Collection[int], *, now: datetime) -> tuple[Parcel, ...]:
    """Those of the rows that are to be tried now, in the order in which they were announced."""
    rows = _waiting(shop_id, endpoint_id, numbers).filter(next_try_at__lte=now).order_by("id")
    return tuple(Parcel(row.pk, row.public_id, row.event_id, row.kind, row.at, row.data, row.tries) for row in rows)


def find_next_tries(
    shop_id: int, endpoint_id: int, numbers: Collection[int]
) -> tuple[tuple[datetime, list[int]], ...]:
    """Those of the rows that still wait, together if they were tried as often, and when all of those are due."""
    rows = _waiting(shop_id, endpoint_id, numbers).values_list("tries")
    due = rows.annotate(due_at=Max("next_try_at"), together=ArrayAgg("id", order_by="id")).order_by("tries")
    return tuple((due_at, together) for _, due_at, together in due)


def add_attempt(
    shop_id: int, parcel: Parcel, *, outcome: Outcome, at: datetime, milliseconds: int, next_try_at: datetime | None
) -> bool:
    """Write down one try; False, and nothing is written, when another worker or a replay was first."""
    row = (
        DeliveryRow.objects.select_for_update()
        .filter(shop_id=shop_id, id=parcel.number, state=DeliveryState.WAITING, tries=parcel.tries)
        .first()
    )
    if row is None:
        return False
    row.tries += 1
    row.attempts += 1
    row.next_try_at = next_try_at
    row.state = _state_after(outcome, next_try_at)
    row.save(update_fields=["tries", "attempts", "next_try_at", "state"])
    AttemptRow.objects.create(
        delivery=row,
        number=row.attempts,
        at=at,
        status=outcome.status if isinstance(outcome, Answer) else None,
        trouble=outcome if isinstance(outcome, Trouble) else "",
        answer=outcome.text if isinstance(outcome, Answer) else "",
        milliseconds=milliseconds,
    )
    return True


def start_again(shop_id: int, delivery_id: str, *, at: datetime) -> int | None:
    """Begin another round of tries; says the row, None when there is no such delivery."""
    row = DeliveryRow.objects.select_for_update().filter(shop_id=shop_id, public_id=delivery_id).first()
    if row is None:
        return None
    row.state, row.tries, row.next_try_at = DeliveryState.WAITING, 0, at
    row.save(update_fields=["state", "tries", "next_try_at"])
    return row.pk


def give_up_waiting(shop_id: int, endpoint_id: int) -> int:
    """Give up everything that waits for the endpoint; says how many."""
    rows = DeliveryRow.objects.filter(shop_id=shop_id, endpoint_id=endpoint_id, state=DeliveryState.WAITING)
    return rows.update(state=DeliveryState.GIVEN_UP, next_try_at=None)


def find_deliveries(shop_id: int, endpoint_id: int, *, before: str | None, limit: int) -> tuple[Delivery, ...]:
    """The endpoint's deliveries, the newest first."""
    rows = DeliveryRow.objects.filter(shop_id=shop_id, endpoint_id=endpoint_id)
    if before is not None:
        last_seen = DeliveryRow.objects.filter(shop_id=shop_id, public_id=before).values_list("id")[:1]
        rows = rows.filter(id__lt=last_seen)
    return _to_deliveries(rows.order_by("-id")[:limit])


def find_delivery(shop_id: int, delivery_id: str) -> Delivery | None:
    """One delivery of the shop."""
    found = _to_deliveries(DeliveryRow.objects.filter(shop_id=shop_id, public_id=delivery_id))
    return found[0] if found else None


def find_attempts(shop_id: int, delivery_id: str) -> tuple[Attempt, ...]:
    """Every try of one delivery, the first one first."""
    rows = AttemptRow.objects.filter(delivery__shop_id=shop_id, delivery__public_id=delivery_id)
    return tuple(_to_attempt(row) for row in rows.order_by("number"))


def load_backlog(*, now: datetime, failing_before: datetime) -> Backlog:
    """What is on its way in every shop, and how many endpoints have failed since before that time."""
    with connection.cursor() as cursor:
        cursor.execute(_BACKLOG, {"now": now, "failing_before": failing_before})
        return Backlog(*cursor.fetchone())


def delete_old_deliveries(*, days: int, now: datetime) -> None:
    """Delete what was announced longer ago and is not on its way any more, in every shop."""
    old = DeliveryRow.objects.filter(created_at__lt=now - timedelta(days=days))
    _delete(old.exclude(state=DeliveryState.WAITING))


def delete_deliveries(shop_id: int, endpoint_id: int) -> None:
    """Delete every delivery to the endpoint."""
    _delete(DeliveryRow.objects.filter(shop_id=shop_id, endpoint_id=endpoint_id))


def _delete(rows: models.QuerySet[DeliveryRow]) -> None:
    """Delete them with their tries, so many at a time that a month of them fits in memory."""
    while numbers := list(rows.values_list("id", flat=True)[:DELETED_AT_ONCE]):
        DeliveryRow.objects.filter(id__in=numbers).delete()


def _waiting(shop_id: int, endpoint_id: int, numbers: Collection[int]) -> models.QuerySet[DeliveryRow]:
    return DeliveryRow.objects.filter(
        shop_id=shop_id, endpoint_id=endpoint_id, id__in=numbers, state=DeliveryState.WAITING
    )


def _state_after(outcome: Outcome, next_try_at: datetime | None) -> DeliveryState:
    if isinstance(outcome, Answer) and outcome.is_success:
        return DeliveryState.DELIVERED
    return DeliveryState.GIVEN_UP if next_try_at is None else DeliveryState.WAITING


def _to_row(new: NewDelivery) -> dict[str, object]:
    return {
        "endpoint_id": new.endpoint_id,
        "id": new.id,
        "event_id": new.event_id,
        "kind": new.kind,
        "subject": new.subject,
        "at": new.at.isoformat(),
        "data": new.data,
    }


def _to_deliveries(found: Iterable[DeliveryRow]) -> tuple[Delivery, ...]:
    rows = list(found)
    lasts = AttemptRow.objects.filter(delivery__in=[row.pk for row in rows]).order_by("delivery", "-number")
    last_of = {row.delivery_id: _to_attempt(row) for row in lasts.distinct("delivery")}
    return tuple(
        Delivery(
            id=row.public_id,
            endpoint_id=row.endpoint_id,
            event_id=row.event_id,
            kind=row.kind,
            subject=row.subject,
            at=row.at,
            state=DeliveryState(row.state),
            attempts=row.attempts,
            next_try_at=row.next_try_at,
            last=last_of.get(row.pk),
        )
        for row in rows
    )


def _to_attempt(row: AttemptRow) -> Attempt:
    outcome: Outcome = Trouble(row.trouble) if row.status is None else Answer(row.status, row.answer)
    return Attempt(row.number, row.at, outcome, row.milliseconds)
