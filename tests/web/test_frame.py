"""The frame of every page: it keeps to its own content policy, speaks both languages, and stays readable when things
go wrong."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from jiacan.tenancy.contracts import Role
from tests.style.templates import Template, templates
from tests.web.pages import Pages, member_of, shop_of, signed_in

pytestmark = pytest.mark.django_db

# The report is a document of its own, made for being sent around: it carries its own style.
DOCUMENTS = {
    "src/jiacan/campaigns/templates/campaigns/report.html",
    "src/jiacan/campaigns/templates/campaigns/report_table.html",
}
PAGES = [template for template in templates() if template.name not in DOCUMENTS and template.name.endswith(".html")]
NAMES = [template.name for template in PAGES]

TAG = r"<[^>]*?\s"
FORBIDDEN = {
    "a style attribute": rf"{TAG}style\s*=",
    "a handler in an attribute": rf"{TAG}on[a-z]+\s*=\s*[\"']",
    "a style element": r"<style\b",
    "a script without nonce": r"<script\b(?![^>]*\bnonce=)(?![^>]*type=\"application/json\")",
    "a script in the page": r"<script\b[^>]*>\s*[^<\s]",
    "an address that runs": r"javascript:",
    "something from elsewhere": r"(?:src|href)=\"(?:https?:)?//",
}
SAME_IN_EVERY_LANGUAGE = {
    "English",
    "Enter",
    "Jiacan",
    "CSV",
    "NDJSON",
    "JSON",
    "API",
    "YAML",
    "XLSX",
    "HTML",
    "ID",
    "URL",
}
NOT_SAID = (
    r"{#.*?#}",
    r"{%\s*(?:blocktranslate|blocktrans|comment)\b.*?{%\s*end(?:blocktranslate|blocktrans|comment)\s*%}",
    r"{%\s*block body_class\s*%}.*?{%\s*endblock\s*%}",
    r"<(code|pre|kbd|script)\b.*?</\1>",
    r"{%.*?%}",
    r"{{.*?}}",
)
SAID_IN_ATTRIBUTES = re.compile(r'\b(?:aria-label|title|alt|placeholder|data-name)="([^"]*)"')


def english_in(template: Template) -> set[str]:
    """Words that stand in the template as they are."""
    bare = template.text
    for pattern in NOT_SAID:
        bare = re.sub(pattern, " ", bare, flags=re.DOTALL)
    said = [re.sub(r"<(?:\"[^\"]*\"|'[^']*'|[^'\">])*>", " ", bare), *SAID_IN_ATTRIBUTES.findall(bare)]
    return {word for text in said for word in re.findall(r"[A-Za-z]{2,}", re.sub(r"&[a-z]+;", " ", text))}


@pytest.mark.parametrize("template", PAGES, ids=NAMES)
def test_a_template_keeps_to_the_content_policy(template: Template):
    bare = re.sub(r"{#.*?#}|{%\s*comment\b.*?{%\s*endcomment\s*%}", "", template.text, flags=re.DOTALL)
    assert [what for what, pattern in FORBIDDEN.items() if re.search(pattern, bare)] == []


@pytest.mark.parametrize("template", PAGES, ids=NAMES)
def test_every_word_of_a_template_can_be_translated(template: Template):
    assert english_in(template) - SAME_IN_EVERY_LANGUAGE == set()


def test_the_policy_travels_with_every_page(client: Client):
    policy = client.get("/account/login/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


# --- who is led where -------------------------------------------------------------------------------------


def test_whoever_has_not_signed_in_is_asked_to(client: Client):
    assert client.get("/").headers["Location"] == "/account/login/?next=/"


def test_someone_without_a_shop_is_told_what_to_do():
    loner = member_of(shop_of("gifts"), email="loner@example.com")
    loner.member_set.all().delete()
    page = signed_in(loner).get("/")
    assert page.status_code == 200
    assert "belong to no shop yet" in page.content.decode()
    assert "loner@example.com" in page.content.decode()


def test_someone_with_several_shops_chooses():
    person = member_of(shop_of("gifts", name="The gift shop"))
    member_of(shop_of("books", name="The book shop"), Role.ANALYST, email=person.email)
    page = signed_in(person).get("/").content.decode()
    assert "The gift shop" in page
    assert "The book shop" in page


def test_the_places_shown_are_those_that_the_role_may_enter():
    shop = shop_of("gifts")
    owner = signed_in(member_of(shop, Role.OWNER)).get("/s/gifts/settings/", follow=True).content.decode()
    packer = signed_in(member_of(shop, Role.WAREHOUSE)).get("/s/gifts/settings/", follow=True).content.decode()
    assert "/s/gifts/settings/tokens" in owner
    assert "/s/gifts/settings/tokens" not in packer


# --- language and colours ---------------------------------------------------------------------------------


def test_a_language_is_kept_for_the_browser_and_the_person(client: Client):
    person = member_of(shop_of("gifts"))
    own = signed_in(person)
    answer = own.post("/language", {"language": "zh", "next": "/shops"})
    assert answer.headers["Location"] == "/shops"
    assert own.cookies["django_language"].value == "zh-hans"
    person.refresh_from_db()
    assert person.language == "zh"
    assert 'lang="zh-hans"' in own.get("/shops").content.decode()


def test_a_language_that_is_not_spoken_is_refused(client: Client):
    assert client.post("/language", {"language": "xx"}).status_code == 400
    assert "django_language" not in client.cookies


def test_nobody_is_led_elsewhere_by_a_form(client: Client):
    answer = client.post("/theme", {"theme": "dark", "next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == "/"


def test_a_theme_is_kept_and_forgotten(client: Client):
    client.post("/theme", {"theme": "dark"})
    assert 'data-theme="dark"' in client.get("/account/login/").content.decode()
    client.post("/theme", {"theme": ""})
    assert "data-theme" not in client.get("/account/login/").content.decode().split("<body")[0]


def test_a_theme_that_does_not_exist_is_not_kept(client: Client):
    client.cookies["jiacan_theme"] = '"><script>'
    assert "script>" not in client.get("/account/login/").content.decode().split("<head>")[0]


# --- trouble ----------------------------------------------------------------------------------------------


def test_an_address_that_does_not_exist_says_so(client: Client):
    answer = client.get("/nothing/here")
    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()


def test_a_shop_that_is_not_ones_own_does_not_exist():
    shop_of("books")
    outsider = signed_in(member_of(shop_of("gifts")))
    assert outsider.get("/s/books/settings/").status_code == 404
    assert outsider.get("/s/never/settings/").status_code == 404


def test_a_form_from_elsewhere_is_refused_in_words():
    answer = Client(enforce_csrf_checks=True).post("/theme", {"theme": "dark"})
    assert answer.status_code == 403
    assert "The form had grown old" in answer.content.decode()


@pytest.mark.urls("tests.web.specimen")
def test_a_fault_shows_no_traceback_and_asks_nothing_of_the_database(django_assert_num_queries):
    client = Client(raise_request_exception=False)
    with django_assert_num_queries(0):
        answer = client.get("/broken")
    assert answer.status_code == 500
    assert "nothing is left half done" in answer.content.decode()
    assert "broken on purpose" not in answer.content.decode()


@pytest.mark.urls("tests.web.specimen")
def test_names_are_escaped_wherever_they_stand():
    shop = shop_of("gifts", name="<b>Gifts</b> & Co")
    page = signed_in(member_of(shop)).get("/s/gifts/campaigns/x/").content.decode()
    assert "&lt;b&gt;Gifts&lt;/b&gt; &amp; Co" in page
    assert "<b>Gifts</b> & Co" not in page


# --- in a browser -----------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls("tests.web.specimen")
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_every_part_is_readable_for_everyone(pages: Pages, width: int, theme: str):
    owner = member_of(shop_of("gifts"), name="Owner")
    page = pages.open("/s/gifts/campaigns/x/", person=owner, width=width, theme=theme)
    page.wait_for_selector("[data-live-state][data-state=over]")
    pages.axe(page)
    pages.fits(page)


@pytest.mark.django_db(transaction=True)
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


@pytest.mark.django_db(transaction=True)
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


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls("tests.web.specimen")
def test_without_script_menus_dialogs_and_meanings_still_open(pages: Pages):
    page = pages.open("/s/gifts/campaigns/x/", person=member_of(shop_of("gifts")), scripts=False)
    page.get_by_role("button", name="Stop giving mugs, give sample sets").click()
    assert page.get_by_role("heading", name="Stop giving mugs?").is_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Orders").click()
    assert page.get_by_text("Paid orders in the window").is_visible()


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls("tests.web.specimen")
def test_a_theme_changes_at_once_and_stays(pages: Pages):
    page = pages.open("/s/gifts/campaigns/x/", person=member_of(shop_of("gifts"), name="Owner"))
    page.get_by_text("Owner").first.click()
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 19, 17)"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1280])
def test_signing_in_works_for_everyone(pages: Pages, width: int):
    person = member_of(shop_of("gifts"))
    person.set_password("a long pass phrase")
    person.save()
    page = pages.open("/account/login/", width=width)
    pages.axe(page)
    pages.fits(page)
    pages.shoot(page, "login")
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password").fill("a long pass phrase")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/s/gifts/**")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "path", ["/account/2fa/", "/account/password/change/", "/account/sessions/", "/account/logout/", "/shops"]
)
def test_pages_of_ones_own_account_are_readable_for_everyone(pages: Pages, path: str):
    page = pages.open(path, person=member_of(shop_of("gifts")), width=390)
    pages.axe(page)
    pages.fits(page)
    pages.shoot(page, path.strip("/").replace("/", "-"))
