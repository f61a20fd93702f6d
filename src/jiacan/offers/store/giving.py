"""Writing what settling came to: events, awards, what customers hold of them, and claw-backs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.db import connection

from jiacan.kernel.statements import Prepared
from jiacan.offers.contracts.awards import Award, ClawBack
from jiacan.offers.core.book import Held, Holding
from jiacan.offers.store.awards import refusal_to_json
from jiacan.orders.contracts import EventKey

_ADD = Prepared("""
WITH settled AS (
    INSERT INTO offers_settledevent (shop_id, plan_id, is_refund, event_id, order_id)
    SELECT %(shop_id)s::bigint, %(plan_id)s::text, event.*
    FROM json_to_recordset(%(events)s::json) AS event (is_refund bool, event_id text, order_id text)
), items AS (
    INSERT INTO offers_awarditem (shop_id, plan_id, order_id, offer_id, settled_for, place, kind, item, quantity,
        amount_minor, valid_days, expires_at, quantity_left, amount_left_minor, lapsed, hold_keys)
    SELECT %(shop_id)s::bigint, %(plan_id)s::text, item.*
    FROM json_to_recordset(%(items)s::json) AS item (order_id text, offer_id text, settled_for timestamptz,
        place smallint, kind text, item text, quantity bigint, amount_minor bigint, valid_days int,
        expires_at timestamptz, quantity_left bigint, amount_left_minor bigint, lapsed bool, hold_keys text[])
)
INSERT INTO offers_award (shop_id, plan_id, plan_version, order_id, customer_id, offer_id, offer_place, rung,
    settled_for, spend_minor, outcome, refusal)
SELECT %(shop_id)s::bigint, %(plan_id)s::text, award.*
FROM json_to_recordset(%(awards)s::json) AS award (plan_version int, order_id text, customer_id text, offer_id text,
    offer_place smallint, rung smallint, settled_for timestamptz, spend_minor bigint, outcome text, refusal jsonb)
""")

_UPDATE_HELD = """
UPDATE offers_awarditem item
SET quantity_left = held.quantity, amount_left_minor = held.amount, lapsed = held.lapsed, hold_keys = held.hold_keys,
    quantity_used = held.used, quantity_due = held.due, spent_minor = held.spent, freed_minor = held.freed
FROM json_to_recordset(%(held)s::json) AS held (order_id text, offer_id text, kind text, item text,
    quantity bigint, amount bigint, lapsed bool, hold_keys text[], used bigint, due bigint,
    spent bigint, freed bigint)
WHERE item.shop_id = %(shop_id)s AND item.plan_id = %(plan_id)s AND item.order_id = held.order_id
  AND item.offer_id = held.offer_id AND item.kind = held.kind AND item.item = held.item
"""

_ADD_CLAW_BACKS = """
INSERT INTO offers_clawbackitem (shop_id, plan_id, order_id, customer_id, offer_id, offer_place, rung, refund_id, at,
    place, kind, item, quantity, amount_minor)
SELECT %(shop_id)s, %(plan_id)s, back.*
FROM json_to_recordset(%(backs)s::json) AS back (order_id text, customer_id text, offer_id text,
    offer_place smallint, rung smallint, refund_id text, at timestamptz, place smallint, kind text, item text,
    quantity bigint, amount_minor bigint)
"""


def add_settled(
    shop_id: int,
    plan_id: str,
    events: Iterable[EventKey],
    awards: Sequence[Award],
    holdings: Mapping[tuple[str, str], Sequence[Holding]],
    place: Mapping[str, int],
) -> None:
    """The plan has settled these events: store that, and the awards with their items.

    Args:
        shop_id: whose.
        plan_id: of which plan.
        events: what was settled.
        awards: what became of matches.
        holdings: what is left of each granted award, by order and offer, as settle left it.
        place: each offer's place in the plan.
    """
    settled = [{"is_refund": one.is_refund, "event_id": one.id, "order_id": one.order_id} for one in events]
    items = [row for award in awards for row in _item_rows(award, holdings.get((award.order_id, award.offer_id), ()))]
    values = {
        "shop_id": shop_id,
        "plan_id": plan_id,
        "events": _json(settled),
        "items": _json(items),
        "awards": _json([_award_row(award, place[award.offer_id]) for award in awards]),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADD, values)


def _json(rows: Sequence[Mapping[str, object]]) -> str:
    return json.dumps(rows, ensure_ascii=False)


def _award_row(award: Award, place: int) -> dict[str, object]:
    return {
        "plan_version": award.plan_version,
        "order_id": award.order_id,
        "customer_id": award.customer_id,
        "offer_id": award.offer_id,
        "offer_place": place,
        "rung": award.rung,
        "settled_for": award.settled_for.isoformat(),
        "spend_minor": award.spend_minor,
        "outcome": award.outcome,
        "refusal": None if award.refusal is None else refusal_to_json(award.refusal),
    }


def _item_rows(award: Award, holdings: Sequence[Holding]) -> Iterator[dict[str, object]]:
    left = {(holding.item.kind, holding.item.id): holding for holding in holdings}
    for place, item in enumerate(award.items):
        holding = left.get((item.kind, item.id))
        yield {
            "order_id": award.order_id,
            "offer_id": award.offer_id,
            "settled_for": award.settled_for.isoformat(),
            "place": place,
            "kind": item.kind,
            "item": item.id,
            "quantity": item.quantity,
            "amount_minor": item.amount_minor,
            "valid_days": item.valid_days,
            **(_NOTHING_LEFT if holding is None else _still(holding)),
        }


_NOTHING_LEFT: Mapping[str, object] = {
    "expires_at": None,
    "quantity_left": 0,
    "amount_left_minor": 0,
    "lapsed": False,
    "hold_keys": [],
}


def _still(holding: Holding) -> dict[str, object]:
    return {
        "expires_at": None if holding.expires_at is None else holding.expires_at.isoformat(),
        "quantity_left": holding.item.quantity,
        "amount_left_minor": holding.item.amount_minor,
        "lapsed": holding.lapsed,
        "hold_keys": list(holding.hold_keys),
    }


def update_held(shop_id: int, plan_id: str, held: Iterable[Held]) -> None:
    """Store what is left of awards after claw-backs and lapses."""
    changed = [
        {
            "order_id": one.order_id,
            "offer_id": one.offer_id,
            "kind": holding.item.kind,
            "item": holding.item.id,
            "quantity": holding.item.quantity,
            "amount": holding.item.amount_minor,
            "lapsed": holding.lapsed,
            "hold_keys": list(holding.hold_keys),
            "used": holding.used,
            "due": holding.due,
            "spent": holding.spent_minor,
            "freed": holding.freed_minor,
        }
        for one in held
        for holding in one.holdings
    ]
    if not changed:
        return
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE_HELD, {"shop_id": shop_id, "plan_id": plan_id, "held": _json(changed)})


def add_claw_backs(shop_id: int, plan_id: str, claw_backs: Iterable[ClawBack], place: Mapping[str, int]) -> None:
    """Store what refunds took back; `place` is each offer's place in the plan."""
    rows = [
        {
            "order_id": back.order_id,
            "customer_id": back.customer_id,
            "offer_id": back.offer_id,
            "offer_place": place[back.offer_id],
            "rung": back.rung,
            "refund_id": back.refund_id,
            "at": back.at.isoformat(),
            "place": item_place,
            "kind": item.kind,
            "item": item.id,
            "quantity": item.quantity,
            "amount_minor": item.amount_minor,
        }
        for back in claw_backs
        for item_place, item in enumerate(back.items)
    ]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(_ADD_CLAW_BACKS, {"shop_id": shop_id, "plan_id": plan_id, "backs": _json(rows)})
