"""Prizes have photographs."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("draws", "0010_tickets_that_won")]

    operations = [
        migrations.CreateModel(
            name="Photograph",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("shop_id", models.BigIntegerField()),
                ("prize", models.CharField(db_collation="C", max_length=64)),
                ("sha256", models.CharField(db_collation="C", max_length=64)),
                ("kind", models.CharField(max_length=16)),
                ("width", models.IntegerField()),
                ("height", models.IntegerField()),
                ("data", models.BinaryField()),
                ("taken_at", models.DateTimeField()),
                ("taken_by", models.CharField(max_length=200)),
                ("draw", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="draws.draw")),
            ],
        ),
        migrations.AddConstraint(
            model_name="photograph",
            constraint=models.UniqueConstraint(fields=("draw", "prize"), name="a_prize_has_one_photograph"),
        ),
    ]
