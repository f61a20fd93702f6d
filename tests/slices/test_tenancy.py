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


def test_what_goes_wrong_at_one_shop_keeps_the_work_from_no_other():
    first, broken, last = (facade.open_shop(name).id for name in ("a", "b", "c"))
    reached = []

    def work(shop_id: int) -> int:
        reached.append(shop_id)
        if shop_id == broken:
            raise ValueError("its books are torn")
        return shop_id

    with pytest.raises(ExceptionGroup, match="at 1 of 3 shops") as raised:
        facade.at_each_shop(work)
    assert reached == [first, broken, last]
    (wrong,) = raised.value.exceptions
    assert (str(wrong), wrong.__notes__) == ("its books are torn", ["shop b"])
    assert facade.at_each_shop(lambda shop_id: -shop_id) == [-first, -broken, -last]
