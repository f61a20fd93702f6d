"""The frame of every page: who is led where, in which language and colours, and what is said when things go wrong."""

from __future__ import annotations

import pytest
from django.test import Client

from jiacan.tenancy.contracts import Role
from tests.web.pages import member_of, shop_of, signed_in

pytestmark = pytest.mark.django_db


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
