import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0003_receipt_links"),
        ("tenancy", "0002_audit_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="WrittenReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("plan_id", models.CharField(max_length=64)),
                ("language", models.CharField(max_length=2)),
                ("asked_by", models.CharField(max_length=200)),
                ("asked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("began_at", models.DateTimeField(null=True)),
                ("stage", models.CharField(default="waiting", max_length=20)),
                ("written_at", models.DateTimeField(null=True)),
                ("failed", models.TextField(default="")),
                ("summary", models.JSONField(default=dict)),
                ("html", models.BinaryField(default=b"")),
                ("xlsx", models.BinaryField(default=b"")),
                ("shop", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="tenancy.shop")),
            ],
            options={
                "indexes": [models.Index(fields=["shop", "plan_id", "language", "-id"], name="reports_of_a_plan")],
            },
        ),
    ]
