"""What a plan's awards and claw-backs add up to, in the database."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from jiacan.offers.contracts.awards import Outcome
from jiacan.offers.contracts.sums import ItemSum, Sums
from jiacan.offers.store import pace

_GIVEN = """
SELECT item.offer_id, item.kind, item.item, sum(item.quantity)::bigint, sum(item.amount_minor)::bigint,
    max(settled_for) FILTER (WHERE item.kind IN ('gift', 'service'))
FROM offers_awarditem item JOIN offers_award award USING (shop_id, plan_id, order_id, offer_id, settled_for)
WHERE item.shop_id = %s AND item.plan_id = %s AND award.outcome IN ('granted', 'otherwise')
GROUP BY item.offer_id, item.kind, item.item
"""

_TAKEN_BACK = """
SELECT offer_id, kind, item, sum(quantity)::bigint, sum(amount_minor)::bigint FROM offers_clawbackitem
WHERE shop_id = %s AND plan_id = %s GROUP BY offer_id, kind, item
"""

# One short look into the index on reasons for each code that there is.
_SHORT_AT = """
SELECT code, (SELECT settled_for FROM offers_award
    WHERE shop_id = %s AND plan_id = %s AND refusal IS NOT NULL AND (refusal ->> 'code') COLLATE "C" = code
    ORDER BY settled_for LIMIT 1)
FROM unnest(%s::text[]) AS asked (code)
"""


def sum_up(shop_id: int, plan_id: str) -> Sums:
    """What the plan's awards and claw-backs came to; counts from the counters that settling keeps."""
    totals = pace.award_totals(shop_id, plan_id)
    awards = {
        (each.offer_id, each.outcome, each.reason): each.awards
        for each in totals
        if each.outcome != Outcome.CLAWED_BACK
    }
    shortages = sorted({code for _, _, code in awards if code.startswith(("stock:", "budget:"))})
    with connection.cursor() as cursor:
        cursor.execute(_GIVEN, [shop_id, plan_id])
        given = cursor.fetchall()
        cursor.execute(_TAKEN_BACK, [shop_id, plan_id])
        taken_back = {(offer, kind, item): ItemSum(*sums) for offer, kind, item, *sums in cursor.fetchall()}
        cursor.execute(_SHORT_AT, [shop_id, plan_id, shortages])
        short_at = dict(cursor.fetchall())
    last_given_at: dict[str, datetime] = {}
    for _, _, item, _, _, at in given:
        if at is not None:
            last_given_at[item] = max(at, last_given_at.get(item, at))
    return Sums(
        awards=awards,
        clawed_back={each.offer_id: each.awards for each in totals if each.outcome == Outcome.CLAWED_BACK},
        given={(offer, kind, item): ItemSum(quantity, amount) for offer, kind, item, quantity, amount, _ in given},
        taken_back=taken_back,
        last_given_at=last_given_at,
        short_at=short_at,
    )
