"""Shops and the audit that no one can rewrite."""

import pytest
from django.db import IntegrityError, connection

from jiacan.tenancy import facade
from jiacan.tenancy.contracts import Actor, ShopUnknown
from jiacan.tenancy.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_opening_a_shop_twice_gives_the_same_shop():
    assert facade.open_shop("gifts") == facade.open_shop("gifts")


def test_an_unknown_shop_is_named():
    with pytest.raises(ShopUnknown) as caught:
        facade.get_shop("nowhere")
    assert caught.value.slug == "nowhere"


@pytest.mark.parametrize("change", ["UPDATE tenancy_auditentry SET actor = 'x'", "DELETE FROM tenancy_auditentry"])
def test_the_audit_cannot_be_rewritten(change):
    shop = facade.open_shop("gifts")
    facade.audit(
        shop.id, actor=Actor("command line", "test"), action="plan went live", subject="plan-1", after={"version": 1}
    )
    with pytest.raises(IntegrityError, match="only be added to"), connection.cursor() as cursor:
        cursor.execute(change)


def test_the_audit_keeps_what_was_and_what_is():
    shop = facade.open_shop("gifts")
    facade.audit(
        shop.id,
        actor=Actor("a", "test"),
        action="stock changed",
        subject="mug",
        before={"units": 1},
        after={"units": 2},
    )
    entry = AuditEntry.objects.get()
    assert (entry.before, entry.after, entry.at is not None) == ({"units": 1}, {"units": 2}, True)
