import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("offers", "0011_used_coupons"), ("tenancy", "0005_cache")]

    operations = [
        *(
            migrations.AddField("awarditem", name, models.BigIntegerField(db_default=0))
            for name in ("points_spent", "points_lost", "spent_minor", "freed_minor")
        ),
        migrations.AddConstraint(
            "awarditem",
            models.CheckConstraint(
                condition=models.Q(
                    spent_minor__gte=0,
                    freed_minor__gte=0,
                    amount_left_minor__gte=models.F("spent_minor") + models.F("freed_minor"),
                ),
                name="no_more_money_than_points_are_worth",
            ),
        ),
        migrations.CreateModel(
            name="PointsUsed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("plan_id", models.CharField(db_collation="C", max_length=64)),
                ("order_id", models.CharField(db_collation="C", max_length=200)),
                ("offer_id", models.CharField(db_collation="C", max_length=64)),
                ("spent", models.BigIntegerField()),
                ("lost", models.BigIntegerField()),
                ("at", models.DateTimeField()),
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
            options={"indexes": [models.Index(fields=["shop", "plan_id", "id"], name="points_used_of_plan")]},
        ),
    ]
