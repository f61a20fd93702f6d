"""Every query on the counters by the minute."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from jiacan.kernel.statements import Prepared
from jiacan.offers.contracts.pace import AwardPace, AwardTotal, OrderPace, OrderTotal

_ADD = Prepared("""
WITH awards AS (
    INSERT INTO offers_awardpace AS kept (shop_id, plan_id, minute, offer_id, outcome, reason, awards, at_risk_minor)
    SELECT %(shop_id)s::bigint, %(plan_id)s::text, more.* FROM json_to_recordset(%(awards)s::json) AS more
        (minute timestamptz, offer_id text, outcome text, reason text, awards bigint, at_risk_minor bigint)
    ON CONFLICT (shop_id, plan_id, minute, offer_id, outcome, reason) DO UPDATE
    SET awards = kept.awards + excluded.awards, at_risk_minor = kept.at_risk_minor + excluded.at_risk_minor
), award_sums AS (
    INSERT INTO offers_awardsum AS kept (shop_id, plan_id, offer_id, outcome, reason, awards, at_risk_minor)
    SELECT %(shop_id)s::bigint, %(plan_id)s::text, offer_id, outcome, reason, sum(awards), sum(at_risk_minor)
    FROM json_to_recordset(%(awards)s::json) AS more
        (offer_id text, outcome text, reason text, awards bigint, at_risk_minor bigint)
    GROUP BY offer_id, outcome, reason
    ON CONFLICT (shop_id, plan_id, offer_id, outcome, reason) DO UPDATE
    SET awards = kept.awards + excluded.awards, at_risk_minor = kept.at_risk_minor + excluded.at_risk_minor
), order_sums AS (
    INSERT INTO offers_ordersum AS kept (shop_id, plan_id, orders, spend_minor, new_customers, refunds)
    SELECT %(shop_id)s::bigint, %(plan_id)s::text, sum(orders), sum(spend_minor), sum(new_customers), sum(refunds)
    FROM json_to_recordset(%(orders)s::json) AS more
        (orders bigint, spend_minor bigint, new_customers bigint, refunds bigint)
    HAVING count(*) > 0
    ON CONFLICT (shop_id, plan_id) DO UPDATE
    SET orders = kept.orders + excluded.orders, spend_minor = kept.spend_minor + excluded.spend_minor,
        new_customers = kept.new_customers + excluded.new_customers, refunds = kept.refunds + excluded.refunds
)
INSERT INTO offers_orderpace AS kept (shop_id, plan_id, minute, orders, spend_minor, new_customers, refunds)
SELECT %(shop_id)s::bigint, %(plan_id)s::text, more.* FROM json_to_recordset(%(orders)s::json) AS more
    (minute timestamptz, orders bigint, spend_minor bigint, new_customers bigint, refunds bigint)
ON CONFLICT (shop_id, plan_id, minute) DO UPDATE
SET orders = kept.orders + excluded.orders, spend_minor = kept.spend_minor + excluded.spend_minor,
    new_customers = kept.new_customers + excluded.new_customers, refunds = kept.refunds + excluded.refunds
""")

_AWARDS = """
SELECT minute, offer_id, outcome, reason, awards, at_risk_minor FROM offers_awardpace
WHERE shop_id = %s AND plan_id = %s AND minute >= %s AND minute < %s ORDER BY minute, offer_id, outcome, reason
"""

_ORDERS = """
SELECT minute, orders, spend_minor, new_customers, refunds FROM offers_orderpace
WHERE shop_id = %s AND plan_id = %s AND minute >= %s AND minute < %s ORDER BY minute
"""

_AWARD_TOTALS = """
SELECT offer_id, outcome, reason, awards, at_risk_minor FROM offers_awardsum
WHERE shop_id = %s AND plan_id = %s ORDER BY offer_id, outcome, reason
"""

_ORDER_TOTALS = """
SELECT orders, spend_minor, new_customers, refunds FROM offers_ordersum WHERE shop_id = %s AND plan_id = %s
"""


def add_pace(shop_id: int, plan_id: str, awards: Sequence[AwardPace], orders: Sequence[OrderPace]) -> None:
    """Add to the counters; whoever settles the plan holds its lock, so that no two add at once."""
    values = {
        "shop_id": shop_id,
        "plan_id": plan_id,
        "awards": json.dumps([_to_row(each) for each in awards]),
        "orders": json.dumps([_to_row(each) for each in orders]),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADD, values)


def _to_row(pace: AwardPace | OrderPace) -> dict[str, object]:
    return {name: getattr(pace, name) for name in pace.__slots__} | {"minute": pace.minute.isoformat()}


def award_pace(shop_id: int, plan_id: str, since: datetime, until: datetime) -> tuple[AwardPace, ...]:
    """The counters of awards of the minutes in `[since, until)`."""
    with connection.cursor() as cursor:
        cursor.execute(_AWARDS, [shop_id, plan_id, since, until])
        return tuple(AwardPace(*row) for row in cursor.fetchall())


def order_pace(shop_id: int, plan_id: str, since: datetime, until: datetime) -> tuple[OrderPace, ...]:
    """The counters of orders of the minutes in `[since, until)`."""
    with connection.cursor() as cursor:
        cursor.execute(_ORDERS, [shop_id, plan_id, since, until])
        return tuple(OrderPace(*row) for row in cursor.fetchall())


def award_totals(shop_id: int, plan_id: str) -> tuple[AwardTotal, ...]:
    """The counters of awards over all minutes."""
    with connection.cursor() as cursor:
        cursor.execute(_AWARD_TOTALS, [shop_id, plan_id])
        return tuple(AwardTotal(*row) for row in cursor.fetchall())


def order_totals(shop_id: int, plan_id: str) -> OrderTotal:
    """The counters of orders over all minutes."""
    with connection.cursor() as cursor:
        cursor.execute(_ORDER_TOTALS, [shop_id, plan_id])
        return OrderTotal(*(cursor.fetchone() or (0, 0, 0, 0)))
