"""A customer's own page in a real browser: readable, pressed with one thumb, and without script."""

from __future__ import annotations

import pytest
from django.utils import timezone

from jiacan.campaigns.web.member.guard import COOKIE
from jiacan.members.facade import sign_in
from jiacan.tenancy.contracts import Role
from tests.web.member_shop import PLAN_ID, MemberShop, member_shop, upload_codes
from tests.web.pages import Pages, member_of

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = 390
"""How wide a phone is, which a page that is wider would have itself zoomed out for."""

THUMB = 44
"""How high in pixels is what is pressed."""


@pytest.fixture
def shop() -> MemberShop:
    made = member_shop()
    made.sell(160)
    made.give_points(300)
    upload_codes(made, "KINO-AAAA-1111")
    return made


def opened(pages: Pages, shop: MemberShop, path: str = "", *, customer: str = "anna", **options):
    """A page of the customer's, by a link that lets them in as a phone would be."""
    secret = sign_in.make_link(shop.shop.id, customer, made_by="till", at=timezone.now()).value
    page = pages.open(f"/m/gifts/link/{secret}", width=PHONE, **options)
    page.click("main button")
    page.wait_for_url("**/m/gifts/")
    if path:
        page.goto(f"{pages.address}/m/gifts/{path}")
    return page


def test_each_page_of_a_customer_can_be_read_on_a_phone_and_is_pressed_with_a_thumb(pages, shop):
    for path, name in (("", "page"), ("points", "points"), ("mall", "mall"), (f"mall/items/{PLAN_ID}/cup", "item")):
        page = opened(pages, shop, path)
        pages.axe(page)
        pages.fits(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE, path
        low = page.eval_on_selector_all(
            "main .button",
            f"every => every.filter(e => e.offsetParent && e.offsetHeight < {THUMB}).map(e => e.innerText)",
        )
        assert low == [], (path, low)
        pages.shoot(page, f"member-{name}")


def test_what_a_new_customer_and_nobody_meets_can_be_read(pages, shop):
    pages.shoot(opened(pages, shop, customer="berta"), "member-new")
    page = pages.open("/m/gifts/enter?token=x", width=PHONE)
    pages.axe(page)
    pages.fits(page)
    pages.shoot(page, "member-door")
    pages.complaints[:] = [said for said in pages.complaints if "403" not in said]


def test_without_script_a_customer_signs_in_for_today_and_redeems(pages, shop):
    page = opened(pages, shop, scripts=False)
    assert page.locator("[data-copy]:visible").count() == 0
    page.click("text=Sign in for today")
    assert "Done for today." in page.inner_text("main")
    assert page.get_by_text("Today counts.").is_visible()
    page.goto(f"{pages.address}/m/gifts/mall/items/{PLAN_ID}/cup")
    page.click("text=Redeem for 100 points")
    assert "Cancel it and take 100 points back" in page.inner_text("main")


def test_with_script_a_code_is_copied(pages, shop):
    page = opened(pages, shop)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    code = page.inner_text("#coupons ~ article [data-copied-text]")
    page.click("#coupons ~ article [data-copy]")
    page.wait_for_selector("#coupons ~ article [data-copy][aria-pressed=true]")
    assert page.evaluate("navigator.clipboard.readText()") == code


def test_the_staffs_side_can_be_read(pages, shop):
    owner = member_of(shop.shop, Role.OWNER)
    for path, name in (("settings/member-page", "settings"), ("members/?q=anna", "customer")):
        page = pages.read(f"/s/gifts/{path}", person=owner)
        pages.shoot(page, f"member-{name}")
    page.click("text=Make a link")
    page.wait_for_selector("main img")
    pages.axe(page)
    pages.fits(page)
    page = pages.open("/s/gifts/settings/member-page", person=owner, width=390)
    page.click("text=Make a secret")
    page.wait_for_selector(".notice.is-good")
    pages.axe(page)
    pages.fits(page)
    assert COOKIE not in {cookie["name"] for cookie in page.context.cookies()}
