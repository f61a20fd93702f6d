"""Signing in by password: counted, limited, audited; and what one can say of oneself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.db import connection
from django.test import Client

from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import AuditQuery, Role
from jiacan.tenancy.models import Person
from tests.web.pages import member_of, shop_of, signed_in

PASSWORD = "correct horse battery 7"
LOGIN = "/account/login/"


@pytest.fixture(autouse=True)
def no_attempts_yet(transactional_db):
    """Attempts are counted in a table that no model knows, so that emptying the models' tables leaves it."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def li():
    person = member_of(shop_of("tea"), Role.OWNER, email="li@tea.example", name="Li")
    person.password = make_password(PASSWORD)
    person.save()
    return person


def attempt(client, password, *, email="li@tea.example", origin="10.0.0.7"):
    answer = client.post(LOGIN, {"login": email, "password": password}, REMOTE_ADDR=origin)
    return answer.status_code, "_auth_user_id" in client.session


def actions():
    return [line.action for line in reversed(tenancy.search_audit(tenancy.get_shop("tea").id, AuditQuery()))]


def test_the_right_password_signs_in_in_any_case_of_the_address(li):
    assert attempt(Client(), PASSWORD, email="LI@Tea.Example") == (302, True)


def test_the_sixth_wrong_password_is_refused_and_so_is_the_right_one_then(li):
    client = Client()
    for _ in range(5):
        client.post(LOGIN, {"login": "li@tea.example", "password": "wrong"})
    refused = client.post(LOGIN, {"login": "li@tea.example", "password": PASSWORD})
    assert "Too many failed login attempts" in refused.text
    assert "_auth_user_id" not in client.session
    elsewhere = Client()
    elsewhere.post(LOGIN, {"login": "li@tea.example", "password": PASSWORD}, REMOTE_ADDR="10.0.0.8")
    assert "_auth_user_id" not in elsewhere.session


def test_attempts_are_counted_where_every_process_sees_them(li):
    Client().post(LOGIN, {"login": "li@tea.example", "password": "wrong"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tenancy_cache WHERE cache_key LIKE '%%login_failed%%'")
        assert cursor.fetchone()[0] >= 1


def test_someone_elses_attempts_do_not_lock_another_account(li):
    an = member_of(shop_of("tea"), Role.ANALYST, email="an@tea.example")
    Person.objects.filter(pk=an.pk).update(password=make_password(PASSWORD))
    for _ in range(6):
        attempt(Client(), "wrong")
    assert attempt(Client(), PASSWORD, email="an@tea.example", origin="10.0.0.9") == (302, True)


def test_wrong_passwords_at_once_are_counted_one_by_one(li):
    def try_once(number: int) -> bool:
        try:
            answer = Client().post(
                LOGIN, {"login": "li@tea.example", "password": "wrong"}, REMOTE_ADDR=f"10.0.1.{number}"
            )
            return "Too many failed login attempts" in answer.text
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        refused = sum(threads.map(try_once, range(8)))
    assert refused >= 3


def test_nobody_signs_themselves_up_or_moves_to_another_address(li):
    answer = Client().post("/account/signup/", {"email": "wu@tea.example", "password1": PASSWORD})
    assert (answer.status_code, tenancy.find_person("wu@tea.example")) == (200, None)
    client = signed_in(li)
    moved = client.post("/account/email/", {"email": "wu@tea.example", "action_add": ""})
    assert (moved.status_code, tenancy.get_person(li.pk).email) == (404, "li@tea.example")


def test_a_changed_password_is_in_the_audit_and_neither_password_is(li):
    client = Client()
    attempt(client, PASSWORD)
    new = "another horse battery 8"
    asked = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post("/account/password/change/", asked).status_code == 302
    lines = tenancy.search_audit(tenancy.get_shop("tea").id, AuditQuery())
    assert [line.action for line in lines] == ["password changed"]
    assert (PASSWORD in str(lines), new in str(lines)) == (False, False)
    assert attempt(Client(), new) == (302, True)


def test_the_second_step_is_turned_on_and_off_with_a_line_in_the_audit(li):
    client = Client()
    attempt(client, PASSWORD)
    assert client.get("/account/2fa/totp/activate/")["Location"].startswith("/account/reauthenticate/")
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    form = client.get("/account/2fa/totp/activate/").context["form"]
    code = format_hotp_value(hotp_value(form.secret, next(yield_hotp_counters_from_time())))
    assert client.post("/account/2fa/totp/activate/", {"code": code}).status_code == 302
    assert actions() == ["two-step sign-in turned on"]
    assert attempt(Client(), PASSWORD) == (302, False)
    assert client.post("/account/2fa/recovery-codes/generate/").status_code == 302
    assert client.post("/account/2fa/totp/deactivate/").status_code == 302
    assert actions()[1:] == ["recovery codes made", "two-step sign-in turned off"]
    assert form.secret not in str(tenancy.search_audit(tenancy.get_shop("tea").id, AuditQuery()))


def test_other_sessions_are_listed_and_ended(li):
    here, there = Client(), Client()
    attempt(here, PASSWORD)
    attempt(there, PASSWORD)
    assert there.get("/me").status_code == 200
    assert here.get("/account/sessions/").status_code == 200
    here.post("/account/sessions/")
    assert there.get("/me").status_code == 302
    assert here.get("/me").status_code == 200


# --- oneself ----------------------------------------------------------------------------------------------


def test_a_profile_is_changed_audited_and_spoken_in_the_language_chosen(li):
    client = signed_in(li)
    answer = client.post("/me", {"name": "李", "language": "zh"})
    assert (answer.status_code, client.cookies["django_language"].value) == (302, "zh-hans")
    person = tenancy.get_person(li.pk)
    assert (person.name, person.language, actions()) == ("李", "zh", ["person renamed"])
    client.post("/me", {"name": "李", "language": ""})
    assert (tenancy.get_person(li.pk).language, actions()) == ("", ["person renamed"])
    assert client.cookies["django_language"].value == ""


@pytest.mark.parametrize("wrong", [{"name": ""}, {"name": "Li", "language": "fr"}, {"name": "x" * 121}])
def test_a_wrong_profile_is_refused(li, wrong):
    assert signed_in(li).post("/me", wrong).status_code == 200
    assert (tenancy.get_person(li.pk).name, actions()) == ("Li", [])


def test_a_profile_is_for_whoever_has_signed_in():
    assert Client().get("/me")["Location"] == "/account/login/?next=/me"
