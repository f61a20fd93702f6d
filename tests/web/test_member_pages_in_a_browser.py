"""The page of a customer in a real browser: readable, fitting a phone, with nothing that axe finds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from jiacan.members.facade import spending
from jiacan.tenancy.contracts import Role
from tests.slices.members_shop import PointsShop
from tests.slices.online_shop import WHO
from tests.slices.test_member_tiers import buy, tiers_shop
from tests.web.pages import member_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_page_of_a_customer_can_be_read(pages):
    shop = PointsShop(tiers_shop())
    buy(shop.shop, 1, 320)
    spending.correct(
        *(shop.shop.id, "anna", 50),
        reference="fix-1",
        reason="A late parcel",
        expires_at=timezone.now() + timedelta(days=6),
        actor=WHO,
        at=timezone.now(),
    )
    shop.spend(30, reference="mall-1")
    owner = member_of(shop.shop, Role.OWNER)
    for place, name in (("", "members"), ("?q=anna", "member"), ("?q=nobody", "member-unknown")):
        page = pages.read(f"/s/gifts/members/{place}", person=owner)
        pages.shoot(page, name)
