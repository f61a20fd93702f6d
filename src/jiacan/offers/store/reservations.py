"""Every query on reservations. Whoever changes a part holds the lock of its plan."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from jiacan.kernel.statements import Prepared
from jiacan.offers.contracts.reservations import Reservation, ReservationState
from jiacan.offers.core.reserving import Part
from jiacan.offers.models import Reservation as ReservationRow
from jiacan.offers.models import ReservationPart as PartRow
from jiacan.offers.store.awards import award_from_json, award_to_json
from jiacan.orders.contracts import IncomingOrder, OrderLine

_OPEN_PARTS = Prepared("""
SELECT part.reservation_id, part.order_id, part.plan_id, part.plan_version, part.awards, part.holds, part.expires_at,
    whole.reserved_at, whole.customer_id, whole.goods_hash, whole.state
FROM offers_reservationpart AS part JOIN offers_reservation AS whole USING (shop_id, reservation_id)
WHERE part.shop_id = %s::bigint AND part.plan_id = %s::text AND part.state = 'open'
    AND (part.order_id = ANY(%s::text[]) OR part.expires_at <= %s::timestamptz)
ORDER BY part.reservation_id
""")

_PARTS_OF = """
SELECT part.reservation_id, part.order_id, part.plan_id, part.plan_version, part.awards, part.holds, part.expires_at,
    whole.reserved_at, whole.customer_id, whole.goods_hash, whole.state
FROM offers_reservationpart AS part JOIN offers_reservation AS whole USING (shop_id, reservation_id)
WHERE part.shop_id = %s AND part.reservation_id = %s AND part.state = 'open' ORDER BY part.plan_id
"""

_PLANS_HELD = """
SELECT plan_id, array_agg(order_id::text) FROM offers_reservationpart
WHERE shop_id = %s AND order_id = ANY(%s) AND state = 'open' GROUP BY plan_id
"""

_EXPIRE_EMPTY = """
UPDATE offers_reservation AS whole SET state = 'expired', ended_at = expires_at
WHERE state = 'open' AND expires_at <= %s AND NOT EXISTS (
    SELECT FROM offers_reservationpart AS part
    WHERE part.shop_id = whole.shop_id AND part.reservation_id = whole.reservation_id)
"""


@dataclass(frozen=True, slots=True)
class OpenPart:
    """A part that still holds something, and what tells whether it may be used."""

    part: Part
    goods_hash: UUID
    state: ReservationState


def lock_order(shop_id: int, order_id: str) -> None:
    """One transaction at a time reserves for an order; the others wait here until it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [f"reserve/{order_id}", shop_id])


def add_reservation(
    shop_id: int, reservation: Reservation, parts: Iterable[Part], *, goods_hash: UUID, made_by: str
) -> None:
    """A new reservation with what it holds of each plan."""
    cart = reservation.cart
    ReservationRow.objects.create(
        shop_id=shop_id,
        reservation_id=reservation.id,
        order_id=cart.order_id,
        customer_id=cart.customer_id,
        cart=_cart_to_json(cart),
        goods_hash=goods_hash,
        reserved_at=reservation.reserved_at,
        expires_at=reservation.expires_at,
        made_by=made_by,
        state=ReservationState.OPEN,
    )
    PartRow.objects.bulk_create(
        PartRow(
            shop_id=shop_id,
            reservation_id=part.reservation_id,
            order_id=part.order_id,
            plan_id=part.plan_id,
            plan_version=part.plan_version,
            awards=[award_to_json(award) for award in part.awards],
            holds=part.holds,
            expires_at=part.expires_at,
            state="open",
        )
        for part in parts
    )


def find_reservation(shop_id: int, reservation_id: str) -> Reservation | None:
    """The reservation, whatever became of it."""
    row = ReservationRow.objects.filter(shop_id=shop_id, reservation_id=reservation_id).first()
    return None if row is None else _to_reservation(row)


def find_open_of(shop_id: int, order_id: str) -> Reservation | None:
    """The order's open reservation."""
    row = ReservationRow.objects.filter(shop_id=shop_id, order_id=order_id, state=ReservationState.OPEN).first()
    return None if row is None else _to_reservation(row)


def _to_reservation(row: ReservationRow) -> Reservation:
    parts = PartRow.objects.filter(shop_id=row.shop_id, reservation_id=row.reservation_id).order_by("plan_id")
    return Reservation(
        id=row.reservation_id,
        cart=_cart_from_json(row.cart, order_id=row.order_id, customer_id=row.customer_id),
        awards={
            part.plan_id: tuple(
                award_from_json(
                    award,
                    order_id=row.order_id,
                    customer_id=row.customer_id or "",
                    plan_version=part.plan_version,
                    settled_for=row.reserved_at,
                )
                for award in part.awards
            )
            for part in parts
        },
        state=ReservationState(row.state),
        reserved_at=row.reserved_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
    )


def find_open_parts(
    shop_id: int, plan_id: str, order_ids: Collection[str], *, due_by: datetime
) -> tuple[OpenPart, ...]:
    """What is still held of the plan for these orders, and whatever's time is over by then."""
    return _parts(_OPEN_PARTS, [shop_id, plan_id, list(order_ids), due_by])


def find_parts_of(shop_id: int, reservation_id: str) -> tuple[OpenPart, ...]:
    """What one reservation still holds."""
    return _parts(_PARTS_OF, [shop_id, reservation_id])


def _parts(query: str, values: Sequence[object]) -> tuple[OpenPart, ...]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return tuple(_to_part(*row) for row in cursor.fetchall())


def _to_part(
    reservation_id: str,
    order_id: str,
    plan_id: str,
    plan_version: int,
    awards: str,
    holds: int,
    expires_at: datetime,
    reserved_at: datetime,
    *whole: Any,
) -> OpenPart:
    customer_id, goods_hash, state = whole
    part = Part(
        reservation_id=reservation_id,
        order_id=order_id,
        plan_id=plan_id,
        plan_version=plan_version,
        awards=tuple(
            award_from_json(
                award,
                order_id=order_id,
                customer_id=customer_id or "",
                plan_version=plan_version,
                settled_for=reserved_at,
            )
            for award in json.loads(awards)
        ),
        holds=holds,
        reserved_at=reserved_at,
        expires_at=expires_at,
    )
    return OpenPart(part, goods_hash, ReservationState(state))


def find_plans_held(shop_id: int, order_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """The plans of which something is held for these orders, each with those orders."""
    with connection.cursor() as cursor:
        cursor.execute(_PLANS_HELD, [shop_id, list(order_ids)])
        rows: list[tuple[str, list[str]]] = cursor.fetchall()
    return {plan_id: frozenset(held) for plan_id, held in rows}


def end_part(shop_id: int, part: Part, *, used: bool) -> None:
    """The part holds nothing any more: its awards were given, or what it held was let go."""
    rows = PartRow.objects.filter(shop_id=shop_id, reservation_id=part.reservation_id, plan_id=part.plan_id)
    rows.update(state="used" if used else "let_go")


def end_reservation(shop_id: int, reservation_id: str, state: ReservationState, at: datetime) -> bool:
    """Say what became of the reservation if it is open; tells whether it was."""
    rows = ReservationRow.objects.filter(shop_id=shop_id, reservation_id=reservation_id, state=ReservationState.OPEN)
    return rows.update(state=state, ended_at=at) > 0


def find_due(at: datetime) -> tuple[tuple[int, str], ...]:
    """The plans, by shop, of which something is held whose time is over."""
    rows = PartRow.objects.filter(state="open", expires_at__lte=at).values_list("shop_id", "plan_id").distinct()
    return tuple(sorted(rows))


def expire_empty(at: datetime) -> int:
    """End reservations that hold nothing and whose time is over; counts them."""
    with connection.cursor() as cursor:
        cursor.execute(_EXPIRE_EMPTY, [at])
        return cursor.rowcount


def _cart_to_json(cart: IncomingOrder) -> dict[str, object]:
    return {
        "placed_at": None if cart.placed_at is None else cart.placed_at.isoformat(),
        "status": cart.status,
        "channel": cart.channel,
        "region": cart.region,
        "shipping_minor": cart.shipping_minor,
        "lines": [asdict(line) for line in cart.lines],
    }


def _cart_from_json(stored: Mapping[str, Any], *, order_id: str, customer_id: str | None) -> IncomingOrder:
    placed_at = stored["placed_at"]
    return IncomingOrder(
        order_id=order_id,
        customer_id=customer_id,
        lines=tuple(OrderLine(**line) for line in stored["lines"]),
        placed_at=None if placed_at is None else datetime.fromisoformat(placed_at),
        status=stored["status"],
        channel=stored["channel"],
        region=stored["region"],
        shipping_minor=stored["shipping_minor"],
    )
