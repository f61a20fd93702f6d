"""The pages that customers meet, as a browser without a session gets them."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from jiacan.campaigns.facade import public, running
from jiacan.kernel.messages import ENGLISH
from jiacan.plans import facade as plans
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import COMMAND_LINE, Shop
from tests.slices.histories import PLAN
from tests.slices.orders_files import orders_file, row
from tests.web.pages import LANGUAGES, THEMES

pytestmark = pytest.mark.django_db
PAGE = "/c/gifts/order-bonus-2011/"


@pytest.fixture
def shop(tmp_path) -> Shop:
    """The reference plan with one mug, and two orders that both earn one."""
    text = PLAN.read_text().replace("units: 150", "units: 1").replace("holdout: {share: 10%}", "")
    orders = orders_file(
        tmp_path / "orders.csv",
        row("first", customer_id="c1", unit_price="160.00"),
        row("second", customer_id="c2", unit_price="170.00", paid_at="2011-11-14 10:00:00"),
    )
    running.run(
        plans.check_text(text, "plan.yaml"),
        running.OrderFiles((orders,)),
        actor=COMMAND_LINE,
        words=ENGLISH,
        on_progress=lambda *_: None,
    )
    return tenancy.get_shop("gifts")


@pytest.fixture
def in_a_browser(transactional_db, shop) -> Shop:
    """The same shop, where a live server sees it."""
    return shop


def page(address: str, language: str = "en") -> str:
    """A page's text with its white space closed up."""
    answer = Client(headers={"accept-language": language}).get(address)
    assert answer.status_code == 200, answer.content[:500]
    return " ".join(answer.content.decode().split())


def test_the_campaign_page_says_rules_dates_odds_what_is_left_and_who_answers_for_it(shop):
    found = page(PAGE)
    for said in (
        "Spend more, get more",
        "spend £150.00 or more",
        "Custom mug × 1, worth £8.00",
        "only the highest step reached is given",
        "none left",
        "Tablet × 1, worth £80.00",
        "1 in 100",
        "Gifts Ltd",
        "service@gifts.example",
        "Europe/London",
        "Rules version 1",
    ):
        assert said in found


def test_the_campaign_page_speaks_chinese_to_a_chinese_browser(shop):
    found = page(PAGE, "zh-CN")
    assert "订单满额加餐" in found
    assert "定制马克杯" in found
    assert "Spend more" not in found


def test_what_is_not_live_has_no_page(shop):
    for address in ("/c/gifts/other/", "/c/nowhere/order-bonus-2011/", "/c/gifts/other/qr.svg"):
        assert Client().get(address).status_code == 404


def test_the_page_asks_for_no_script_and_keeps_under_100_kilobytes(shop):
    answer = Client().get(PAGE)
    assert b"<script" not in answer.content
    assert len(answer.content) < 100_000


def test_the_address_can_be_had_as_a_picture(shop):
    answer = Client().get(f"{PAGE}qr.svg")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml")
    assert b"style=" not in answer.content


def test_a_receipt_says_what_the_order_got_and_why_not(shop):
    first = page(f"/r/{public.receipt_link(shop.id, 'first').value}/")
    second = page(f"/r/{public.receipt_link(shop.id, 'second').value}/")
    assert "Given: Custom mug" in first
    assert "Custom mug ran out at 11-14 09:00; given instead: Sample set" in second
    assert "first" not in second


def test_a_link_to_a_receipt_is_the_same_when_asked_for_again_and_names_neither_order_nor_customer(shop):
    secret = public.receipt_link(shop.id, "first").value
    assert public.receipt_link(shop.id, "first").value == secret
    assert len(secret) == 32
    assert "first" not in secret
    assert "c1" not in re.sub(r'"[^"]*"', "", page(f"/r/{secret}/"))  # in a secret it may stand by chance


def test_a_receipt_is_not_kept_by_caches_and_tells_no_other_site_its_address(shop):
    answer = Client().get(f"/r/{public.receipt_link(shop.id, 'first').value}/")
    assert "no-store" in answer["Cache-Control"]
    assert (answer["Referrer-Policy"], answer["X-Robots-Tag"]) == ("same-origin", "noindex")


def test_an_invented_link_leads_nowhere(shop):
    secret = public.receipt_link(shop.id, "first").value
    for wrong in (secret[:-1] + ("a" if secret[-1] != "a" else "b"), "x", "第一"):
        assert Client().get(f"/r/{wrong}/").status_code == 404


def test_a_link_to_an_order_that_is_not_paid_says_so(shop):
    found = page(f"/r/{public.receipt_link(shop.id, 'third').value}/")
    assert "No campaign has an answer to this order yet" in found


def test_the_pages_read_well_on_a_phone_and_on_a_desk(in_a_browser, pages):
    link = public.receipt_link(in_a_browser.id, "second").value
    for name, address in (("public-campaign", PAGE), ("public-receipt", f"/r/{link}/")):
        pages.shoot(pages.read(address, languages=LANGUAGES, themes=THEMES), name)


def test_the_pages_need_no_script(in_a_browser, pages):
    page = pages.open(PAGE, scripts=False, width=390)
    assert page.get_by_role("heading", name="What you get").is_visible()
