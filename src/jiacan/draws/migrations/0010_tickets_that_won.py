"""What is left of a draw is counted from its winning tickets alone, whoever looks at its page."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("draws", "0002_kept_two_years")]

    operations = [
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                fields=["shop_id", "draw", "deck_id", "prize", "guaranteed"],
                condition=Q(prize__gt=""),
                name="tickets_that_won",
            ),
        ),
    ]
