"""Every query on awards; rows to values and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from django.db import connection
from django.db.models import Q
from pydantic import TypeAdapter

from jiacan.offers.contracts import (
    Award,
    BudgetExhausted,
    ClawBack,
    Item,
    Kind,
    LimitReached,
    NotStacked,
    Outcome,
    Refusal,
    StockEmpty,
)
from jiacan.offers.core.book import Held, Holding
from jiacan.offers.models import Award as AwardRecord
from jiacan.offers.models import AwardItem, ClawBackItem, SettledEvent
from jiacan.orders.contracts import EventKey

_REFUSALS: dict[str, TypeAdapter[Refusal]] = {
    kind.__name__: TypeAdapter(kind) for kind in (LimitReached, NotStacked, StockEmpty, BudgetExhausted)
}
_BATCH = 2_000


def lock_plan(shop_id: int, plan_id: str) -> None:
    """One transaction at a time settles a plan; the others wait here until it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [plan_id, shop_id])


def unsettled(shop_id: int, plan_id: str, events: Sequence[EventKey]) -> tuple[EventKey, ...]:
    """Those of the events that the plan has not settled, in the order given."""
    known = set(
        SettledEvent.objects.filter(
            shop_id=shop_id, plan_id=plan_id, order_id__in={event.order_id for event in events}
        ).values_list("is_refund", "event_id", "order_id")
    )
    return tuple(event for event in events if (event.is_refund, event.id, event.order_id) not in known)


def add_settled(shop_id: int, plan_id: str, events: Iterable[EventKey]) -> None:
    """The plan has settled these events."""
    rows = [
        SettledEvent(
            shop_id=shop_id, plan_id=plan_id, is_refund=event.is_refund, event_id=event.id, order_id=event.order_id
        )
        for event in events
    ]
    SettledEvent.objects.bulk_create(rows, batch_size=_BATCH)


def add_awards(
    shop_id: int,
    plan_id: str,
    awards: Iterable[Award],
    holdings: Mapping[tuple[str, str], Sequence[Holding]],
    place: Mapping[str, int],
) -> None:
    """Store awards with their items.

    Args:
        shop_id: whose.
        plan_id: of which plan.
        awards: what became of matches.
        holdings: what is left of each granted award, by order and offer, as settle left it.
        place: each offer's place in the plan.
    """
    given = list(awards)
    AwardRecord.objects.bulk_create(
        [_award_record(shop_id, plan_id, award, place[award.offer_id]) for award in given], batch_size=_BATCH
    )
    items = [
        record
        for award in given
        for record in _item_records(shop_id, plan_id, award, holdings.get((award.order_id, award.offer_id), ()))
    ]
    AwardItem.objects.bulk_create(items, batch_size=_BATCH)


def _award_record(shop_id: int, plan_id: str, award: Award, place: int) -> AwardRecord:
    return AwardRecord(
        shop_id=shop_id,
        plan_id=plan_id,
        plan_version=award.plan_version,
        order_id=award.order_id,
        customer_id=award.customer_id,
        offer_id=award.offer_id,
        offer_place=place,
        rung=award.rung,
        settled_for=award.settled_for,
        spend_minor=award.spend_minor,
        outcome=award.outcome,
        refusal=None if award.refusal is None else _refusal_to_json(award.refusal),
    )


def _refusal_to_json(refusal: Refusal) -> dict[str, object]:
    dumped = _REFUSALS[type(refusal).__name__].dump_python(refusal, mode="json")
    return {"fact": type(refusal).__name__, "code": refusal.code, **dumped}


def _refusal_from_json(stored: Mapping[str, object] | None) -> Refusal | None:
    if stored is None:
        return None
    data = {key: value for key, value in stored.items() if key not in ("fact", "code")}
    return _REFUSALS[str(stored["fact"])].validate_python(data)


def _item_records(shop_id: int, plan_id: str, award: Award, holdings: Sequence[Holding]) -> Iterator[AwardItem]:
    left = {(holding.item.kind, holding.item.id): holding for holding in holdings}
    for place, item in enumerate(award.items):
        record = AwardItem(
            shop_id=shop_id,
            plan_id=plan_id,
            order_id=award.order_id,
            offer_id=award.offer_id,
            place=place,
            kind=item.kind,
            item=item.id,
            quantity=item.quantity,
            amount_minor=item.amount_minor,
            valid_days=item.valid_days,
        )
        if (item.kind, item.id) in left:
            _set_holding(record, left[item.kind, item.id])
        yield record


def _set_holding(record: AwardItem, holding: Holding) -> None:
    record.expires_at = holding.expires_at
    record.quantity_left = holding.item.quantity
    record.amount_left_minor = holding.item.amount_minor
    record.lapsed = holding.lapsed
    record.hold_keys = list(holding.hold_keys)


def find_held(shop_id: int, plan_id: str, order_ids: Iterable[str], *, lapsing_by: datetime) -> tuple[Held, ...]:
    """What customers hold of awards of these orders, and of any awards that lapse by then."""
    lapsing = AwardItem.objects.filter(
        shop_id=shop_id, plan_id=plan_id, expires_at__lte=lapsing_by, lapsed=False, quantity_left__gt=0
    ).values_list("order_id", flat=True)
    wanted = set(order_ids) | set(lapsing)
    if not wanted:
        return ()
    items = AwardItem.objects.filter(shop_id=shop_id, plan_id=plan_id, order_id__in=wanted, quantity_left__gt=0)
    by_award: dict[tuple[str, str], list[AwardItem]] = {}
    for item in items.order_by("order_id", "offer_id", "place"):
        by_award.setdefault((item.order_id, item.offer_id), []).append(item)
    awards = AwardRecord.objects.filter(shop_id=shop_id, plan_id=plan_id, order_id__in=wanted)
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
            )
            for item in items
        ],
    )


def update_held(shop_id: int, plan_id: str, held: Iterable[Held]) -> None:
    """Store what is left of awards after claw-backs and lapses."""
    for one in held:
        for holding in one.holdings:
            AwardItem.objects.filter(
                shop_id=shop_id,
                plan_id=plan_id,
                order_id=one.order_id,
                offer_id=one.offer_id,
                kind=holding.item.kind,
                item=holding.item.id,
            ).update(
                quantity_left=holding.item.quantity,
                amount_left_minor=holding.item.amount_minor,
                lapsed=holding.lapsed,
                hold_keys=list(holding.hold_keys),
            )


def add_claw_backs(shop_id: int, plan_id: str, claw_backs: Iterable[ClawBack], place: Mapping[str, int]) -> None:
    """Store what refunds took back; `place` is each offer's place in the plan."""
    rows = [
        ClawBackItem(
            shop_id=shop_id,
            plan_id=plan_id,
            order_id=back.order_id,
            customer_id=back.customer_id,
            offer_id=back.offer_id,
            offer_place=place[back.offer_id],
            rung=back.rung,
            refund_id=back.refund_id,
            at=back.at,
            place=item_place,
            kind=item.kind,
            item=item.id,
            quantity=item.quantity,
            amount_minor=item.amount_minor,
        )
        for back in claw_backs
        for item_place, item in enumerate(back.items)
    ]
    ClawBackItem.objects.bulk_create(rows, batch_size=_BATCH)


def find_emptied_at(shop_id: int, plan_id: str, stock: Iterable[str]) -> dict[str, datetime]:
    """When the last piece of each of these stock items was given; stock that none was given of is absent."""
    query = """
        SELECT item.item, max(award.settled_for)
        FROM offers_awarditem item
        JOIN offers_award award USING (shop_id, plan_id, order_id, offer_id)
        WHERE item.shop_id = %s AND item.plan_id = %s AND item.item = ANY(%s)
          AND item.kind IN ('gift', 'service') AND award.outcome IN ('granted', 'otherwise')
        GROUP BY item.item
    """
    with connection.cursor() as cursor:
        cursor.execute(query, [shop_id, plan_id, list(stock)])
        return dict(cursor.fetchall())


def find_awards(shop_id: int, plan_id: str, order_id: str | None = None) -> Iterator[Award]:
    """Awards in the order in which they were settled, of the whole plan or of one order."""
    one = Q(shop_id=shop_id, plan_id=plan_id)
    if order_id is not None:
        one &= Q(order_id=order_id)
    items = _grouped(AwardItem.objects.filter(one).order_by("order_id", "offer_id", "place"))
    awards = AwardRecord.objects.filter(one).order_by("settled_for", "order_id", "offer_place")
    for award in awards.iterator(chunk_size=_BATCH):
        yield _to_award(award, items[award.order_id, award.offer_id])


def _grouped(items: Iterable[AwardItem]) -> dict[tuple[str, str], tuple[Item, ...]]:
    return {
        key: tuple(
            Item(Kind(each.kind), each.item, each.quantity, each.amount_minor, each.valid_days) for each in group
        )
        for key, group in groupby(items, key=lambda item: (item.order_id, item.offer_id))
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


def find_claw_backs(shop_id: int, plan_id: str, order_id: str | None = None) -> Iterator[ClawBack]:
    """Claw-backs in the order in which they happened, of the whole plan or of one order."""
    rows = ClawBackItem.objects.filter(shop_id=shop_id, plan_id=plan_id)
    if order_id is not None:
        rows = rows.filter(order_id=order_id)
    ordered = rows.order_by("at", "refund_id", "order_id", "offer_place", "place")
    for _, group in groupby(
        ordered.iterator(chunk_size=_BATCH), key=lambda row: (row.refund_id, row.order_id, row.offer_id)
    ):
        parts = list(group)
        first = parts[0]
        yield ClawBack(
            order_id=first.order_id,
            customer_id=first.customer_id,
            offer_id=first.offer_id,
            rung=first.rung,
            refund_id=first.refund_id,
            at=first.at,
            items=tuple(Item(Kind(part.kind), part.item, part.quantity, part.amount_minor) for part in parts),
        )
