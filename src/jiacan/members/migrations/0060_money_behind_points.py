"""Points that were spent or lost before now: the money behind them follows when their plan settles next.

Lost points are kept by the lot that their award was, also those that came back after its end. What is neither there
nor lost nor taken back was spent; the lots know how many, so nothing of the past needs to be walked again.
"""

from django.db import migrations

LOST_AT_HOME = """
WITH late AS (
    UPDATE members_lot AS lot SET expired = 0
    FROM members_lot AS before
    WHERE lot.id = before.id AND lot.name LIKE '~returned/%' AND lot.order_id <> '' AND lot.expired > 0
    RETURNING lot.shop_id, lot.plan_id, lot.order_id, lot.offer_id, before.expired
), summed AS (
    SELECT shop_id, plan_id || '/' || order_id || '/' || offer_id AS name, sum(expired) AS expired
    FROM late GROUP BY shop_id, plan_id, order_id, offer_id
)
UPDATE members_lot AS home SET expired = home.expired + summed.expired
FROM summed WHERE home.shop_id = summed.shop_id AND home.name = summed.name
"""

USED_BEFORE = """
INSERT INTO offers_pointsused (shop_id, plan_id, order_id, offer_id, spent, lost, at)
SELECT item.shop_id, item.plan_id, item.order_id, item.offer_id,
    item.quantity_left - lots."left" - lots.expired, lots.expired, now()
FROM (
    SELECT shop_id, plan_id, order_id, offer_id, sum("left") AS "left", sum(expired) AS expired
    FROM members_lot WHERE order_id <> '' GROUP BY shop_id, plan_id, order_id, offer_id) AS lots
JOIN offers_awarditem AS item USING (shop_id, plan_id, order_id, offer_id)
WHERE item.kind = 'points' AND item.hold_keys <> '{}'
    AND (item.quantity_left <> lots."left" OR lots.expired <> 0)
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0050_given_tiers"), ("offers", "0012_points_used")]

    operations = [
        migrations.RunSQL(LOST_AT_HOME, migrations.RunSQL.noop),
        migrations.RunSQL(USED_BEFORE, "DELETE FROM offers_pointsused"),
    ]
