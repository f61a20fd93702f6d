"""Photographs of prizes in a real browser: what it made itself is stripped, kept and shown as it was."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from jiacan.draws.facade import photographs
from jiacan.tenancy.contracts import Role
from tests.core.small_photographs import SECRET, exif, segment
from tests.web.draw_shop import PLAN_ID, WHO, DrawShop, draw_shop
from tests.web.pages import member_of

STAFF = f"/s/gifts/campaigns/{PLAN_ID}/draws/"
DRAWN = """(kind) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 480, height: 320 });
    const brush = canvas.getContext("2d");
    brush.fillStyle = "#e8d9b5"; brush.fillRect(0, 0, 480, 320);
    brush.fillStyle = "#37506b"; brush.fillRect(140, 60, 200, 200);
    return canvas.toDataURL(kind);
}"""
SIZES = "[...document.querySelectorAll('.draw-photograph')].map(it => [it.naturalWidth, it.naturalHeight])"
LOADED = "Promise.all([...document.querySelectorAll('.draw-photograph')].map(it => it.decode()))"


@pytest.fixture
def shop(transactional_db) -> DrawShop:
    made = draw_shop(cards=8)
    made.sell("anna-001")
    return made


def drawn(pages, kind: str) -> bytes:
    """A picture that the browser made."""
    page = pages.open("/draws/check")
    return base64.b64decode(page.evaluate(DRAWN, kind).split(",")[1])


def take(shop: DrawShop, draw_id: str, prize: str, data: bytes) -> None:
    photographs.take_photograph(shop.shop.id, PLAN_ID, draw_id, prize, data, actor=WHO, at=datetime.now(UTC))


def test_the_browser_shows_what_it_made_and_turns_what_lies_on_its_side(shop, pages):
    jpeg = drawn(pages, "image/jpeg")
    lying = jpeg[:2] + segment(0xE1, exif(6)) + jpeg[2:]
    assert SECRET in lying
    for prize, data in (
        ("first", lying),
        ("second", drawn(pages, "image/webp")),
        ("third", drawn(pages, "image/png")),
    ):
        take(shop, "lucky", prize, data)
    page = pages.open(f"/d/{shop.draw('lucky').code}/", width=390)
    page.locator(".draw-photograph").last.scroll_into_view_if_needed()
    page.evaluate(LOADED)
    assert page.evaluate(SIZES) == [[320, 480], [480, 320], [480, 320]]
    pages.axe(page)
    pages.fits(page)
    pages.shoot(page, "draw-photographs")
    staff = pages.open(f"{STAFF}lucky/page", person=member_of(shop.shop, Role.OPERATIONS), width=390)
    staff.get_by_text("Photographs of prizes").click()
    staff.locator(".draw-photograph").last.scroll_into_view_if_needed()
    staff.evaluate(LOADED)
    pages.axe(staff)
    pages.fits(staff)
    staff.evaluate("document.querySelectorAll('details').forEach(it => it.open = true)")
    pages.shoot(staff, "draw-photographs-staff")


def test_the_named_prizes_photograph_stands_on_the_wall(shop, pages):
    take(shop, "gala", "tablet", drawn(pages, "image/jpeg"))
    shop.close("gala")
    shop.enter_value("gala")
    page = pages.open(f"{STAFF}gala/stage?wall", person=member_of(shop.shop, Role.OPERATIONS), width=1280)
    page.get_by_role("button", name="Begin the draw").click()
    page.locator("button[name=prize]").first.click()
    page.evaluate(LOADED)
    assert page.locator(".draw-photograph").is_visible()
    pages.axe(page)
    pages.fits(page)
    pages.shoot(page, "draw-photographs-wall")
