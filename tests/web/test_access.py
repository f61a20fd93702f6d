"""Who may enter where: every address of the server × every role × own shop, other shop and no session.

Pages of a shop's customers are walked too: with the cookie of staff, of the customer, of another shop's, and without.

The addresses come from the table of URLs itself, so that a page added without a rule fails here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, PathConverter, SlugConverter, StringConverter, UUIDConverter
from django.utils import timezone

from jiacan.campaigns.web.member.guard import COOKIE
from jiacan.console.contracts import Access, Needs, OfMember, Open, SignedIn
from jiacan.members.facade import sign_in
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import MAY, Permission, Role
from jiacan.tenancy.models import Member, Person

FOREIGN = ("allauth.", "django.views.i18n.")
"""Sign-in's own pages: allauth guards them itself, and they touch only the account of whoever is signed in."""

API = "ninja."
"""The API's operations are walked by their own test, from the OpenAPI document."""


@dataclass(frozen=True)
class Address:
    """One address that leads to a view of ours."""

    path: str
    view: str
    access: Access | None


def addresses() -> list[Address]:
    """Every address of the server that leads to a view of ours, each argument filled in with something."""
    return [
        Address(path, f"{callback.__module__}.{callback.__name__}", getattr(callback, "access", None))
        for path, callback in walk(get_resolver(), "/")
        if not callback.__module__.startswith((*FOREIGN, API))
    ]


def walk(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, object]]:
    """Each pattern's address and view."""
    for pattern in resolver.url_patterns:
        path = prefix + filled(pattern)
        if isinstance(pattern, URLPattern):
            yield path, pattern.callback
        else:
            yield from walk(pattern, path)


def filled(pattern: URLPattern | URLResolver) -> str:
    """The pattern's part of an address; the shop is always `own`."""
    route = str(pattern.pattern)
    for name, converter in pattern.pattern.converters.items():
        kind = type(converter)
        value = {
            IntConverter: "1",
            PathConverter: "something",
            SlugConverter: "own" if name == "shop" else "something",
            StringConverter: "own" if name == "shop" else "something",
            UUIDConverter: "00000000-0000-4000-8000-000000000000",
        }[kind]
        for written in (f"<{name}>", *(f"<{each}:{name}>" for each in ("int", "path", "slug", "str", "uuid"))):
            route = route.replace(written, value)
    return route


ADDRESSES = addresses()
GUARDED = [address for address in ADDRESSES if isinstance(address.access, Needs)]
OF_MEMBERS = [address for address in ADDRESSES if isinstance(address.access, OfMember)]


def test_every_view_of_ours_says_who_may_enter():
    assert [
        address for address in ADDRESSES if not isinstance(address.access, Needs | SignedIn | Open | OfMember)
    ] == []


def test_every_open_view_says_why_that_is_right():
    assert all(len(address.access.why) > 20 for address in ADDRESSES if isinstance(address.access, Open))


def test_every_page_of_a_shop_needs_a_permission_and_only_those_have_the_shop_in_their_address():
    of_shops = {address.path for address in ADDRESSES if address.path.startswith("/s/")}
    assert of_shops == {address.path for address in GUARDED}


@pytest.fixture
def shops(db, settings):
    settings.USERSESSIONS_TRACK_ACTIVITY = False  # a quarter of each request, and no matter of who may enter
    return tenancy.open_shop("own"), tenancy.open_shop("other")


def signed_in(shop, role: Role) -> Client:
    """A browser in which a member of the shop has signed in."""
    person = Person.objects.create(email=f"{role}@{shop.slug}.example", is_active=True)
    Member.objects.create(shop_id=shop.id, person=person, role=role)
    client = Client(raise_request_exception=True)
    client.force_login(person)
    return client


def status(client: Client, method: str, path: str) -> int:
    """What the server answers; streams are closed unread, and the test's own connection stays open."""
    answer = getattr(client, method)(path)
    if answer.streaming:
        request_finished.disconnect(close_old_connections)
        answer.close()
        request_finished.connect(close_old_connections)
    return answer.status_code


@pytest.mark.parametrize("role", Role)
def test_a_role_enters_what_the_table_allows_and_nothing_else(shops, role):
    client = signed_in(shops[0], role)
    for address in GUARDED:
        for method in ("get", "post"):
            found = status(client, method, address.path)
            allowed = address.access.permission in MAY[role]
            assert (found == 403) != allowed, (role, method, address, found)


@pytest.mark.parametrize("role", Role)
def test_another_shop_does_not_exist_for_any_role(shops, role):
    client = signed_in(shops[1], role)
    for address in GUARDED:
        for method in ("get", "post"):
            assert status(client, method, address.path) == 404, (role, method, address)


def test_without_a_session_every_page_of_a_shop_asks_to_sign_in(shops):
    client = Client()
    for address in ADDRESSES:
        if isinstance(address.access, Open | OfMember):
            continue
        for method in ("get", "post"):
            answer = getattr(client, method)(address.path)
            assert answer.status_code == 302, (method, address)
            assert answer["Location"].startswith("/account/login/"), (method, address)


# --- pages of customers -----------------------------------------------------------------------------------


def with_member(client: Client, shop, *, of=None) -> Client:
    """The client with the session of a customer of `of`, sent to the pages of `shop` as a browser would not."""
    client.cookies[COOKIE] = sign_in.open_session((of or shop).id, "anna", at=timezone.now())
    return client


def test_only_open_pages_and_those_of_customers_stand_under_their_address():
    under = {address.path for address in ADDRESSES if address.path.startswith("/m/")}
    doors = {address.path for address in ADDRESSES if address.view.startswith("jiacan.campaigns.web.member.entering")}
    assert {address.path for address in OF_MEMBERS} <= under
    assert under - {address.path for address in OF_MEMBERS} <= doors


@pytest.mark.parametrize("role", Role)
def test_no_role_enters_a_customers_page_by_being_staff(shops, role):
    client = signed_in(shops[0], role)
    for address in OF_MEMBERS:
        for method in ("get", "post"):
            assert status(client, method, address.path) == 403, (role, method, address)


def test_a_customers_page_opens_to_the_customers_of_its_shop_alone(shops):
    nobody, stranger = Client(), with_member(Client(), shops[0], of=shops[1])
    anna = with_member(Client(), shops[0])
    for address in OF_MEMBERS:
        for method in ("get", "post"):
            assert status(nobody, method, address.path) == 403, (method, address)
            assert status(stranger, method, address.path) == 403, (method, address)
            assert status(anna, method, address.path) in (200, 302, 404, 405), (method, address)
            anna = with_member(Client(), shops[0])  # some of these sign her out


def test_a_customer_enters_no_page_of_staff(shops):
    client = with_member(Client(), shops[0])
    for address in ADDRESSES:
        if isinstance(address.access, Needs | SignedIn):
            answer = client.get(address.path)
            assert answer.status_code == 302, address
            assert answer["Location"].startswith("/account/login/"), address


def test_the_table_lets_an_owner_do_everything():
    assert MAY[Role.OWNER] == frozenset(Permission)
