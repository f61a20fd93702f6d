import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("tenancy", "0002_audit_append_only"),
        ("campaigns", "0002_alarms"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReceiptLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order_id", models.CharField(max_length=200)),
                ("secret_hash", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("shop", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="tenancy.shop")),
            ],
        ),
    ]
