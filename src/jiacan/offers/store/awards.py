"""Looking awards up; rows to values and back. `giving` writes them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import Q
from pydantic import TypeAdapter

from jiacan.kernel.statements import Prepared
from jiacan.offers.contracts.awards import (
    Award,
    BudgetExhausted,
    ClawBack,
    Item,
    LimitReached,
    NotStacked,
    Outcome,
    PriceTaken,
    Refusal,
    StockEmpty,
)
from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.core.book import Held, Holding
from jiacan.offers.models import Award as AwardRecord
from jiacan.offers.models import AwardItem, ClawBackItem
from jiacan.orders.contracts import EventKey

_REFUSALS: dict[str, TypeAdapter[Refusal]] = {
    kind.__name__: TypeAdapter(kind) for kind in (LimitReached, NotStacked, PriceTaken, StockEmpty, BudgetExhausted)
}
_BATCH = 2_000

_LOCK = Prepared("SELECT pg_advisory_xact_lock(hashtextextended(%s::text, %s::bigint))")

_SETTLED = Prepared("""
SELECT is_refund, event_id, order_id FROM offers_settledevent
WHERE shop_id = %s::bigint AND plan_id = %s::text AND order_id = ANY(%s::text[])
""")

_LAPSING = Prepared("""
SELECT order_id FROM offers_awarditem
WHERE shop_id = %s::bigint AND plan_id = %s::text AND expires_at <= %s::timestamptz
    AND NOT lapsed AND quantity_left > 0
""")

_PENDING = Prepared("""
SELECT
    EXISTS (SELECT FROM offers_reservationpart AS part
        WHERE part.shop_id = %(shop_id)s::bigint AND part.plan_id = %(plan_id)s::text AND part.state = 'open'
            AND (part.order_id = ANY(%(order_ids)s::text[]) OR part.expires_at <= %(due_by)s::timestamptz)),
    EXISTS (SELECT FROM offers_awarditem
        WHERE shop_id = %(shop_id)s::bigint AND plan_id = %(plan_id)s::text
            AND expires_at <= %(lapsing_by)s::timestamptz AND NOT lapsed AND quantity_left > 0),
    EXISTS (SELECT FROM offers_pointsused
        WHERE shop_id = %(shop_id)s::bigint AND plan_id = %(plan_id)s::text)
""")


@dataclass(frozen=True, slots=True)
class Pending:
    """What must be seen to first: something is reserved, something lapses, money has not followed its points yet."""

    is_reserved: bool
    lapses: bool
    follows: bool


def lock_plan(shop_id: int, plan_id: str) -> None:
    """One transaction at a time settles a plan; the others wait here until it ends."""
    lock_plans(shop_id, [plan_id])


def lock_plans(shop_id: int, plan_ids: Iterable[str]) -> None:
    """The same for several plans, always in one order, so that no two transactions wait for each other."""
    with connection.cursor() as cursor:
        for plan_id in sorted(set(plan_ids)):
            cursor.execute(_LOCK, [plan_id, shop_id])


def find_pending(
    shop_id: int, plan_id: str, order_ids: Collection[str], *, due_by: datetime, lapsing_by: datetime
) -> Pending:
    """What must be seen to before these paid orders are settled: mostly nothing, so it is asked in one statement."""
    values = {
        "shop_id": shop_id,
        "plan_id": plan_id,
        "order_ids": list(order_ids),
        "due_by": due_by,
        "lapsing_by": lapsing_by,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PENDING, values)
        return Pending(*cursor.fetchone())


def unsettled(shop_id: int, plan_id: str, events: Sequence[EventKey]) -> tuple[EventKey, ...]:
    """Those of the events that the plan has not settled, in the order given."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLED, [shop_id, plan_id, list({event.order_id for event in events})])
        known = set(cursor.fetchall())
    return tuple(event for event in events if (event.is_refund, event.id, event.order_id) not in known)


def refusal_to_json(refusal: Refusal) -> dict[str, object]:
    """The refusal as a document: which fact it is, its code, and its data."""
    dumped = _REFUSALS[type(refusal).__name__].dump_python(refusal, mode="json")
    return {"fact": type(refusal).__name__, "code": refusal.code, **dumped}


def award_to_json(award: Award) -> dict[str, object]:
    """The award as a document; whose it is, and of which order, stands beside it."""
    return {
        "offer": award.offer_id,
        "rung": award.rung,
        "spend_minor": award.spend_minor,
        "outcome": award.outcome,
        "refusal": None if award.refusal is None else refusal_to_json(award.refusal),
        "items": [[item.kind, item.id, item.quantity, item.amount_minor, item.valid_days] for item in award.items],
    }


def award_from_json(
    stored: Mapping[str, Any], *, order_id: str, customer_id: str, plan_version: int, settled_for: datetime
) -> Award:
    """The award that the document holds."""
    return Award(
        order_id=order_id,
        customer_id=customer_id,
        offer_id=stored["offer"],
        rung=stored["rung"],
        plan_version=plan_version,
        settled_for=settled_for,
        spend_minor=stored["spend_minor"],
        outcome=Outcome(stored["outcome"]),
        items=tuple(Item(Kind(kind), *rest) for kind, *rest in stored["items"]),
        refusal=_refusal_from_json(stored["refusal"]),
    )


def _refusal_from_json(stored: Mapping[str, object] | None) -> Refusal | None:
    if stored is None:
        return None
    data = {key: value for key, value in stored.items() if key not in ("fact", "code")}
    return _REFUSALS[str(stored["fact"])].validate_python(data)


def find_held(shop_id: int, plan_id: str, order_ids: Iterable[str], *, lapsing_by: datetime) -> tuple[Held, ...]:
    """What customers hold of awards of these orders, and of any awards that lapse by then."""
    with connection.cursor() as cursor:
        cursor.execute(_LAPSING, [shop_id, plan_id, lapsing_by])
        lapsing = {order_id for (order_id,) in cursor.fetchall()}
    return find_held_of(shop_id, plan_id, lapsing.union(order_ids))


def find_held_of(shop_id: int, plan_id: str, order_ids: Collection[str]) -> tuple[Held, ...]:
    """What customers hold of awards of these orders."""
    if not order_ids:
        return ()
    standing = Q(quantity_left__gt=0) | Q(quantity_used__gt=0)
    items = AwardItem.objects.filter(standing, shop_id=shop_id, plan_id=plan_id, order_id__in=order_ids)
    by_award: dict[tuple[str, str], list[AwardItem]] = {}
    for item in items.order_by("order_id", "offer_id", "place"):
        by_award.setdefault((item.order_id, item.offer_id), []).append(item)
    awards = AwardRecord.objects.filter(shop_id=shop_id, plan_id=plan_id, order_id__in=order_ids)
    return tuple(
        _held(award, by_award[award.order_id, award.offer_id])
        for award in awards.order_by("settled_for", "order_id", "offer_place")
        if (award.order_id, award.offer_id) in by_award
    )


def _held(award: AwardRecord, items: Iterable[AwardItem]) -> Held:
    return Held(
        order_id=award.order_id,
        customer_id=award.customer_id,
        offer_id=award.offer_id,
        rung=award.rung,
        plan_version=award.plan_version,
        outcome=Outcome(award.outcome),
        holdings=[
            Holding(
                Item(Kind(item.kind), item.item, item.quantity_left, item.amount_left_minor, item.valid_days),
                tuple(item.hold_keys),
                item.expires_at,
                item.lapsed,
                item.quantity_used,
                item.quantity_due,
                item.points_spent,
                item.points_lost,
                item.spent_minor,
                item.freed_minor,
            )
            for item in items
        ],
    )


def find_emptied_at(shop_id: int, plan_id: str, stock: Iterable[str]) -> dict[str, datetime]:
    """When the last piece of each of these stock items was given; stock that none was given of is absent."""
    query = """
        SELECT item.item, max(settled_for)
        FROM offers_awarditem item
        JOIN offers_award award USING (shop_id, plan_id, order_id, offer_id, settled_for)
        WHERE item.shop_id = %s AND item.plan_id = %s AND item.item = ANY(%s)
          AND item.kind IN ('gift', 'service') AND award.outcome IN ('granted', 'otherwise')
        GROUP BY item.item
    """
    with connection.cursor() as cursor:
        cursor.execute(query, [shop_id, plan_id, list(stock)])
        return dict(cursor.fetchall())


def find_orders_of(shop_id: int, plan_id: str, customer_id: str) -> tuple[str, ...]:
    """The customer's orders that the plan has an answer to, in the order in which they were settled."""
    found = AwardRecord.objects.filter(shop_id=shop_id, plan_id=plan_id, customer_id=customer_id)
    ordered = found.order_by("settled_for", "order_id").values_list("order_id", flat=True)
    return tuple(dict.fromkeys(ordered))


def find_awards(shop_id: int, plan_id: str, order_ids: Sequence[str] | None = None) -> Iterator[Award]:
    """Awards in the order in which they were settled, of the whole plan or of some orders."""
    one = Q(shop_id=shop_id, plan_id=plan_id)
    if order_ids is not None:
        one &= Q(order_id__in=order_ids)
    return (award for _, award in _find(one))


def find_awards_of_orders(
    shop_id: int, plan_ids: Sequence[str], order_ids: Collection[str]
) -> Iterator[tuple[str, Award]]:
    """Awards of these orders in several plans, each with its plan, in the order in which they were settled."""
    return _find(Q(shop_id=shop_id, plan_id__in=plan_ids, order_id__in=order_ids))


def _find(which: Q) -> Iterator[tuple[str, Award]]:
    items = _grouped(AwardItem.objects.filter(which).order_by("plan_id", "order_id", "offer_id", "place"))
    awards = AwardRecord.objects.filter(which).order_by("settled_for", "order_id", "plan_id", "offer_place")
    for award in awards.iterator(chunk_size=_BATCH):
        yield award.plan_id, _to_award(award, items[award.plan_id, award.order_id, award.offer_id])


def _grouped(items: Iterable[AwardItem]) -> dict[tuple[str, str, str], tuple[Item, ...]]:
    return {
        key: tuple(
            Item(Kind(each.kind), each.item, each.quantity, each.amount_minor, each.valid_days) for each in group
        )
        for key, group in groupby(items, key=lambda item: (item.plan_id, item.order_id, item.offer_id))
    }


def _to_award(record: AwardRecord, items: tuple[Item, ...]) -> Award:
    return Award(
        order_id=record.order_id,
        customer_id=record.customer_id,
        offer_id=record.offer_id,
        rung=record.rung,
        plan_version=record.plan_version,
        settled_for=record.settled_for,
        spend_minor=record.spend_minor,
        outcome=Outcome(record.outcome),
        items=items,
        refusal=_refusal_from_json(record.refusal),
    )


def find_claw_backs(shop_id: int, plan_id: str, order_ids: Sequence[str] | None = None) -> Iterator[ClawBack]:
    """Claw-backs in the order in which they happened, of the whole plan or of some orders."""
    which = Q(shop_id=shop_id, plan_id=plan_id)
    if order_ids is not None:
        which &= Q(order_id__in=order_ids)
    return (back for _, back in _find_claw_backs(which))


def find_claw_backs_of_orders(
    shop_id: int, plan_ids: Sequence[str], order_ids: Collection[str]
) -> Iterator[tuple[str, ClawBack]]:
    """Claw-backs of these orders in several plans, each with its plan, in the order in which they happened."""
    return _find_claw_backs(Q(shop_id=shop_id, plan_id__in=plan_ids, order_id__in=order_ids))


def _find_claw_backs(which: Q) -> Iterator[tuple[str, ClawBack]]:
    rows = ClawBackItem.objects.filter(which)
    ordered = rows.order_by("at", "refund_id", "order_id", "plan_id", "offer_place", "place")
    for _, group in groupby(
        ordered.iterator(chunk_size=_BATCH), key=lambda row: (row.refund_id, row.order_id, row.plan_id, row.offer_id)
    ):
        parts = list(group)
        first = parts[0]
        yield (
            first.plan_id,
            ClawBack(
                order_id=first.order_id,
                customer_id=first.customer_id,
                offer_id=first.offer_id,
                rung=first.rung,
                refund_id=first.refund_id,
                at=first.at,
                items=tuple(Item(Kind(part.kind), part.item, part.quantity, part.amount_minor) for part in parts),
            ),
        )
