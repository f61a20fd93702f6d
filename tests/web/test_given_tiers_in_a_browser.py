"""A tier that was given, on a phone and on the staff's page, in a real browser."""

from __future__ import annotations

import pytest

from jiacan.tenancy.contracts import Role
from tests.web.member_shop import member_shop
from tests.web.pages import member_of
from tests.web.test_given_tiers_shown import LIFT
from tests.web.test_member_page_in_a_browser import PHONE, opened

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_tier_that_was_given_can_be_read_by_customer_and_staff(pages):
    shop = member_shop(LIFT)
    shop.sell(220)
    page = opened(pages, shop)
    assert page.get_by_text("Given to you up to and including").is_visible()
    pages.axe(page)
    pages.fits(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    pages.shoot(page, "member-given-tier")
    page = pages.read("/s/gifts/members/?q=anna", person=member_of(shop.shop, Role.OWNER))
    pages.shoot(page, "staff-given-tier")
