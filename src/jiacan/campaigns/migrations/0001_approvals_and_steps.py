import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("tenancy", "0002_audit_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("plan_id", models.CharField(max_length=64)),
                ("revision", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("asked_by", models.CharField(max_length=200)),
                ("approver_id", models.BigIntegerField()),
                ("approver", models.CharField(max_length=200)),
                ("note", models.TextField(default="")),
                ("asked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("state", models.CharField(default="asked", max_length=20)),
                ("answer", models.TextField(default="")),
                ("answered_at", models.DateTimeField(null=True)),
                ("shop", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="tenancy.shop")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")),
                        fields=("shop", "plan_id"),
                        name="one_open_approval_to_a_plan",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TaskStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("plan_id", models.CharField(max_length=64)),
                ("task_id", models.CharField(max_length=64)),
                ("state", models.CharField(max_length=20)),
                ("evidence", models.TextField(default="")),
                ("by", models.CharField(max_length=200)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("shop", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="tenancy.shop")),
            ],
            options={
                "indexes": [models.Index(fields=["shop", "plan_id", "task_id", "-id"], name="steps_of_a_task")],
            },
        ),
    ]
