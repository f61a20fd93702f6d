"""Where customers stand on ladders, and their steps, which are never rewritten."""

from django.db import migrations, models

REFUSE = """
CREATE FUNCTION members_refuse_step_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.shop_id::text = current_setting('jiacan.moved_shop', true) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'steps between tiers can only be added to' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER step_append_only BEFORE UPDATE OR DELETE ON members_tierstep
    FOR EACH ROW EXECUTE FUNCTION members_refuse_step_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0003_coupons'),
    ]

    operations = [
        migrations.CreateModel(
            name='Standing',
            fields=[
                ('pk', models.CompositePrimaryKey('shop_id', 'plan_id', 'customer_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('shop_id', models.BigIntegerField()),
                ('plan_id', models.CharField(db_collation='C', max_length=64)),
                ('customer_id', models.TextField(db_collation='C')),
                ('tier', models.CharField(max_length=64)),
                ('since', models.DateTimeField()),
                ('grace_until', models.DateTimeField(null=True)),
                ('seen_at', models.DateTimeField()),
                ('look_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('look_at__isnull', False)), fields=['shop_id', 'plan_id', 'look_at'], name='standings_to_look_at'), models.Index(fields=['shop_id', 'customer_id'], name='standings_of_customer')],
            },
        ),
        migrations.CreateModel(
            name='TierStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('shop_id', models.BigIntegerField()),
                ('plan_id', models.CharField(db_collation='C', max_length=64)),
                ('customer_id', models.TextField(db_collation='C')),
                ('before', models.CharField(max_length=64)),
                ('after', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
                ('had', models.BigIntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['shop_id', 'customer_id', 'plan_id', 'id'], name='steps_of_customer')],
                'constraints': [models.CheckConstraint(condition=models.Q(('before', models.F('after')), _negated=True), name='a_step_leads_elsewhere')],
            },
        ),
        migrations.RunSQL(REFUSE, "DROP FUNCTION members_refuse_step_change() CASCADE"),
    ]
