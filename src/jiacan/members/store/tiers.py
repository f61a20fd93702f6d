"""Every query on standings and steps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db import connection

from jiacan.members.models.tiers import Standing as StandingRow
from jiacan.members.models.tiers import TierStep
from jiacan.offers.contracts.tiers import Standing, TierChange

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('members/tiers/' || %s || '/' || %s, 0))"


def lock_ladder(shop_id: int, plan_id: str) -> None:
    """Let no one else reckon on this ladder until the caller's transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [str(shop_id), plan_id])


def find_standings(shop_id: int, plan_id: str, customer_ids: Collection[str]) -> dict[str, Standing]:
    """Where the customers stand; one at whom nobody looked yet is absent."""
    rows = StandingRow.objects.filter(shop_id=shop_id, plan_id=plan_id, customer_id__in=customer_ids)
    return {row.customer_id: _to_standing(row) for row in rows}


def save_standings(shop_id: int, plan_id: str, standings: Mapping[str, Standing]) -> None:
    """Store where the customers stand."""
    StandingRow.objects.bulk_create(
        (
            StandingRow(
                shop_id=shop_id,
                plan_id=plan_id,
                customer_id=customer_id,
                tier=each.tier,
                since=each.since,
                grace_until=each.grace_until,
                seen_at=each.seen_at,
                look_at=each.look_at,
            )
            for customer_id, each in standings.items()
        ),
        update_conflicts=True,
        unique_fields=("shop_id", "plan_id", "customer_id"),
        update_fields=("tier", "since", "grace_until", "seen_at", "look_at"),
    )


def add_steps(shop_id: int, plan_id: str, steps: Iterable[tuple[str, TierChange]]) -> None:
    """Keep steps of customers, in their order."""
    TierStep.objects.bulk_create(
        TierStep(
            shop_id=shop_id,
            plan_id=plan_id,
            customer_id=customer_id,
            before=step.before,
            after=step.after,
            at=step.at,
            had=step.had,
        )
        for customer_id, step in steps
    )


def steps_of(shop_id: int, customer_id: str) -> dict[str, tuple[TierChange, ...]]:
    """The customer's steps by plan, the last first."""
    found: defaultdict[str, list[TierChange]] = defaultdict(list)
    for row in TierStep.objects.filter(shop_id=shop_id, customer_id=customer_id).order_by("-id"):
        found[row.plan_id].append(TierChange(row.before, row.after, row.at, row.had))
    return {plan_id: tuple(steps) for plan_id, steps in found.items()}


def due(shop_id: int, plan_id: str, at: datetime, *, limit: int) -> list[str]:
    """Customers of whom something may have changed by itself."""
    rows = StandingRow.objects.filter(shop_id=shop_id, plan_id=plan_id, look_at__lte=at).order_by("look_at")
    return list(rows.values_list("customer_id", flat=True)[:limit])


def _to_standing(row: StandingRow) -> Standing:
    return Standing(row.tier, row.since, row.grace_until, row.seen_at, row.look_at)
