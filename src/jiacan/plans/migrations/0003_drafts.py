import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("tenancy", "0002_audit_append_only"),
        ("plans", "0002_versions_immutable"),
    ]

    operations = [
        migrations.AddField("planversion", "approver", models.CharField(default="", max_length=200)),
        migrations.CreateModel(
            name="PlanDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("plan_id", models.CharField(max_length=64)),
                ("text", models.TextField()),
                ("revision", models.PositiveIntegerField()),
                ("saved_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("saved_by", models.CharField(max_length=200)),
                ("shop", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="tenancy.shop")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("shop", "plan_id"), name="plans_one_draft")],
            },
        ),
    ]
