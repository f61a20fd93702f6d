"""Tickets come by the hundred thousand: those of an order are found by piece, and only those in the log by number."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('draws', '0012_fewer_indexes_of_tickets'),
    ]

    operations = [
        migrations.RemoveIndex(model_name='ticket', name='tickets_of_order'),
        migrations.RemoveConstraint(model_name='ticket', name='a_place_in_the_log_is_one_ticket'),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.UniqueConstraint(
                condition=models.Q(('number__isnull', False)),
                fields=('draw', 'number'),
                name='a_place_in_the_log_is_one_ticket',
            ),
        ),
    ]
