"""What awards took lately, and the last of them: short ranges of the index on when they were settled."""

from __future__ import annotations

from django.db import connection

from jiacan.kernel.periods import Period
from jiacan.offers.contracts.lately import LatestAward, Takings

# Items are looked up one by one, however many the planner takes a period to have.
_TAKINGS = """
SELECT award.offer_id, item.kind, item.item, count(*),
    sum(item.quantity)::bigint, sum(item.quantity ^ 2)::bigint, max(item.quantity),
    sum(item.amount_minor)::bigint, sum(item.amount_minor::numeric ^ 2)::bigint, max(item.amount_minor)
FROM offers_award award CROSS JOIN LATERAL (
    SELECT * FROM offers_awarditem of_award WHERE of_award.shop_id = %(shop_id)s AND of_award.plan_id = %(plan_id)s
        AND of_award.order_id = award.order_id AND of_award.offer_id = award.offer_id
        AND of_award.settled_for = award.settled_for OFFSET 0) AS item
WHERE award.shop_id = %(shop_id)s AND award.plan_id = %(plan_id)s
    AND award.settled_for >= %(from)s AND award.settled_for < %(to)s AND award.outcome IN ('granted', 'otherwise')
GROUP BY award.offer_id, item.kind, item.item
"""

_LATEST = """
SELECT order_id, offer_id, outcome, settled_for FROM offers_award
WHERE shop_id = %s AND plan_id = %s
ORDER BY settled_for DESC, order_id DESC, offer_place LIMIT %s
"""


def load_takings(shop_id: int, plan_id: str, period: Period) -> tuple[Takings, ...]:
    """What the awards of the period took, by offer and benefit."""
    with connection.cursor() as cursor:
        asked = {"shop_id": shop_id, "plan_id": plan_id, "from": period.starts_at, "to": period.ends_at}
        cursor.execute(_TAKINGS, asked)
        return tuple(Takings(*row) for row in cursor.fetchall())


def load_latest(shop_id: int, plan_id: str, limit: int) -> tuple[LatestAward, ...]:
    """The awards, refusals and hold-outs last settled, the last first."""
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, [shop_id, plan_id, limit])
        return tuple(LatestAward(*row) for row in cursor.fetchall())
