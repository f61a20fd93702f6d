"""Who brought a friend is never rewritten, and no decision is deleted; only a merge of two customers gives new numbers."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION referrals_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (
        (NEW.friend_id = OLD.friend_id AND NEW.referrer_id = OLD.referrer_id)
        OR current_setting('jiacan.merging', true) = 'on') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'who brought whom is never changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER one_parent_for_ever BEFORE UPDATE OR DELETE ON referrals_referral
    FOR EACH ROW EXECUTE FUNCTION referrals_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [("referrals", "0001_links_and_referrals")]

    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION referrals_refuse_change() CASCADE"),
    ]
