"""The table of Django's database cache: what limits on sign-in count with, shared by every process.

It is not logged: what it holds may be lost in a crash.
"""

from django.db import migrations

CREATE = """
CREATE UNLOGGED TABLE tenancy_cache (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX tenancy_cache_expires ON tenancy_cache (expires);
"""


class Migration(migrations.Migration):

    dependencies = [("tenancy", "0004_audit_chain")]

    operations = [migrations.RunSQL(CREATE, "DROP TABLE tenancy_cache")]
