"""One-time links: opening one spends nothing, sending its form does; and nobody joins in another's name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import check_password
from django.test import Client

from jiacan.tenancy import facade as tenancy
from jiacan.tenancy import joining
from jiacan.tenancy.contracts import Actor, AuditQuery, Role
from jiacan.tenancy.models import Person
from tests.web.pages import member_of, shop_of, signed_in

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery 7"
FIRST = {
    "email": "Li@tea.example",
    "name": "Li",
    "password": PASSWORD,
    "shop_slug": "tea",
    "zone": "Asia/Shanghai",
}


def now():
    return datetime.now(UTC)


def first_link():
    return f"/start/{joining.new_sign_in_link(None, at=now(), minutes=60).value}"


def invitation_to(email, *, role=Role.FINANCE):
    owner = Actor("li@tea.example", "test")
    _, secret = joining.invite(shop_of("tea").id, email=email, role=role, actor=owner, at=now())
    return f"/invitation/{secret.value}"


def who(client):
    """Whose session the client has, if anyone's."""
    number = client.session.get("_auth_user_id")
    return number and Person.objects.get(pk=number).email


# --- the first owner --------------------------------------------------------------------------------------


def test_the_first_link_makes_the_owner_and_signs_them_in():
    client, link = Client(), first_link()
    assert [client.get(link).status_code for _ in range(2)] == [200, 200]
    assert client.post(link, FIRST).status_code == 302
    person = tenancy.find_person("li@tea.example")
    assert (who(client), tenancy.find_membership(person.id, "tea").role) == ("li@tea.example", Role.OWNER)
    assert check_password(PASSWORD, Person.objects.get().password)
    assert tenancy.search_audit(tenancy.get_shop("tea").id, AuditQuery())[0].origin == "console 127.0.0.1"
    assert Client().get(link).status_code == 410


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"email": "li"}, "valid email"),
        ({"name": ""}, "required"),
        ({"password": "short"}, "12 characters"),
        ({"password": "1qaz2wsx3edc"}, "too common"),
        ({"password": "li@tea.example"}, "too similar"),
        ({"shop_slug": "Tea House"}, "short name"),
        ({"zone": "Mars/Base"}, "valid choice"),
    ],
)
def test_a_first_owner_with_something_wrong_is_not_made_and_may_try_again(wrong, said):
    client, link = Client(), first_link()
    answer = client.post(link, FIRST | wrong)
    assert (answer.status_code, said in answer.text) == (400, True)
    assert (tenancy.has_people(), tenancy.find_shops(), who(client)) == (False, (), None)
    assert FIRST["password"] not in answer.text
    assert client.post(link, FIRST).status_code == 302


def test_the_first_link_says_which_shop_is_there_already():
    shop_of("gifts")
    answer = Client().get(first_link())
    assert 'value="gifts"' in answer.text
    assert "owns every shop that is here already" in answer.text


@pytest.mark.parametrize("path", ["/start/", "/enter/", "/invitation/"])
def test_a_link_that_was_never_given_out_opens_nothing(path):
    client = Client()
    assert [client.get(f"{path}jia_unknown").status_code, client.post(f"{path}jia_unknown").status_code] == [410, 410]
    assert who(client) is None


# --- signing in by link -----------------------------------------------------------------------------------


@pytest.fixture
def li():
    return member_of(shop_of("tea"), Role.OWNER, email="li@tea.example")


def test_a_link_signs_in_once_and_a_preview_does_not_spend_it(li):
    link = f"/enter/{joining.new_sign_in_link(li.pk, at=now(), minutes=5).value}"
    preview, client, late = Client(), Client(), Client()
    assert [preview.get(link).status_code, preview.head(link).status_code, who(preview)] == [200, 200, None]
    assert (client.post(link).status_code, who(client)) == (302, "li@tea.example")
    assert (late.post(link).status_code, who(late)) == (410, None)


def test_a_link_does_not_get_around_the_second_step(li):
    TOTP.activate(li, generate_totp_secret())
    client = Client()
    answer = client.post(f"/enter/{joining.new_sign_in_link(li.pk, at=now(), minutes=5).value}")
    assert (answer["Location"], who(client)) == ("/account/2fa/authenticate/", None)


def test_a_link_for_someone_who_was_closed_out_signs_no_one_in(li):
    Person.objects.filter(pk=li.pk).update(is_active=False)
    client = Client()
    client.post(f"/enter/{joining.new_sign_in_link(li.pk, at=now(), minutes=5).value}")
    assert who(client) is None


def test_whoever_signs_in_goes_on_in_their_language(li):
    Person.objects.filter(pk=li.pk).update(language="zh")
    client = Client()
    client.post(f"/enter/{joining.new_sign_in_link(li.pk, at=now(), minutes=5).value}")
    assert client.cookies["django_language"].value == "zh-hans"


# --- invitations ------------------------------------------------------------------------------------------


def test_someone_new_joins_with_a_password_of_their_own():
    link, client = invitation_to("wu@tea.example"), Client()
    assert client.get(link).status_code == 200
    assert client.post(link, {"name": "Wu", "password": PASSWORD}).status_code == 302
    person = tenancy.find_person("wu@tea.example")
    assert (who(client), person.name) == ("wu@tea.example", "Wu")
    assert tenancy.find_membership(person.id, "tea").role is Role.FINANCE
    assert client.get(link).status_code == 410


def test_a_weak_password_does_not_spend_the_invitation():
    link, client = invitation_to("wu@tea.example"), Client()
    assert client.post(link, {"name": "Wu", "password": "wu@tea.example"}).status_code == 400
    assert (tenancy.find_person("wu@tea.example"), client.get(link).status_code) == (None, 200)


def test_whoever_is_known_joins_only_as_themselves(li):
    wu = member_of(shop_of("coffee"), Role.ANALYST, email="wu@coffee.example")
    link = invitation_to("wu@coffee.example")
    for client in (Client(), signed_in(li)):
        answer = client.post(link, {"name": "x", "password": PASSWORD})
        assert (answer.status_code, "has an account here already" in answer.text) == (200, True)
    assert tenancy.find_membership(wu.pk, "tea") is None
    answer = signed_in(wu).post(link)
    assert (answer["Location"], tenancy.find_membership(wu.pk, "tea").role) == ("/s/tea/", Role.FINANCE)
    assert not Person.objects.get(pk=wu.pk).password


def test_link_pages_are_kept_by_no_cache_and_name_no_secret_in_their_text():
    link = invitation_to("wu@tea.example")
    answer = Client().get(link)
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "same-origin"
