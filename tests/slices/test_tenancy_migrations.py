"""A database of the first version, with lines in its audit, becomes one of this version."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection
from django.db.migrations.executor import MigrationExecutor

from jiacan.tenancy import facade
from jiacan.tenancy.contracts import AuditQuery, Role
from jiacan.tenancy.models import Person as PersonRow
from jiacan.tenancy.store import people

pytestmark = pytest.mark.django_db(transaction=True)

FIRST_VERSION = [("tenancy", "0002_audit_append_only")]


def migrate(targets):
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return executor.loader.project_state(targets).apps


@pytest.fixture
def old():
    """The tables as the first version left them; whatever happens, the test's database ends up to date."""
    yield migrate(FIRST_VERSION)
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def to_this_version():
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_lines_that_were_there_are_numbered_and_chained_shop_by_shop(old):
    shop, entry = old.get_model("tenancy", "Shop"), old.get_model("tenancy", "AuditEntry")
    tea, coffee = shop.objects.create(slug="tea"), shop.objects.create(slug="coffee")
    for owner, action in [(tea, "first"), (coffee, "only"), (tea, "second")]:
        entry.objects.create(shop=owner, actor="command line", action=action, subject="mug", after={"units": 2.5})
    to_this_version()
    lines = facade.search_audit(tea.pk, AuditQuery())
    assert [(line.number, line.action, line.origin, line.after) for line in lines] == [
        (2, "second", "", {"units": 2.5}),
        (1, "first", "", {"units": 2.5}),
    ]
    verdicts = [facade.verify_audit(one.pk) for one in (tea, coffee)]
    assert [(verdict.checked, verdict.broken_at) for verdict in verdicts] == [(2, None), (1, None)]
    with pytest.raises(IntegrityError, match="only be added to"), connection.cursor() as cursor:
        cursor.execute("UPDATE tenancy_auditentry SET actor = 'x'")


def test_a_shop_that_was_there_can_have_people(old):
    old.get_model("tenancy", "Shop").objects.create(slug="tea")
    to_this_version()
    shop = facade.get_shop("tea")
    person = PersonRow.objects.create(email="li@tea.example")
    people.save_role(shop.id, person.pk, Role.OWNER)
    assert (shop.name, shop.zone.key, facade.members_of(shop.id)[0].role) == ("tea", "UTC", Role.OWNER)
