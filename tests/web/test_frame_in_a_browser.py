"""The frame in a real browser: readable for everyone, by keyboard, without script, and through the second step."""

from __future__ import annotations

import pytest
from allauth.mfa.totp.internal import auth
from playwright.sync_api import Page

from tests.web.pages import Pages, member_of, shop_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.urls("tests.web.specimen")
@pytest.mark.parametrize("width", [390, 1280])
def test_every_part_is_readable_for_everyone(pages: Pages, width: int):
    owner = member_of(shop_of("gifts"), name="Owner")
    page = pages.open("/s/gifts/campaigns/x/", person=owner, width=width)
    page.wait_for_selector("[data-live-state][data-state=over]")
    pages.axe(page)
    pages.fits(page)
    page.emulate_media(color_scheme="dark")
    pages.colours(page)


@pytest.mark.urls("tests.web.specimen")
def test_a_page_works_with_the_keyboard_and_follows_what_happens(pages: Pages):
    page = pages.open("/s/gifts/campaigns/x/", person=member_of(shop_of("gifts")))
    page.wait_for_selector("#arrived")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('tr').querySelector('th').innerText") == "A-1002"
    page.keyboard.press("x")
    assert page.locator("[data-ticked-bar]").inner_text().startswith("1")
    page.keyboard.press("k")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("jk/")
    assert page.locator("[data-search]").input_value() == "jk/"


@pytest.mark.urls("tests.web.specimen")
def test_what_cannot_be_undone_has_to_be_typed(pages: Pages):
    page = pages.open("/s/gifts/campaigns/x/", person=member_of(shop_of("gifts")))
    page.get_by_role("button", name="Stop giving mugs, give sample sets").click()
    stop = page.get_by_role("dialog").get_by_role("button", name="Stop giving mugs")
    assert stop.is_disabled()
    page.get_by_label("Type gifts to go on").fill("gift")
    assert stop.is_disabled()
    page.get_by_label("Type gifts to go on").fill("gifts")
    assert stop.is_enabled()
    pages.axe(page)
    page.get_by_role("button", name="Leave it as it is").click()
    assert page.get_by_role("dialog").count() == 0


@pytest.mark.urls("tests.web.specimen")
def test_without_script_menus_dialogs_and_meanings_still_open(pages: Pages):
    page = pages.open("/s/gifts/campaigns/x/", person=member_of(shop_of("gifts")), scripts=False)
    page.get_by_role("button", name="Stop giving mugs, give sample sets").click()
    assert page.get_by_role("heading", name="Stop giving mugs?").is_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Orders").click()
    assert page.get_by_text("Paid orders in the window").is_visible()


@pytest.mark.urls("tests.web.specimen")
def test_a_lost_connection_is_said_and_forgotten_when_it_is_back(pages: Pages):
    page = pages.open("/s/gifts/campaigns/x/", person=member_of(shop_of("gifts")))
    page.wait_for_selector("[data-live-state][data-state=over]")
    page.context.set_offline(True)
    assert "No connection" in page.get_by_role("alert").inner_text()
    page.context.set_offline(False)
    page.wait_for_selector("[data-warned]", state="detached")


@pytest.mark.urls("tests.web.specimen")
def test_a_theme_changes_at_once_and_stays(pages: Pages):
    page = pages.open("/s/gifts/campaigns/x/", person=member_of(shop_of("gifts"), name="Owner"))
    page.get_by_text("Owner").first.click()
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 19, 17)"


@pytest.mark.parametrize("width", [390, 1280])
def test_signing_in_works_for_everyone(pages: Pages, width: int):
    person = member_of(shop_of("gifts"))
    person.set_password("a long pass phrase")
    person.save()
    page = pages.open("/account/login/", width=width)
    pages.axe(page)
    pages.fits(page)
    pages.shoot(page, "login")
    sign_in(page, person.email, "a long pass phrase")
    page.wait_for_url("**/s/gifts/")


def sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_the_second_step_is_set_up_and_then_asked_for(pages: Pages):
    person = member_of(shop_of("gifts"))
    person.set_password("a long pass phrase")
    person.save()
    page = pages.open("/account/2fa/totp/activate/", person=person)
    page.get_by_label("Password").fill("a long pass phrase")
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/totp/activate/")
    pages.axe(page)
    pages.shoot(page, "second-step")
    secret = page.locator("[data-copied-text]").inner_text()
    page.locator("input[name=code]").fill(code_now(secret))
    page.get_by_role("button", name="Turn on").click()
    page.wait_for_url("**/recovery-codes/")
    pages.axe(page)
    pages.shoot(page, "recovery-codes")
    codes = page.locator("[data-copied-text]").inner_text().split()
    assert len(codes) == 10
    other = pages.open("/account/login/")
    sign_in(other, person.email, "a long pass phrase")
    other.wait_for_url("**/2fa/authenticate/")
    pages.axe(other)
    other.locator("input[name=code]").fill(codes[0])
    other.get_by_role("button", name="Sign in").click()
    other.wait_for_url("**/s/gifts/")


def code_now(secret: str) -> str:
    """The six digits that an authenticator app shows."""
    counter = next(iter(auth.yield_hotp_counters_from_time()))
    return auth.format_hotp_value(auth.hotp_value(secret, counter))


@pytest.mark.parametrize(
    "path", ["/account/2fa/", "/account/password/change/", "/account/sessions/", "/account/logout/", "/shops"]
)
def test_pages_of_ones_own_account_are_readable_for_everyone(pages: Pages, path: str):
    page = pages.read(path, person=member_of(shop_of("gifts")), widths=[390])
    pages.shoot(page, path.strip("/").replace("/", "-"))
