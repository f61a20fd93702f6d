"""Which orders lie in files."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_quarters")]

    operations = [
        migrations.CreateModel(
            name="ArchivedOrders",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "shop_id", "quarter", "part", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("shop_id", models.BigIntegerField()),
                ("quarter", models.DateField()),
                ("part", models.IntegerField()),
                ("folder", models.TextField()),
                ("orders", models.BigIntegerField()),
                ("lines", models.BigIntegerField()),
                ("orders_sha256", models.TextField()),
                ("lines_sha256", models.TextField()),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
            ],
        ),
    ]
