"""Every query on lots, lines and debts of points."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db import connection
from django.db.models import Q, Sum

from jiacan.kernel.statements import Prepared
from jiacan.members.contracts.points import Expiring, Line, Lot, Move, Part, Statement, StatementLine
from jiacan.members.core.lasting import lot_name
from jiacan.members.core.points import Purse, came_back
from jiacan.members.models.points import Debt
from jiacan.members.models.points import Line as LineRow
from jiacan.members.models.points import Lot as LotRow

# Lots and their lines in one statement: this is what every order that earns points pays.
_ADD_EARNED = Prepared("""
WITH lots AS (
    INSERT INTO members_lot (shop_id, customer_id, name, plan_id, order_id, offer_id, points, "left", expired,
        earned_at, available_at, expires_at)
    SELECT %(shop_id)s::bigint, customer_id, name, plan_id, order_id, offer_id, points, points, 0, earned_at,
        available_at, expires_at
    FROM json_to_recordset(%(lots)s::json) AS lot (customer_id text, name text, plan_id text, order_id text,
        offer_id text, points bigint, earned_at timestamptz, available_at timestamptz, expires_at timestamptz)
)
INSERT INTO members_line (shop_id, customer_id, move, name, points, at, subject, reason, parts)
SELECT %(shop_id)s::bigint, customer_id, 'earned', name, points, earned_at, order_id, '',
    jsonb_build_array(jsonb_build_array(name, points))
FROM json_to_recordset(%(lots)s::json) AS lot (customer_id text, name text, order_id text, points bigint,
    earned_at timestamptz)
""")

_DEBTORS = Prepared("""
SELECT customer_id FROM members_debt
WHERE shop_id = %(shop_id)s::bigint AND customer_id = ANY(%(customers)s::text[])
""")

_SAVE_LOTS = """
INSERT INTO members_lot (shop_id, customer_id, name, plan_id, order_id, offer_id, points, "left", expired,
    earned_at, available_at, expires_at)
SELECT %(shop_id)s, lot.*
FROM json_to_recordset(%(lots)s::json) AS lot (customer_id text, name text, plan_id text, order_id text,
    offer_id text, points bigint, "left" bigint, expired bigint, earned_at timestamptz, available_at timestamptz,
    expires_at timestamptz)
ON CONFLICT (shop_id, name) DO UPDATE
SET "left" = excluded."left", expired = excluded.expired, available_at = excluded.available_at
"""

_SAVE_DEBTS = """
INSERT INTO members_debt (shop_id, customer_id, points)
SELECT %(shop_id)s, debt.* FROM json_to_recordset(%(debts)s::json) AS debt (customer_id text, points bigint)
WHERE debt.points > 0
ON CONFLICT (shop_id, customer_id) DO UPDATE SET points = excluded.points
"""

_CUSTOMERS_TO_EXPIRE = """
SELECT DISTINCT customer_id FROM members_lot
WHERE shop_id = %s AND "left" > 0 AND expires_at <= %s ORDER BY customer_id LIMIT %s
"""

_SUMS = """
SELECT customer_id, sum(points)::bigint FROM (
    SELECT customer_id, "left" AS points FROM members_lot WHERE shop_id = %(shop_id)s AND "left" > 0
    UNION ALL SELECT customer_id, -points FROM members_debt WHERE shop_id = %(shop_id)s) AS each
GROUP BY customer_id
"""

_SUMS_OF_AWARDS = """
SELECT plan_id, order_id, offer_id, sum("left")::bigint, sum(expired)::bigint
FROM members_lot WHERE shop_id = %s AND order_id <> '' GROUP BY plan_id, order_id, offer_id
"""


def debtors(shop_id: int, customer_ids: Collection[str]) -> frozenset[str]:
    """Those of the customers who owe points; all that an order of others costs beside its lot."""
    with connection.cursor() as cursor:
        cursor.execute(_DEBTORS, {"shop_id": shop_id, "customers": list(customer_ids)})
        return frozenset(row[0] for row in cursor.fetchall())


def add_earned(shop_id: int, lots: Iterable[tuple[str, Lot]]) -> None:
    """Lots of customers who owe nothing, each with its line."""
    rows = [_lot_row(customer_id, lot) for customer_id, lot in lots]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_ADD_EARNED, {"shop_id": shop_id, "lots": json.dumps(rows, ensure_ascii=False)})


def load_purses(shop_id: int, customer_ids: Collection[str], *, named: Collection[str] = ()) -> dict[str, Purse]:
    """Every one of the customers' lots with points left, those lots that are named, and what they owe.

    Of points that came back after their end the lot of their award is there too. Whoever changes a purse holds its
    account in the ledger.
    """
    lots: defaultdict[str, dict[str, Lot]] = defaultdict(dict)
    rows = LotRow.objects.filter(shop_id=shop_id)
    found = {row.name: row for row in rows.filter(customer_id__in=customer_ids, left__gt=0)}
    found.update((row.name, row) for row in rows.filter(name__in=named))
    late = [lot for lot in map(_to_lot, found.values()) if came_back(lot) and lot.order_id]
    homes = {lot_name(lot.plan_id, lot.order_id, lot.offer_id) for lot in late} - found.keys()
    if homes:
        found.update((row.name, row) for row in rows.filter(name__in=homes))
    for row in found.values():
        lots[row.customer_id][row.name] = _to_lot(row)
    owed = dict(
        Debt.objects.filter(shop_id=shop_id, customer_id__in=customer_ids).values_list("customer_id", "points")
    )
    return {each: Purse(lots[each], owed.get(each, 0)) for each in customer_ids}


def save(shop_id: int, before: Mapping[str, Purse], after: Mapping[str, Purse]) -> None:
    """Store what has changed of these customers' purses."""
    lots = [
        _lot_row(customer_id, lot)
        for customer_id, purse in after.items()
        for name, lot in purse.lots.items()
        if before[customer_id].lots.get(name) != lot
    ]
    debts = [
        {"customer_id": each, "points": purse.debt}
        for each, purse in after.items()
        if before[each].debt != purse.debt
    ]
    with connection.cursor() as cursor:
        if lots:
            cursor.execute(_SAVE_LOTS, {"shop_id": shop_id, "lots": json.dumps(lots, ensure_ascii=False)})
        if debts:
            cursor.execute(_SAVE_DEBTS, {"shop_id": shop_id, "debts": json.dumps(debts, ensure_ascii=False)})
    paid = [each["customer_id"] for each in debts if each["points"] == 0]
    if paid:
        Debt.objects.filter(shop_id=shop_id, customer_id__in=paid).delete()


def add_lines(shop_id: int, lines: Iterable[tuple[str, Line]]) -> None:
    """Write lines of customers' statements, in their order."""
    LineRow.objects.bulk_create(
        LineRow(
            shop_id=shop_id,
            customer_id=customer_id,
            move=line.move,
            name=line.name,
            points=line.points,
            at=line.at,
            subject=line.subject,
            reason=line.reason,
            parts=[[part.lot, part.points] for part in line.parts],
        )
        for customer_id, line in lines
    )


def find_line(shop_id: int, move: Move, name: str) -> tuple[str, Line] | None:
    """The line of that name, with whose it is."""
    row = LineRow.objects.filter(shop_id=shop_id, move=move, name=name).first()
    return None if row is None else (row.customer_id, _to_line(row))


def statement(shop_id: int, customer_id: str, *, before: int | None, limit: int) -> Statement:
    """The customer's lines, the last written first, each with the balance before and after it."""
    rows = LineRow.objects.filter(shop_id=shop_id, customer_id=customer_id)
    if before is not None:
        rows = rows.filter(id__lt=before)
    balance = rows.aggregate(total=Sum("points"))["total"] or 0
    found = list(rows.order_by("-id")[: limit + 1])
    lines = []
    for row in found[:limit]:
        lines.append(StatementLine(row.pk, _to_line(row), balance - row.points, balance))
        balance -= row.points
    return Statement(tuple(lines), lines[-1].number if len(found) > limit else None)


def customers_to_expire(shop_id: int, at: datetime, *, limit: int) -> list[str]:
    """Customers with points whose time is over."""
    with connection.cursor() as cursor:
        cursor.execute(_CUSTOMERS_TO_EXPIRE, [shop_id, at, limit])
        return [row[0] for row in cursor.fetchall()]


def expiring(
    shop_id: int, since: datetime, until: datetime, *, after: tuple[datetime, str] | None = None, limit: int | None
) -> tuple[Expiring, ...]:
    """What customers lose after `since` and not after `until`, the first first; `after` is where a page ended."""
    found = LotRow.objects.filter(shop_id=shop_id, left__gt=0, expires_at__gt=since, expires_at__lte=until)
    if after is not None:
        at, customer_id = after
        found = found.filter(Q(expires_at__gt=at) | Q(expires_at=at, customer_id__gt=customer_id))
    rows = (
        found.values("customer_id", "expires_at")
        .annotate(total=Sum("left"))
        .order_by("expires_at", "customer_id")[:limit]
    )
    return tuple(Expiring(row["customer_id"], row["total"], row["expires_at"]) for row in rows)


def sums(shop_id: int) -> dict[str, int]:
    """What each customer's lots hold less what they owe."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, {"shop_id": shop_id})
        return dict(cursor.fetchall())


def sums_of_awards(shop_id: int) -> dict[tuple[str, str, str], tuple[int, int]]:
    """How many points of each award, by plan, order and offer, lie in lots, and how many were lost."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMS_OF_AWARDS, [shop_id])
        return {(plan_id, order_id, offer_id): (left, lost) for plan_id, order_id, offer_id, left, lost in cursor}


def _lot_row(customer_id: str, lot: Lot) -> dict[str, object]:
    return {
        "customer_id": customer_id,
        "name": lot.name,
        "plan_id": lot.plan_id,
        "order_id": lot.order_id,
        "offer_id": lot.offer_id,
        "points": lot.points,
        "left": lot.left,
        "expired": lot.expired,
        "earned_at": lot.earned_at.isoformat(),
        "available_at": None if lot.available_at is None else lot.available_at.isoformat(),
        "expires_at": None if lot.expires_at is None else lot.expires_at.isoformat(),
    }


def _to_lot(row: LotRow) -> Lot:
    return Lot(
        name=row.name,
        plan_id=row.plan_id,
        order_id=row.order_id,
        offer_id=row.offer_id,
        points=row.points,
        left=row.left,
        expired=row.expired,
        earned_at=row.earned_at,
        available_at=row.available_at,
        expires_at=row.expires_at,
    )


def _to_line(row: LineRow) -> Line:
    parts = tuple(Part(lot, points) for lot, points in row.parts)
    return Line(Move(row.move), row.name, row.points, row.at, row.subject, row.reason, parts)
