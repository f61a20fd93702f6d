import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0001_approvals_and_steps"),
        ("tenancy", "0002_audit_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="Alarm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("plan_id", models.CharField(max_length=64)),
                ("key", models.CharField(max_length=200)),
                ("since", models.DateTimeField()),
                ("over_at", models.DateTimeField(null=True)),
                ("taken_by", models.CharField(default="", max_length=200)),
                ("taken_at", models.DateTimeField(null=True)),
                ("closed_by", models.CharField(default="", max_length=200)),
                ("closed_at", models.DateTimeField(null=True)),
                ("note", models.TextField(default="")),
                ("shop", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="tenancy.shop")),
            ],
            options={
                "indexes": [models.Index(fields=["shop", "plan_id", "-since"], name="alarms_of_a_plan")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("over_at", None)),
                        fields=("shop", "plan_id", "key"),
                        name="an_alarm_stands_once",
                    )
                ],
            },
        ),
    ]
