"""People, their roles, invitations, one-time links and tokens; shops get a name, a zone and a currency."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

NOW = django.db.models.functions.datetime.Now()


def to_shop():
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="tenancy.shop")


def row_id():
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):

    dependencies = [("tenancy", "0002_audit_append_only")]

    # A dependency on the swappable model of people reaches this app's first migration only, which has none yet.
    run_before = [("account", "0001_initial"), ("mfa", "0001_initial"), ("usersessions", "0001_initial")]

    operations = [
        migrations.AddField("shop", "name", models.CharField(default="", max_length=120)),
        migrations.AddField("shop", "zone", models.CharField(default="", max_length=64)),
        migrations.AddField("shop", "currency", models.CharField(default="", max_length=3)),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", row_id()),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("name", models.CharField(default="", max_length=120)),
                ("language", models.CharField(default="", max_length=2)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(db_default=NOW)),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="Member",
            fields=[
                ("id", row_id()),
                ("shop", to_shop()),
                (
                    "person",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL),
                ),
                ("role", models.CharField(max_length=20)),
            ],
            options={
                "constraints": (
                    models.UniqueConstraint(fields=("shop", "person"), name="a_person_has_one_role_at_a_shop"),
                ),
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", row_id()),
                ("shop", to_shop()),
                ("email", models.EmailField(max_length=254)),
                ("role", models.CharField(max_length=20)),
                ("invited_by", models.TextField()),
                ("secret_hash", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField(db_default=NOW)),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="SignInLink",
            fields=[
                ("id", row_id()),
                (
                    "person",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("secret_hash", models.CharField(max_length=64, unique=True)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Token",
            fields=[
                ("id", row_id()),
                ("shop", to_shop()),
                ("name", models.CharField(max_length=120)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None),
                ),
                ("secret_hash", models.CharField(max_length=64, unique=True)),
                ("hint", models.CharField(max_length=4)),
                ("created_by", models.TextField()),
                ("created_at", models.DateTimeField(db_default=NOW)),
                ("last_used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
        ),
    ]
