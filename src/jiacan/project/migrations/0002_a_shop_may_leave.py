"""Rows that are only added to may leave with their shop: by a transaction that says that it moves that shop."""

from django.db import migrations

FUNCTIONS = {
    "ledger_refuse_change": "a transfer is never changed; write another one",
    "offers_refuse_change": "awards and claw-backs can only be added to",
    "plans_refuse_change": "a version of a plan never changes",
    "tenancy_refuse_change": "the audit can only be added to",
}

REFUSE_UNLESS_LEAVING = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.shop_id::text = current_setting('jiacan.moved_shop', true) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation';
END $$;
"""

REFUSE = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation';
END $$;
"""


def _all(template: str) -> str:
    return "".join(template.format(name=name, message=message) for name, message in FUNCTIONS.items())


class Migration(migrations.Migration):
    dependencies = [
        ("project", "0001_servers_and_places"),
        ("ledger", "0002_append_only"),
        ("offers", "0002_append_only"),
        ("plans", "0002_versions_immutable"),
        ("tenancy", "0002_audit_append_only"),
    ]

    operations = [migrations.RunSQL(_all(REFUSE_UNLESS_LEAVING), _all(REFUSE))]
