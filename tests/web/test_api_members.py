"""Links to the member's page as a shop's system asks for them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from jiacan.members.models.sign_in import SignInLink
from jiacan.tenancy.contracts import Permission
from tests.web.api_caller import caller, gifts_shop, problem

pytestmark = pytest.mark.django_db


def test_a_link_that_a_program_makes_lets_its_customer_in_once():
    asking = caller(gifts_shop(), Permission.LET_MEMBERS_IN)
    answer = asking.post("members/c-17/sign-in-link")
    told = answer.json()
    assert (answer.status_code, told["customer_id"]) == (201, "c-17")
    lasts = datetime.fromisoformat(told["expires_at"]) - timezone.now()
    assert timedelta(minutes=14) < lasts <= timedelta(minutes=15)
    client, path = Client(), told["address"].removeprefix("http://testserver")
    assert path.startswith("/m/gifts/link/")
    assert client.post(path).status_code == 302
    assert "You are signed in as customer c-17." in client.get("/m/gifts/").content.decode()
    assert Client().post(path).status_code == 410


def test_a_repeated_request_makes_no_second_link_and_tells_none():
    asking = caller(gifts_shop(), Permission.LET_MEMBERS_IN)
    first, again = (asking.post("members/c-17/sign-in-link", Idempotency_Key="k-1") for _ in range(2))
    assert first.json()["address"].startswith("http://testserver/m/gifts/link/")
    assert (again.status_code, again.json()["address"]) == (201, None)
    assert again.json()["expires_at"] == first.json()["expires_at"]
    assert SignInLink.objects.count() == 1


def test_a_customers_number_may_have_what_addresses_are_made_of():
    asking = caller(gifts_shop(), Permission.LET_MEMBERS_IN)
    assert asking.post("members/a/b%20c/sign-in-link").json()["customer_id"] == "a/b c"
    assert [row.customer_id for row in SignInLink.objects.all()] == ["a/b c"]


def test_links_stand_under_the_address_that_people_reach_the_server_at(settings):
    settings.PUBLIC_URL = "https://club.example"
    answer = caller(gifts_shop(), Permission.LET_MEMBERS_IN).post("members/c-17/sign-in-link")
    assert answer.json()["address"].startswith("https://club.example/m/gifts/link/")


def test_seeing_points_is_not_enough_to_let_someone_in():
    problem(caller(gifts_shop(), Permission.SEE_POINTS).post("members/c-17/sign-in-link"), 403, "scope_missing")
    assert SignInLink.objects.count() == 0
