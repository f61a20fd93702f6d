"""What was awarded, refused or taken back is never rewritten; what customers still hold of it is."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION offers_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'awards and claw-backs can only be added to' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER award_append_only BEFORE UPDATE OR DELETE ON offers_award
    FOR EACH ROW EXECUTE FUNCTION offers_refuse_change();
CREATE TRIGGER claw_back_append_only BEFORE UPDATE OR DELETE ON offers_clawbackitem
    FOR EACH ROW EXECUTE FUNCTION offers_refuse_change();
CREATE TRIGGER settled_append_only BEFORE UPDATE OR DELETE ON offers_settledevent
    FOR EACH ROW EXECUTE FUNCTION offers_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [("offers", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION offers_refuse_change() CASCADE"),
    ]
