"""Tiers that offers give for a time, and why each step was taken."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0030_mall"),
    ]

    operations = [
        migrations.AddField(
            model_name="standing",
            name="stands",
            field=models.CharField(default="", max_length=64),
        ),
        migrations.RunSQL("UPDATE members_standing SET stands = tier", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="tierstep",
            name="cause",
            field=models.CharField(default="orders", max_length=12),
        ),
        migrations.AddField(
            model_name="tierstep",
            name="offer_id",
            field=models.CharField(db_collation="C", default="", max_length=64),
        ),
        migrations.AddField(
            model_name="tierstep",
            name="until",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="TierGift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("shop_id", models.BigIntegerField()),
                ("plan_id", models.CharField(db_collation="C", max_length=64)),
                ("order_id", models.TextField(db_collation="C")),
                ("offer_id", models.CharField(db_collation="C", max_length=64)),
                ("customer_id", models.TextField(db_collation="C")),
                ("tier", models.CharField(max_length=64)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("taken_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["shop_id", "plan_id", "customer_id", "ends_at"], name="tier_gifts_of_customer"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("shop_id", "plan_id", "order_id", "offer_id", "tier"),
                        name="an_award_gives_a_tier_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="a_tier_is_given_for_a_time"
                    ),
                ],
            },
        ),
    ]
