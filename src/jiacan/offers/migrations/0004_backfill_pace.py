"""Counters begin with what was settled before there were any; a reservation that has ended stays as it ended."""

from django.db import migrations

COUNT_AWARDS = """
SELECT shop_id, plan_id, date_trunc('minute', settled_for, 'UTC') AS minute, offer_id, outcome,
    coalesce(refusal ->> 'code', '') AS reason, count(*) AS awards,
    coalesce(sum((SELECT sum(item.amount_minor) FROM offers_awarditem AS item
        WHERE (item.shop_id, item.plan_id, item.order_id, item.offer_id)
            = (award.shop_id, award.plan_id, award.order_id, award.offer_id))), 0)::bigint AS at_risk_minor
FROM offers_award AS award GROUP BY 1, 2, 3, 4, 5, 6
UNION ALL
SELECT shop_id, plan_id, date_trunc('minute', at, 'UTC'), offer_id, 'clawed_back', '',
    count(DISTINCT (refund_id, order_id)), sum(amount_minor)::bigint
FROM offers_clawbackitem GROUP BY 1, 2, 3, 4
"""

COUNT_ORDERS = """
SELECT shop_id, plan_id, date_trunc('minute', at, 'UTC') AS minute, count(*) FILTER (WHERE NOT is_refund) AS orders,
    coalesce(sum(spend_minor) FILTER (WHERE NOT is_refund), 0)::bigint AS spend_minor,
    count(*) FILTER (WHERE NOT is_refund AND first) AS new_customers, count(*) FILTER (WHERE is_refund) AS refunds
FROM (
    SELECT event.shop_id, event.plan_id, event.is_refund, paid.spend_minor,
        CASE WHEN event.is_refund THEN greatest(paid.paid_at, (
            SELECT min(refunded_at) FROM orders_refundrow AS back WHERE back.shop_id = event.shop_id
                AND back.refund_id = event.event_id AND back.order_id = event.order_id))
            ELSE paid.paid_at END AS at,
        paid.customer_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM orders_order AS earlier WHERE earlier.shop_id = paid.shop_id
                AND earlier.customer_id = paid.customer_id
                AND (earlier.paid_at, earlier.order_id) < (paid.paid_at, paid.order_id)) AS first
    FROM offers_settledevent AS event
    JOIN orders_order AS paid ON paid.shop_id = event.shop_id AND paid.order_id = event.order_id
) AS events GROUP BY 1, 2, 3
"""

BACKFILL = f"""
INSERT INTO offers_awardpace (shop_id, plan_id, minute, offer_id, outcome, reason, awards, at_risk_minor) {COUNT_AWARDS};
INSERT INTO offers_orderpace (shop_id, plan_id, minute, orders, spend_minor, new_customers, refunds) {COUNT_ORDERS};
"""

REFUSE = """
CREATE FUNCTION offers_refuse_revival() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what became of a reservation is never changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER reservation_ends_once BEFORE UPDATE ON offers_reservation
    FOR EACH ROW WHEN (OLD.state <> 'open') EXECUTE FUNCTION offers_refuse_revival();
CREATE TRIGGER reservation_part_ends_once BEFORE UPDATE ON offers_reservationpart
    FOR EACH ROW WHEN (OLD.state <> 'open') EXECUTE FUNCTION offers_refuse_revival();
"""

LEAVE_ROOM = """
ALTER TABLE offers_awardpace SET (fillfactor = 70);
ALTER TABLE offers_orderpace SET (fillfactor = 70);
"""
FILL_UP = """
ALTER TABLE offers_awardpace RESET (fillfactor);
ALTER TABLE offers_orderpace RESET (fillfactor);
"""


class Migration(migrations.Migration):

    dependencies = [("offers", "0003_reservations_and_pace"), ("orders", "0001_initial")]

    operations = [
        migrations.RunSQL(BACKFILL, "TRUNCATE offers_awardpace, offers_orderpace"),
        migrations.RunSQL(REFUSE, "DROP FUNCTION offers_refuse_revival() CASCADE"),
        migrations.RunSQL(LEAVE_ROOM, FILL_UP),
    ]
