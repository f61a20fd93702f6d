"""Eight processes at one shop's coupons: each code once, and never beyond the budget line.

A child process imports this file by its name, so everything it runs stands at the top level.
"""

from __future__ import annotations

from threading import Barrier

import pytest
from django.db import connection

import jiacan.project.start  # noqa: F401 - readies the models in a child process, before the facades are imported
from jiacan.campaigns.facade import coupons
from jiacan.kernel.errors import JiacanError
from jiacan.members.contracts.coupons import CouponUsed, NewBatch, NotTheirs
from jiacan.members.models.coupons import Coupon, CouponUse
from jiacan.offers.contracts.errors import BeyondBudget
from jiacan.project import database
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Shop
from tests.slices.coupon_shop import DAY, TWO_EACH, asked, earn, made, make, money
from tests.slices.online_shop import AT, PLAN_ID, WHO, assert_books_add_up, go_live
from tests.slices.processes import at_once

PROCESSES, PATIENCE_SECONDS = 8, 120


def begin(url: str, barrier: Barrier) -> Shop:
    """The shop, in a child process that begins with the others."""
    database.connect(url)
    shop = tenancy.get_shop("gifts")
    barrier.wait(PATIENCE_SECONDS)
    return shop


def use_every_code(url: str, barrier: Barrier, number: int) -> int:
    """Each process uses every code of the shop, each on an order of its own."""
    shop = begin(url, barrier)
    used = 0
    for row in Coupon.objects.order_by("id"):
        try:
            what = asked(f"n-{number}-{row.pk}", customer=row.customer_id or f"c-{number}")
            used += coupons.use(shop.id, row.code, what, by="till", at=AT).off_minor == 2_000
        except (CouponUsed, NotTheirs):
            continue
    connection.close()
    return used


@pytest.mark.django_db(transaction=True)
def test_eight_processes_use_each_code_once(processes, test_database_url):
    shop = go_live("gifts", TWO_EACH)
    for number in range(4):
        earn(shop, number)
    made(shop, make(shop, 8))
    assert sum(at_once(processes, use_every_code, test_database_url)) == 16
    assert CouponUse.objects.count() == 16
    assert money(shop) == (150_000 - 32_000, 0, 32_000)
    assert_books_add_up(shop)


def use_and_undo(url: str, barrier: Barrier, number: int) -> int:
    """Each process uses the one code and gives it back, again and again."""
    shop = begin(url, barrier)
    code = Coupon.objects.get().code
    for turn in range(6):
        order_id = f"n-{number}-{turn}"
        try:
            coupons.use(shop.id, code, asked(order_id), by="till", at=AT)
            coupons.undo(shop.id, code, order_id, by="till", at=AT)
        except CouponUsed:
            continue
    connection.close()
    return 0


@pytest.mark.django_db(transaction=True)
def test_a_code_that_is_used_and_given_back_by_eight_processes_is_held_for_once_in_the_end(
    processes, test_database_url
):
    shop = go_live("gifts")
    earn(shop)
    at_once(processes, use_and_undo, test_database_url)
    assert CouponUse.objects.filter(undone_at__isnull=True).count() == 0
    assert CouponUse.objects.count() >= 1
    assert money(shop) == (148_000, 2_000, 0)
    assert_books_add_up(shop)


def make_codes(url: str, barrier: Barrier, number: int) -> int:
    """Each process makes batches of ten until it is told that the line has no more."""
    shop = begin(url, barrier)
    codes = 0
    try:
        while True:
            wanted = NewBatch("next-20", "coupons", 10, f"partner {number}", AT + DAY)
            codes += coupons.make_batch(shop.id, PLAN_ID, wanted, actor=WHO, at=AT).codes
    except BeyondBudget:
        connection.close()
        return codes
    except JiacanError:
        return -1


@pytest.mark.django_db(transaction=True)
def test_eight_processes_make_no_more_codes_than_the_line_bears(processes, test_database_url):
    shop = go_live("gifts")
    assert sum(at_once(processes, make_codes, test_database_url)) == 70
    assert Coupon.objects.count() == 70
    assert money(shop) == (10_000, 140_000, 0)
    assert_books_add_up(shop)
