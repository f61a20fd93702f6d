"""Tickets come by the hundred thousand: two of their indexes, which other indexes begin with, are left out."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('draws', '0011_photographs'),
    ]

    operations = [
        migrations.AlterField(
            model_name='ticket',
            name='draw',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='draws.draw'),
        ),
        migrations.AlterField(
            model_name='ticket',
            name='issued',
            field=models.CharField(db_collation='C', max_length=32),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.UniqueConstraint(fields=('issued',), name='a_ticket_is_issued_once'),
        ),
    ]
