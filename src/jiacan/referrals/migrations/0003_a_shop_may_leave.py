"""Decisions may leave with their shop: by a transaction that says that it moves that shop."""

from django.db import migrations

REFUSE = """
CREATE OR REPLACE FUNCTION referrals_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (
        (NEW.friend_id = OLD.friend_id AND NEW.referrer_id = OLD.referrer_id)
        OR current_setting('jiacan.merging', true) = 'on') THEN
        RETURN NEW;
    END IF;
    {leaving}
    RAISE EXCEPTION 'who brought whom is never changed' USING ERRCODE = 'restrict_violation';
END $$;
"""

LEAVING = """
    IF TG_OP = 'DELETE' AND OLD.shop_id::text = current_setting('jiacan.moved_shop', true) THEN
        RETURN OLD;
    END IF;
"""


class Migration(migrations.Migration):

    dependencies = [("referrals", "0002_one_parent_for_ever")]

    operations = [
        migrations.RunSQL(REFUSE.format(leaving=LEAVING), REFUSE.format(leaving="")),
    ]
