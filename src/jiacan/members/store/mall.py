"""Every query on redemptions; rows to values and back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, Q, QuerySet

from jiacan.kernel.statements import Prepared
from jiacan.members.contracts.mall import Redemption, State, Wanted
from jiacan.members.models.mall import Redemption as RedemptionRow

_LOCK_KEY = Prepared("SELECT pg_advisory_xact_lock(hashtextextended('redemption ' || %s::text, %s::bigint))")

_CHANGES = (
    *("state", "paid_at", "payment", "shown_at", "shipped_at", "carrier", "parcel", "ended_at", "ended_by", "reason"),
)


def lock_key(shop_id: int, key: str) -> None:
    """One transaction at a time redeems by this key; the others wait here until it ends."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_KEY, [key, shop_id])


def find_by_key(shop_id: int, key: str) -> Redemption | None:
    """The redemption of that key."""
    return _first(RedemptionRow.objects.filter(shop_id=shop_id, key=key))


def find(shop_id: int, redemption_id: str) -> Redemption | None:
    """The redemption of that number, as it stands."""
    if not _is_uuid(redemption_id):
        return None
    return _first(RedemptionRow.objects.filter(shop_id=shop_id, id=redemption_id))


def add(shop_id: int, redemption: Redemption) -> None:
    """A redemption that is made now."""
    RedemptionRow.objects.create(
        shop_id=shop_id,
        id=UUID(redemption.id),
        key=redemption.key,
        customer_id=redemption.customer_id,
        plan_id=redemption.plan_id,
        plan_version=redemption.plan_version,
        item_id=redemption.item_id,
        points=redemption.points,
        money_minor=redemption.money_minor,
        currency=redemption.currency,
        state=redemption.state,
        redeemed_at=redemption.redeemed_at,
        pay_until=redemption.pay_until,
    )


def save(shop_id: int, redemption: Redemption) -> None:
    """Store where the redemption stands; whoever changes it holds the lock of its plan."""
    changes = {name: getattr(redemption, name) for name in _CHANGES}
    RedemptionRow.objects.filter(shop_id=shop_id, id=redemption.id).update(**changes)


def search(
    shop_id: int, wanted: Wanted, *, before: tuple[datetime, str] | None, limit: int | None
) -> tuple[Redemption, ...]:
    """Redemptions, the last made first; `before` is the moment and number at which a page ended."""
    rows = RedemptionRow.objects.filter(shop_id=shop_id)
    if wanted.customer_id:
        rows = rows.filter(customer_id=wanted.customer_id)
    if wanted.states:
        rows = rows.filter(state__in=wanted.states)
    if wanted.item is not None:
        plan_id, item_id = wanted.item
        rows = rows.filter(plan_id=plan_id, item_id=item_id)
    if before is not None:
        at, last = before
        rows = rows.filter(Q(redeemed_at__lt=at) | Q(redeemed_at=at, id__lt=last))
    return tuple(_values(rows.order_by("-redeemed_at", "-id")[:limit]))


def count_by_state(shop_id: int) -> dict[State, int]:
    """How many redemptions stand where."""
    rows = RedemptionRow.objects.filter(shop_id=shop_id).values("state").annotate(many=Count("id"))
    return {State(row["state"]): row["many"] for row in rows}


def find_due(shop_id: int, at: datetime, *, limit: int) -> tuple[Redemption, ...]:
    """Those that were not paid in time, the first due first."""
    rows = RedemptionRow.objects.filter(shop_id=shop_id, state=State.UNPAID, pay_until__lte=at)
    return tuple(_values(rows.order_by("pay_until")[:limit]))


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _first(rows: QuerySet[RedemptionRow]) -> Redemption | None:
    return next(iter(_values(rows[:1])), None)


def _values(rows: QuerySet[RedemptionRow]) -> Iterable[Redemption]:
    return (_to_redemption(row) for row in rows.annotate(code_end=F("code__end")))


def _to_redemption(row: RedemptionRow) -> Redemption:
    return Redemption(
        id=str(row.id),
        key=row.key,
        customer_id=row.customer_id,
        plan_id=row.plan_id,
        plan_version=row.plan_version,
        item_id=row.item_id,
        points=row.points,
        money_minor=row.money_minor,
        currency=row.currency,
        state=State(row.state),
        redeemed_at=row.redeemed_at,
        pay_until=row.pay_until,
        paid_at=row.paid_at,
        payment=row.payment,
        shown_at=row.shown_at,
        shipped_at=row.shipped_at,
        carrier=row.carrier,
        parcel=row.parcel,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        reason=row.reason,
        code_end=getattr(row, "code_end", None) or "",
    )
