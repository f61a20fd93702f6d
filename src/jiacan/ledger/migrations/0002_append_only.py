"""Transfers can be added and read; nothing else. Accounts leave room in each page for their next balance."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a transfer is never changed; write another one' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER transfer_append_only BEFORE UPDATE OR DELETE ON ledger_transfer
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
"""

LEAVE_ROOM = "ALTER TABLE ledger_account SET (fillfactor = 70)"
FILL_UP = "ALTER TABLE ledger_account RESET (fillfactor)"


class Migration(migrations.Migration):

    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION ledger_refuse_change() CASCADE"),
        migrations.RunSQL(LEAVE_ROOM, FILL_UP),
    ]
