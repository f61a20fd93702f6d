"""Points that were given before there were lots are lots too, of what is left of them; and lines are never rewritten."""

from django.db import migrations

FROM_AWARDS = """
WITH lots AS (
    INSERT INTO members_lot (shop_id, customer_id, name, plan_id, order_id, offer_id, points, "left", expired,
        earned_at, available_at, expires_at)
    SELECT award.shop_id, award.customer_id, award.plan_id || '/' || award.order_id || '/' || award.offer_id,
        award.plan_id, award.order_id, award.offer_id, item.quantity_left, item.quantity_left, 0, award.settled_for,
        award.settled_for, NULL
    FROM offers_awarditem AS item
    JOIN offers_award AS award USING (shop_id, plan_id, order_id, offer_id, settled_for)
    WHERE item.kind = 'points' AND item.quantity_left > 0 AND award.outcome IN ('granted', 'otherwise')
    ORDER BY award.settled_for, award.order_id, award.offer_place
    RETURNING shop_id, customer_id, name, points, earned_at, order_id
)
INSERT INTO members_line (shop_id, customer_id, move, name, points, at, subject, reason, parts)
SELECT shop_id, customer_id, 'earned', name, points, earned_at, order_id, '',
    jsonb_build_array(jsonb_build_array(name, points))
FROM lots
"""

REFUSE = """
CREATE FUNCTION members_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.shop_id::text = current_setting('jiacan.moved_shop', true) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'lines of a statement can only be added to' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER line_append_only BEFORE UPDATE OR DELETE ON members_line
    FOR EACH ROW EXECUTE FUNCTION members_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [("members", "0001_points"), ("offers", "0010_pending_occasions")]

    operations = [
        migrations.RunSQL(FROM_AWARDS, migrations.RunSQL.noop),
        migrations.RunSQL(REFUSE, "DROP FUNCTION members_refuse_change() CASCADE"),
    ]
