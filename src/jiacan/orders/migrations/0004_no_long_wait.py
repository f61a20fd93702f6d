"""Whoever makes a quarter's partition gives up after two seconds where others are at work there."""

from django.db import migrations

NAME = "FUNCTION jiacan_add_quarter(text, date)"


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_archive")]

    operations = [
        migrations.RunSQL(f"ALTER {NAME} SET lock_timeout = '2s'", f"ALTER {NAME} RESET lock_timeout"),
    ]
