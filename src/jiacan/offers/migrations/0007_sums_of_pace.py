"""Totals beside the counters by the minute; they begin with what was counted before."""

import django.db.models.deletion
from django.db import migrations, models

BACKFILL = """
INSERT INTO offers_awardsum (shop_id, plan_id, offer_id, outcome, reason, awards, at_risk_minor)
SELECT shop_id, plan_id, offer_id, outcome, reason, sum(awards), sum(at_risk_minor)
FROM offers_awardpace GROUP BY shop_id, plan_id, offer_id, outcome, reason;
INSERT INTO offers_ordersum (shop_id, plan_id, orders, spend_minor, new_customers, refunds)
SELECT shop_id, plan_id, sum(orders), sum(spend_minor), sum(new_customers), sum(refunds)
FROM offers_orderpace GROUP BY shop_id, plan_id;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("offers", "0006_parts_by_order"),
        ("tenancy", "0005_cache"),
    ]

    operations = [
        migrations.CreateModel(
            name="AwardSum",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "shop_id",
                        "plan_id",
                        "offer_id",
                        "outcome",
                        "reason",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("plan_id", models.CharField(db_collation="C", max_length=64)),
                ("offer_id", models.CharField(db_collation="C", max_length=64)),
                ("outcome", models.CharField(max_length=20)),
                ("reason", models.CharField(db_collation="C", max_length=100)),
                ("awards", models.BigIntegerField()),
                ("at_risk_minor", models.BigIntegerField()),
                (
                    "shop",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="tenancy.shop",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OrderSum",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "shop_id", "plan_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("plan_id", models.CharField(db_collation="C", max_length=64)),
                ("orders", models.BigIntegerField()),
                ("spend_minor", models.BigIntegerField()),
                ("new_customers", models.BigIntegerField()),
                ("refunds", models.BigIntegerField()),
                (
                    "shop",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="tenancy.shop",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
    ]
