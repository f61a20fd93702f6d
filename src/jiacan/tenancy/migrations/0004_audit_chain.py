"""Each line of the audit gets its number within the shop and its hash; lines that are there already, too."""

from django.db import migrations, models

from jiacan.tenancy.contracts import AuditRecord
from jiacan.tenancy.core.chain import GENESIS, line_hash

LET_CHANGE = "ALTER TABLE tenancy_auditentry DISABLE TRIGGER audit_append_only"
REFUSE_CHANGE = "ALTER TABLE tenancy_auditentry ENABLE TRIGGER audit_append_only"


def chain(apps, schema_editor):
    entries = apps.get_model("tenancy", "AuditEntry").objects.order_by("shop_id", "id")
    shop_id, number, head = None, 0, GENESIS
    for entry in entries.iterator(chunk_size=1000):
        if entry.shop_id != shop_id:
            shop_id, number, head = entry.shop_id, 0, GENESIS
        number += 1
        record = AuditRecord(
            number,
            entry.at,
            entry.actor,
            "",
            entry.action,
            entry.subject,
            entry.before,
            entry.after,
            previous_hash=head,
            hash="",
        )
        previous, head = head, line_hash(head, record)
        entries.filter(pk=entry.pk).update(number=number, previous_hash=previous, hash=head)


class Migration(migrations.Migration):

    dependencies = [("tenancy", "0003_people")]

    operations = [
        migrations.AddField("auditentry", "number", models.BigIntegerField(null=True)),
        migrations.AddField("auditentry", "origin", models.TextField(default=""), preserve_default=False),
        migrations.AddField("auditentry", "previous_hash", models.CharField(default="", max_length=64), False),
        migrations.AddField("auditentry", "hash", models.CharField(default="", max_length=64), False),
        migrations.RunSQL(LET_CHANGE, REFUSE_CHANGE),
        migrations.RunPython(chain, migrations.RunPython.noop),
        migrations.RunSQL(REFUSE_CHANGE, LET_CHANGE),
        migrations.AlterField("auditentry", "number", models.BigIntegerField()),
        migrations.AlterField("auditentry", "at", models.DateTimeField()),
        migrations.AlterField("auditentry", "actor", models.TextField()),
        migrations.AlterField("auditentry", "subject", models.TextField()),
        migrations.AddConstraint(
            "auditentry",
            models.UniqueConstraint(fields=("shop", "number"), name="a_line_of_the_audit_has_one_place"),
        ),
        migrations.AddIndex("auditentry", models.Index(fields=("shop", "at"), name="audit_by_time")),
    ]
