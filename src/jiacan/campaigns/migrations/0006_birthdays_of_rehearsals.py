"""Rehearsals on a page may be told customers' birthdays."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0005_rehearsals")]

    operations = [
        migrations.AddField(
            model_name="rehearsal", name="customers_name", field=models.CharField(default="", max_length=200)
        ),
    ]
