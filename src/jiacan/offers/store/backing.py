"""Points that were spent or lost, until the money behind them follows, and that money; see `core.backing`."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q

from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.contracts.points import PointsUsed
from jiacan.offers.core.backing import Backing
from jiacan.offers.models import AwardItem
from jiacan.offers.models import PointsUsed as UsedRow

Ref = tuple[str, str]
"""Which award of a plan: its order and its offer."""

# Where no money stands behind an award any more, none ever will again.
_ADD_USED = """
INSERT INTO offers_pointsused (shop_id, plan_id, order_id, offer_id, spent, lost, at)
SELECT %(shop_id)s, used.*
FROM json_to_recordset(%(used)s::json) AS used (plan_id text, order_id text, offer_id text, spent bigint, lost bigint,
    at timestamptz)
WHERE EXISTS (
    SELECT FROM offers_awarditem item
    WHERE item.shop_id = %(shop_id)s AND item.plan_id = used.plan_id AND item.order_id = used.order_id
        AND item.offer_id = used.offer_id AND item.kind = 'points'
        AND (item.hold_keys <> '{}' OR item.spent_minor > 0))
RETURNING plan_id
"""

_TAKE_USED = """
DELETE FROM offers_pointsused
WHERE id IN (
    SELECT id FROM offers_pointsused
    WHERE shop_id = %(shop_id)s AND plan_id = %(plan_id)s
        AND (%(order_ids)s::text[] IS NULL OR order_id = ANY(%(order_ids)s::text[]))
    ORDER BY id LIMIT %(limit)s)
RETURNING order_id, offer_id, spent, lost, at
"""

_SAVE = """
UPDATE offers_awarditem item
SET points_spent = backing.spent, points_lost = backing.lost, spent_minor = backing.spent_minor,
    freed_minor = backing.freed_minor, hold_keys = backing.hold_keys
FROM json_to_recordset(%(backings)s::json) AS backing (order_id text, offer_id text, spent bigint, lost bigint,
    spent_minor bigint, freed_minor bigint, hold_keys text[])
WHERE item.shop_id = %(shop_id)s AND item.plan_id = %(plan_id)s AND item.order_id = backing.order_id
    AND item.offer_id = backing.offer_id AND item.kind = 'points'
"""

_TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s::text, %s::bigint))"


@dataclass(frozen=True, slots=True)
class Stake:
    """The money behind the points of one award, and under which keys of the ledger it is held."""

    backing: Backing
    hold_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Used:
    """What was spent and lost of one award, summed up, and when last."""

    spent: int
    lost: int
    at: datetime

    def with_more(self, spent: int, lost: int, at: datetime) -> Used:
        """The same and what was used besides, and when last."""
        return Used(self.spent + spent, self.lost + lost, max(self.at, at))


def try_lock_plan(shop_id: int, plan_id: str) -> bool:
    """The lock of `awards.lock_plan`, where it is free or ours; nobody waits for it here."""
    with connection.cursor() as cursor:
        cursor.execute(_TRY_LOCK, [plan_id, shop_id])
        return bool(cursor.fetchone()[0])


def add_used(shop_id: int, used: Iterable[PointsUsed]) -> frozenset[str]:
    """Write down what was spent and lost of awards behind which money stands; tells the plans of these."""
    rows = [
        {
            "plan_id": each.plan_id,
            "order_id": each.order_id,
            "offer_id": each.offer_id,
            "spent": each.spent,
            "lost": each.lost,
            "at": each.at.isoformat(),
        }
        for each in used
    ]
    with connection.cursor() as cursor:
        cursor.execute(_ADD_USED, {"shop_id": shop_id, "used": json.dumps(rows, ensure_ascii=False)})
        return frozenset(plan_id for (plan_id,) in cursor.fetchall())


def take_used(shop_id: int, plan_id: str, *, limit: int | None, order_ids: Collection[str] | None) -> dict[Ref, Used]:
    """What was written down of the plan, or of these orders in it, the first first; it is no longer written then."""
    found: dict[Ref, Used] = {}
    values = {
        "shop_id": shop_id,
        "plan_id": plan_id,
        "limit": limit,
        "order_ids": None if order_ids is None else list(order_ids),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_USED, values)
        for order_id, offer_id, spent, lost, at in cursor.fetchall():
            found[order_id, offer_id] = found.get((order_id, offer_id), Used(0, 0, at)).with_more(spent, lost, at)
    return found


def plans_with_used(shop_id: int) -> tuple[str, ...]:
    """The plans of which something is written down."""
    found = UsedRow.objects.filter(shop_id=shop_id).values_list("plan_id", flat=True)
    return tuple(found.order_by("plan_id").distinct())


def load_stakes(shop_id: int, plan_id: str, refs: Iterable[Ref]) -> dict[Ref, Stake]:
    """The money behind the points of these awards."""
    asked = set(refs)
    of_orders = AwardItem.objects.filter(
        shop_id=shop_id, plan_id=plan_id, order_id__in={order_id for order_id, _ in asked}, kind=Kind.POINTS
    )
    return {
        (item.order_id, item.offer_id): _to_stake(item)
        for item in of_orders
        if (item.order_id, item.offer_id) in asked
    }


def all_stakes(shop_id: int) -> Iterator[tuple[str, Ref, Stake]]:
    """Every award behind whose points money stands, with its plan."""
    standing = ~Q(hold_keys=[]) | Q(spent_minor__gt=0)
    for item in AwardItem.objects.filter(standing, shop_id=shop_id, kind=Kind.POINTS).iterator():
        yield item.plan_id, (item.order_id, item.offer_id), _to_stake(item)


def sums_of_used(shop_id: int) -> dict[tuple[str, Ref], Used]:
    """What is written down of each award, with its plan."""
    found: dict[tuple[str, Ref], Used] = {}
    for row in UsedRow.objects.filter(shop_id=shop_id).order_by("id"):
        ref = row.plan_id, (row.order_id, row.offer_id)
        found[ref] = found.get(ref, Used(0, 0, row.at)).with_more(row.spent, row.lost, row.at)
    return found


def save(shop_id: int, plan_id: str, stakes: Mapping[Ref, Stake]) -> None:
    """Store the money behind these awards."""
    rows = [
        {
            "order_id": order_id,
            "offer_id": offer_id,
            "spent": stake.backing.spent,
            "lost": stake.backing.lost,
            "spent_minor": stake.backing.spent_minor,
            "freed_minor": stake.backing.freed_minor,
            "hold_keys": list(stake.hold_keys),
        }
        for (order_id, offer_id), stake in stakes.items()
    ]
    values = {"shop_id": shop_id, "plan_id": plan_id, "backings": json.dumps(rows, ensure_ascii=False)}
    with connection.cursor() as cursor:
        cursor.execute(_SAVE, values)


def _to_stake(item: AwardItem) -> Stake:
    backing = Backing(
        points=item.quantity_left,
        worth_minor=item.amount_left_minor,
        spent=item.points_spent,
        lost=item.points_lost,
        spent_minor=item.spent_minor,
        freed_minor=item.freed_minor,
    )
    return Stake(backing, tuple(item.hold_keys))
