"""The staff's page of the points mall in a real browser: readable, fitting a phone, with nothing that axe finds."""

from __future__ import annotations

import pytest
from django.utils import timezone

from jiacan.campaigns.facade import mall
from jiacan.tenancy.contracts import Role
from tests.slices.mall_shop import mall_shop
from tests.slices.online_shop import PLAN_ID, WHO
from tests.web.pages import member_of
from tests.web.test_mall import FOR_LONG

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_page_of_the_mall_can_be_read(pages):
    shop = mall_shop(FOR_LONG)
    shop.give_points(5000)
    shop.upload("FILM-0001\nFILM-0002")
    at = timezone.now()
    for number, item in enumerate(("mall-mug", "mall-mug", "mall-tablet", "mall-coupon", "mall-cinema")):
        made = mall.redeem(shop.shop.id, "anna", f"{PLAN_ID}/{item}", key=f"cart-{number}", at=at)
        if number == 1:
            number_of = made.redemption.id
            mall.ship(shop.shop.id, number_of, carrier="DHL", parcel="P-77", actor=WHO, at=at)
    owner = member_of(shop.shop, Role.OWNER)
    for place, name in (("", "mall"), ("?q=nobody", "mall-empty")):
        page = pages.read(f"/s/gifts/mall/{place}", person=owner)
        pages.shoot(page, name)
