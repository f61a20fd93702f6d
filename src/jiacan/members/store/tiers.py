"""Every query on standings, steps, and tiers that were given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db import connection

from jiacan.members.contracts.tiers import Cause, Reckoned, TierGift, TierStep
from jiacan.members.models.tiers import Standing as StandingRow
from jiacan.members.models.tiers import TierGift as GiftRow
from jiacan.members.models.tiers import TierStep as StepRow
from jiacan.offers.contracts.tiers import Standing, TierTaken

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('members/tiers/' || %s || '/' || %s, 0))"


def lock_ladder(shop_id: int, plan_id: str) -> None:
    """Let no one else reckon on this ladder until the caller's transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [str(shop_id), plan_id])


def find_standings(shop_id: int, plan_id: str, customer_ids: Collection[str]) -> dict[str, Reckoned]:
    """Where the customers stand; one at whom nobody looked yet is absent."""
    rows = StandingRow.objects.filter(shop_id=shop_id, plan_id=plan_id, customer_id__in=customer_ids)
    return {row.customer_id: _to_reckoned(row) for row in rows}


def save_standings(shop_id: int, plan_id: str, standings: Mapping[str, Reckoned]) -> None:
    """Store where the customers stand."""
    StandingRow.objects.bulk_create(
        (
            StandingRow(
                shop_id=shop_id,
                plan_id=plan_id,
                customer_id=customer_id,
                tier=each.by_orders.tier,
                stands=each.stands,
                since=each.by_orders.since,
                grace_until=each.by_orders.grace_until,
                seen_at=each.by_orders.seen_at,
                look_at=each.by_orders.look_at,
            )
            for customer_id, each in standings.items()
        ),
        update_conflicts=True,
        unique_fields=("shop_id", "plan_id", "customer_id"),
        update_fields=("tier", "stands", "since", "grace_until", "seen_at", "look_at"),
    )


def add_steps(shop_id: int, plan_id: str, steps: Iterable[tuple[str, TierStep]]) -> None:
    """Keep steps of customers, in their order."""
    StepRow.objects.bulk_create(
        StepRow(
            shop_id=shop_id,
            plan_id=plan_id,
            customer_id=customer_id,
            before=step.before,
            after=step.after,
            at=step.at,
            had=step.had,
            cause=str(step.cause),
            offer_id=step.offer_id,
            until=step.until,
        )
        for customer_id, step in steps
    )


def steps_of(shop_id: int, customer_id: str) -> dict[str, tuple[TierStep, ...]]:
    """The customer's steps by plan, the last first."""
    found: defaultdict[str, list[TierStep]] = defaultdict(list)
    for row in StepRow.objects.filter(shop_id=shop_id, customer_id=customer_id).order_by("-id"):
        found[row.plan_id].append(_to_step(row))
    return {plan_id: tuple(steps) for plan_id, steps in found.items()}


def due(shop_id: int, plan_id: str, at: datetime, *, limit: int) -> list[str]:
    """Customers of whom something may have changed by itself."""
    rows = StandingRow.objects.filter(shop_id=shop_id, plan_id=plan_id, look_at__lte=at).order_by("look_at")
    return list(rows.values_list("customer_id", flat=True)[:limit])


def _to_reckoned(row: StandingRow) -> Reckoned:
    return Reckoned(Standing(row.tier, row.since, row.grace_until, row.seen_at, row.look_at), row.stands)


def _to_step(row: StepRow) -> TierStep:
    return TierStep(row.before, row.after, row.at, row.had, Cause(row.cause), row.offer_id, row.until)


# --- tiers that offers gave -------------------------------------------------------------------------------


def add_gifts(shop_id: int, plan_id: str, gifts: Iterable[tuple[str, TierGift]]) -> None:
    """Keep what awards gave customers."""
    GiftRow.objects.bulk_create(
        GiftRow(
            shop_id=shop_id,
            plan_id=plan_id,
            order_id=gift.order_id,
            offer_id=gift.offer_id,
            customer_id=customer_id,
            tier=gift.tier,
            starts_at=gift.starts_at,
            ends_at=gift.ends_at,
        )
        for customer_id, gift in gifts
    )


def take_back(shop_id: int, plan_id: str, taken: TierTaken) -> None:
    """The gift ends at once; what was given by an award that put nobody on a tier is left alone."""
    of_award = GiftRow.objects.filter(
        shop_id=shop_id, plan_id=plan_id, order_id=taken.order_id, offer_id=taken.offer_id, tier=taken.tier
    )
    of_award.filter(taken_at__isnull=True).update(taken_at=taken.at)


def gifts_of(
    shop_id: int, plan_id: str, customer_ids: Collection[str], *, ending_after: datetime
) -> dict[str, tuple[TierGift, ...]]:
    """What the customers were given that was given for longer than until that moment."""
    rows = GiftRow.objects.filter(
        shop_id=shop_id, plan_id=plan_id, customer_id__in=customer_ids, ends_at__gt=ending_after
    )
    found: defaultdict[str, list[TierGift]] = defaultdict(list)
    for row in rows.order_by("starts_at", "id"):
        found[row.customer_id].append(
            TierGift(row.order_id, row.offer_id, row.tier, row.starts_at, row.ends_at, row.taken_at)
        )
    return {customer_id: tuple(gifts) for customer_id, gifts in found.items()}
