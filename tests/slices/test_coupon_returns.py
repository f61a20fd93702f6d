"""A coupon comes back with its whole order: once, from whichever side the return is told, and not with a part of it.

A child process imports this file by its name, so everything it runs stands at the top level.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

import jiacan.project.start  # noqa: F401 - readies the models in a child process, before the facades are imported
from jiacan.campaigns.facade import coupons, online
from jiacan.kernel.errors import JiacanError
from jiacan.ledger import facade as ledger
from jiacan.members.models.coupons import Coupon as CouponRow
from jiacan.members.models.coupons import CouponUse
from jiacan.orders import facade as orders
from jiacan.orders.contracts import RefundLine
from jiacan.project import database
from jiacan.tenancy import facade as tenancy
from jiacan.webhooks import facade as webhooks
from jiacan.webhooks.contracts import EventKind
from jiacan.webhooks.models import Delivery
from tests.slices.coupon_shop import TWO_EACH, asked, earn, mine, money, states, use
from tests.slices.online_shop import AT, WHO, assert_books_add_up, go_live, order, refund
from tests.slices.processes import at_once

PROCESSES, PATIENCE_SECONDS = 8, 120
KEEP = (
    "{id: next-20, off: 20, min_spend: 150, valid: 30d}",
    "{id: next-20, off: 20, min_spend: 150, valid: 30d, when_returned: keep_used}",
)

pytestmark = pytest.mark.django_db


def used_on_an_order(*edits):
    """A shop where a coupon of c-1's is on their order o-9, which was paid and earned nothing."""
    shop = go_live("gifts", TWO_EACH, *edits)
    first, _ = earn(shop)
    use(shop, first, asked("o-9"))
    online.take(shop, [order(9, 20, customer="c-1")], [], at=AT)
    return shop


def test_the_whole_order_gives_its_coupon_back_and_the_same_refund_again_changes_nothing():
    shop = used_on_an_order()
    assert money(shop) == (146_000, 2_000, 2_000)
    for _ in range(2):
        online.take(shop, [], [refund(9, of=9)], at=AT)
        assert states(shop) == ["open", "open"]
        assert money(shop) == (146_000, 4_000, 0)
    use_row = CouponUse.objects.get()
    assert (use_row.undone_at, use_row.undone_by, use_row.came_back) == (AT, "jiacan", "open")
    assert_books_add_up(shop)


def told():
    return [
        (row.data["order"], row.data["coupon"], row.data["customer"], row.data["off_minor"], row.data["state"])
        for row in Delivery.objects.filter(kind="coupon.returned")
    ]


def test_other_systems_are_told_once_that_a_coupon_came_back_and_not_by_which_code():
    shop = used_on_an_order()
    webhooks.add_endpoint(
        shop.id,
        url="https://shop.example/hooks",
        kinds=[EventKind.COUPON_RETURNED],
        actor=WHO,
        at=AT,
        resolver=lambda *_: ("93.184.216.34",),
    )
    for _ in range(2):
        online.take(shop, [], [refund(9, of=9)], at=AT)
        coupons.catch_up(shop.id, at=AT + timedelta(hours=1))
        assert told() == [("o-9", "next-20", "c-1", 2000, "open")]
    code = CouponRow.objects.order_by("id").first().code
    assert not any(code in f"{row.subject}{row.data}" for row in Delivery.objects.all())
    use(shop, next(each for each in mine(shop) if each.code == code), asked("o-10"))
    coupons.undo(shop.id, code, "o-10", by="till", at=AT)
    assert len(told()) == 1


def test_a_part_of_the_order_keeps_the_coupon_until_the_rest_comes_back():
    shop = go_live("gifts", TWO_EACH)
    first, _ = earn(shop)
    use(shop, first, asked("o-9"))
    bought = order(9, 20, customer="c-1")
    online.take(shop, [replace(bought, lines=(replace(bought.lines[0], quantity=3),))], [], at=AT)
    for number, pieces, state in (("a", 1, "used"), ("b", 1, "used"), ("c", 1, "open")):
        part = replace(refund(number, of=9), lines=(RefundLine("pot", pieces),))
        online.take(shop, [], [part], at=AT)
        assert states(shop)[0] == state
    assert_books_add_up(shop)


def test_a_coupon_whose_plan_keeps_it_used_stays_with_its_order():
    shop = used_on_an_order(KEEP)
    online.take(shop, [], [refund(9, of=9)], at=AT)
    assert states(shop) == ["used", "open"]
    assert money(shop) == (146_000, 2_000, 2_000)


def test_refunds_that_came_from_files_are_caught_up_with():
    shop = used_on_an_order()
    orders.take(shop.id, [], [refund(9, of=9)], currency="GBP")
    assert states(shop) == ["used", "open"]
    for _ in range(2):
        coupons.catch_up(shop.id, at=AT)
        assert states(shop) == ["open", "open"]
    assert money(shop) == (146_000, 4_000, 0)
    assert_books_add_up(shop)


def return_and_undo(url: str, barrier: Barrier, number: int) -> None:
    """Half of the processes send the refund, the others undo the use and use the coupon elsewhere."""
    database.connect(url)
    shop = tenancy.get_shop("gifts")
    code = CouponRow.objects.order_by("id").first().code
    barrier.wait(PATIENCE_SECONDS)
    try:
        if number % 2:
            online.take(shop, [], [refund(9, of=9)], at=AT)
        else:
            coupons.undo(shop.id, code, "o-9", by="till", at=AT)
            coupons.use(shop.id, code, asked(f"n-{number}"), by="till", at=AT)
    except JiacanError:
        return
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_refunds_and_tills_at_once_give_the_coupon_back_once(processes, test_database_url):
    shop = used_on_an_order()
    at_once(processes, return_and_undo, test_database_url)
    on_the_order = CouponUse.objects.get(order_id="o-9")
    assert on_the_order.undone_at == AT
    still = CouponUse.objects.filter(undone_at=None)
    assert still.count() == 1
    assert money(shop) == (146_000, 2_000, 2_000)
    assert ledger.audit(shop.id).clean
