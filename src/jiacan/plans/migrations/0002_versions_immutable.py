"""A version of a plan can be added and read; nothing else."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION plans_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a version of a plan never changes' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER plan_version_immutable BEFORE UPDATE OR DELETE ON plans_planversion
    FOR EACH ROW EXECUTE FUNCTION plans_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [("plans", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION plans_refuse_change() CASCADE"),
    ]
