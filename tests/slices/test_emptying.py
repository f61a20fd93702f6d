"""What a test leaves goes, whatever guards it, and what the migrations made stays."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.db import connection

from jiacan.campaigns.facade import online
from tests import emptying
from tests.slices.online_shop import AT, go_live, order

GUARDED = {"tenancy_auditentry", "ledger_transfer", "offers_award", "offers_settledevent", "plans_planversion"}
"""Tables whose rows the database lets nobody delete."""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("many_bytes", [0, 1_000_000_000], ids=["truncated", "deleted"])
def test_no_row_of_a_test_stays_and_every_row_of_the_migrations_does(monkeypatch, many_bytes):
    permissions = list(Permission.objects.values_list("id", "codename"))
    assert permissions != []
    assert emptying.filled(connection) == []
    online.take(go_live("gifts"), [order()], [], at=AT)
    assert set(emptying.filled(connection)) >= GUARDED
    monkeypatch.setattr(emptying, "MANY_BYTES", many_bytes)
    emptying.empty(connection)
    assert emptying.filled(connection) == []
    assert list(Permission.objects.values_list("id", "codename")) == permissions
