"""The pages of referrals in a real browser: readable, fitting a phone, with nothing that axe finds."""

from __future__ import annotations

import pytest

from jiacan.referrals.contracts.payouts import Method, Payee
from jiacan.referrals.facade import paying
from jiacan.tenancy.contracts import Actor, Role
from tests.slices.online_shop import AT
from tests.slices.referring_shop import CASH, CASH_LINE, referring_shop, terms
from tests.web.pages import member_of

pytestmark = pytest.mark.django_db(transaction=True)

MAKER = Actor("maker@gifts.example", "test")


def test_every_page_of_referrals_can_be_read(pages):
    shop = referring_shop(CASH, CASH_LINE, terms("  per_network_per_day: 2\n"))
    tree = (("anna", "ben"), ("anna", "cleo"), ("ben", "dora"), ("ben", "emil"), ("dora", "a-customer-number-" * 3))
    for number, (referrer, friend) in enumerate(tree):
        shop.click(referrer, friend, address=f"198.51.100.{number}")
        shop.buy(number, friend, hours=number, received_days=1)
    shop.pass_time(days=9)
    paying.save_payee(shop.shop.id, Payee("anna", Method.ALIPAY, "anna@example.com", "安娜"), actor=MAKER, at=AT)
    paying.make_batch(shop.shop.id, Method.ALIPAY, actor=MAKER, at=AT)
    owner = member_of(shop.shop, Role.OWNER)
    for place in ("", "review", "tree", "payouts"):
        page = pages.read(f"/s/gifts/referrals/{place}", person=owner)
        pages.shoot(page, f"referrals-{place or 'list'}")
