"""Clicks of one network are counted within a rate."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("referrals", "0003_a_shop_may_leave")]

    operations = [
        migrations.CreateModel(
            name="NetworkBucket",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "shop_id", "network", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("shop_id", models.BigIntegerField()),
                ("network", models.CharField(db_collation="C", max_length=64)),
                ("clicks_left", models.FloatField()),
                ("at_seconds", models.FloatField()),
            ],
        ),
    ]
