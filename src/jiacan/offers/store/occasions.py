"""Every query on occasions that pend. Whoever changes one holds the lock of its plan."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from jiacan.offers.contracts.rules import Trigger
from jiacan.offers.core.reserving import Pending
from jiacan.offers.models import PendingOccasion
from jiacan.offers.store.awards import award_from_json, award_to_json


def add_pending(shop_id: int, pending: Pending) -> None:
    """An occasion for which something is held, or would be if it took anything."""
    PendingOccasion.objects.create(
        shop_id=shop_id,
        plan_id=pending.plan_id,
        occasion_id=pending.occasion_id,
        trigger=pending.trigger,
        customer_id=pending.customer_id,
        plan_version=pending.plan_version,
        awards=[award_to_json(award) for award in pending.awards],
        holds=pending.holds,
        occurred_at=pending.reserved_at,
        state="open",
    )


def find_held_ever(shop_id: int, plan_id: str, occasion_ids: Collection[str]) -> frozenset[str]:
    """Those of the occasions for which something was ever held, whatever became of it."""
    rows = PendingOccasion.objects.filter(shop_id=shop_id, plan_id=plan_id, occasion_id__in=occasion_ids)
    return frozenset(rows.values_list("occasion_id", flat=True))


def find_open(shop_id: int, plan_id: str, occasion_ids: Collection[str]) -> tuple[Pending, ...]:
    """Those of the occasions that pend."""
    return _find(shop_id, plan_id, occasion_ids, "open")


def find_let_go(shop_id: int, plan_id: str, occasion_ids: Collection[str]) -> tuple[Pending, ...]:
    """Those of the occasions that pended and came to nothing."""
    return _find(shop_id, plan_id, occasion_ids, "let_go")


def _find(shop_id: int, plan_id: str, occasion_ids: Collection[str], state: str) -> tuple[Pending, ...]:
    rows = PendingOccasion.objects.filter(
        shop_id=shop_id, plan_id=plan_id, occasion_id__in=occasion_ids, state=state
    ).order_by("occurred_at", "occasion_id")
    return tuple(_to_pending(row) for row in rows)


def _to_pending(row: PendingOccasion) -> Pending:
    return Pending(
        occasion_id=row.occasion_id,
        trigger=Trigger(row.trigger),
        customer_id=row.customer_id,
        plan_id=row.plan_id,
        plan_version=row.plan_version,
        awards=tuple(
            award_from_json(
                award,
                order_id=row.occasion_id,
                customer_id=row.customer_id,
                plan_version=row.plan_version,
                settled_for=row.occurred_at,
            )
            for award in row.awards
        ),
        holds=row.holds,
        reserved_at=row.occurred_at,
    )


def end(shop_id: int, pending: Iterable[Pending], at: datetime, *, used: bool) -> None:
    """They hold nothing any more: their awards were given, or what they held was let go."""
    for each in pending:
        rows = PendingOccasion.objects.filter(
            shop_id=shop_id, plan_id=each.plan_id, occasion_id=each.occasion_id, state="open"
        )
        rows.update(state="used" if used else "let_go", ended_at=at)
