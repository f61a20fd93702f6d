"""Referrals move with their shop: links still lead on, and nothing of them is left behind."""

from __future__ import annotations

import pytest

from jiacan.kernel.places import at_place
from jiacan.project.places.moving import move_shop
from jiacan.referrals.contracts.payouts import Method, Payee
from jiacan.referrals.contracts.referrals import State
from jiacan.referrals.facade import linking, paying
from tests.slices.online_shop import AT, PLAN_ID, WHO, assert_books_add_up
from tests.slices.places.looking import rows_of
from tests.slices.referring_shop import CASH, CASH_LINE, referring_shop

pytestmark = pytest.mark.django_db


def test_referrals_move_with_their_shop_and_go_on_there(servers):
    shop = referring_shop(CASH, CASH_LINE)
    for number, friend in enumerate(("ben", "cleo")):
        shop.click("anna", friend)
        shop.buy(number, friend, hours=number, received_days=number * 10)
    shop.pass_time(days=8)
    paying.save_payee(shop.shop.id, Payee("anna", Method.ALIPAY, "anna@example.com", "Anna"), actor=WHO, at=AT)
    paying.make_batch(shop.shop.id, Method.ALIPAY, actor=WHO, at=AT)
    before = rows_of(servers["main"], shop.shop.id)
    move_shop(shop.shop, servers["east"], tuple(servers.values()), on_progress=lambda *_: None)
    assert rows_of(servers["east"], shop.shop.id) == before
    with at_place(shop.shop.id):
        code = linking.make_link(shop.shop.id, PLAN_ID, "anna", at=AT).code
    clicked = linking.click(code, visitor="", address="198.51.100.7", at=AT)
    assert clicked is not None
    with at_place(shop.shop.id):
        assert linking.get_link(shop.shop.id, code).clicks == 3
        shop.pass_time(days=18)
        assert {each.state for each in shop.referrals()} == {State.COMPLETED}
        assert len(paying.payouts_of(shop.shop.id)) == 2
        assert_books_add_up(shop.shop)
