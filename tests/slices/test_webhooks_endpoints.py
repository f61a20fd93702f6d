"""Who is told: endpoints, their secrets, and what the audit keeps of them."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import override_settings

from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, AuditQuery
from jiacan.webhooks import facade
from jiacan.webhooks.contracts import (
    Endpoint,
    EndpointUnknown,
    EventKind,
    NothingWanted,
    Refusal,
    TooManyEndpoints,
    UrlRefused,
)
from jiacan.webhooks.store import endpoints as store

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 11, tzinfo=UTC)
ANN = Actor("ann@shop.example", "console 203.0.113.9")
URL = "https://hooks.example/jiacan"
GRANTED, LOW = EventKind.AWARD_GRANTED, EventKind.STOCK_LOW


def public(host: str, port: int) -> tuple[str, ...]:
    return ("93.184.215.14",)


@pytest.fixture
def shop() -> int:
    return tenancy.open_shop("gifts").id


def add(shop_id: int, *kinds: EventKind, url: str = URL) -> Endpoint:
    endpoint, _ = facade.add_endpoint(shop_id, url=url, kinds=kinds or (GRANTED,), actor=ANN, at=AT, resolver=public)
    return endpoint


def audited(shop_id: int) -> list[tuple]:
    lines = tenancy.search_audit(shop_id, AuditQuery(text="webhook"))
    return [(line.action, line.before, line.after) for line in reversed(lines)]


def test_a_shop_is_told_of_what_its_active_endpoints_asked_for(shop):
    assert facade.wanted(shop) == frozenset()
    add(shop, GRANTED)
    other = add(shop, GRANTED, LOW)
    assert facade.wanted(shop) == {GRANTED, LOW}
    facade.update_endpoint(shop, other.id, active=False, actor=ANN)
    assert facade.wanted(shop) == {GRANTED}


def test_an_endpoint_is_what_was_asked_for(shop):
    endpoint = add(shop, GRANTED, LOW)
    assert endpoint == Endpoint(endpoint.id, URL, frozenset({GRANTED, LOW}), True, ANN.name, AT, None)
    assert facade.find_endpoint(shop, endpoint.id) == endpoint
    assert facade.endpoints_of(shop) == (endpoint,)


def test_a_secret_is_shown_once_and_kept_encrypted(shop):
    endpoint, secret = facade.add_endpoint(shop, url=URL, kinds=[LOW], actor=ANN, at=AT, resolver=public)
    assert secret.value.startswith("whsec_")
    assert len(secret.value) > 40
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(webhooks_endpoint)::text FROM webhooks_endpoint")
        ((row,),) = cursor.fetchall()
    assert secret.value not in row
    assert secret.value.removeprefix("whsec_") not in row
    assert store.find_receiver(shop, endpoint.id).secret == secret.value


def test_a_secret_outlives_a_new_server_key_only_by_the_old_one_as_fallback(shop, settings):
    endpoint, secret = facade.add_endpoint(shop, url=URL, kinds=[LOW], actor=ANN, at=AT, resolver=public)
    old = settings.SECRET_KEY
    with override_settings(SECRET_KEY="another key of the server"):
        assert store.find_receiver(shop, endpoint.id).secret is None
    with override_settings(SECRET_KEY="another key of the server", SECRET_KEY_FALLBACKS=[old]):
        assert store.find_receiver(shop, endpoint.id).secret == secret.value


def test_a_new_secret_replaces_the_old_one(shop):
    endpoint = add(shop)
    before = store.find_receiver(shop, endpoint.id).secret
    after = facade.rotate_secret(shop, endpoint.id, actor=ANN).value
    assert after != before
    assert store.find_receiver(shop, endpoint.id).secret == after


def test_every_change_is_audited_without_the_secret(shop):
    endpoint, secret = facade.add_endpoint(shop, url=URL, kinds=[LOW], actor=ANN, at=AT, resolver=public)
    facade.update_endpoint(shop, endpoint.id, kinds=[GRANTED], actor=ANN)
    new_secret = facade.rotate_secret(shop, endpoint.id, actor=ANN)
    facade.remove_endpoint(shop, endpoint.id, actor=ANN)
    first = {"url": URL, "kinds": ["stock.low"], "active": True}
    second = {"url": URL, "kinds": ["award.granted"], "active": True}
    assert audited(shop) == [
        ("webhook added", None, first),
        ("webhook changed", first, second),
        ("webhook secret changed", None, None),
        ("webhook removed", second, None),
    ]
    lines = str(tenancy.search_audit(shop, AuditQuery()))
    assert secret.value not in lines
    assert new_secret.value not in lines


def test_a_change_that_changes_nothing_is_not_audited(shop):
    endpoint = add(shop)
    assert facade.update_endpoint(shop, endpoint.id, url=URL, active=True, actor=ANN, resolver=public) == endpoint
    assert [action for action, _, _ in audited(shop)] == ["webhook added"]


@pytest.mark.parametrize(
    ("address", "reason"),
    [("127.0.0.1", Refusal.PRIVATE), ("10.1.2.3", Refusal.PRIVATE), ("169.254.169.254", Refusal.RESERVED)],
)
def test_an_address_that_leads_inside_is_refused_when_given_and_when_changed(shop, address, reason):
    def inside(host: str, port: int) -> tuple[str, ...]:
        return ("93.184.215.14", address)

    endpoint = add(shop)
    with pytest.raises(UrlRefused) as added:
        facade.add_endpoint(shop, url=URL, kinds=[LOW], actor=ANN, at=AT, resolver=inside)
    with pytest.raises(UrlRefused) as changed:
        facade.update_endpoint(shop, endpoint.id, url="https://other.example/", actor=ANN, resolver=inside)
    assert (added.value.reason, changed.value.reason) == (reason, reason)
    assert facade.endpoints_of(shop) == (endpoint,)


def test_private_addresses_are_fine_where_the_operator_says_so_and_machine_data_never(shop, settings):
    settings.PRIVATE_WEBHOOKS = True
    assert add(shop, url="http://127.0.0.1:9000/").url == "http://127.0.0.1:9000/"
    facade.add_endpoint(shop, url="http://localhost:9000/", kinds=[LOW], actor=ANN, at=AT)
    with pytest.raises(UrlRefused):
        facade.add_endpoint(shop, url="http://169.254.169.254/latest", kinds=[LOW], actor=ANN, at=AT)


def test_a_name_without_an_address_may_get_one_later(shop):
    endpoint, _ = facade.add_endpoint(shop, url=URL, kinds=[LOW], actor=ANN, at=AT, resolver=lambda host, port: ())
    assert endpoint.active


def test_an_endpoint_asks_for_something(shop):
    with pytest.raises(NothingWanted):
        facade.add_endpoint(shop, url=URL, kinds=[], actor=ANN, at=AT, resolver=public)
    endpoint = add(shop)
    with pytest.raises(NothingWanted):
        facade.update_endpoint(shop, endpoint.id, kinds=[], actor=ANN)
    assert facade.endpoints_of(shop) == (endpoint,)


def test_a_shop_has_twenty_endpoints_at_most(shop):
    for _ in range(20):
        add(shop)
    with pytest.raises(TooManyEndpoints):
        add(shop)
    assert len(facade.endpoints_of(shop)) == 20


def test_another_shop_neither_sees_nor_changes_an_endpoint(shop):
    other = tenancy.open_shop("other").id
    endpoint = add(shop)
    assert facade.find_endpoint(other, endpoint.id) is None
    assert facade.endpoints_of(other) == ()
    for change in (
        lambda: facade.update_endpoint(other, endpoint.id, active=False, actor=ANN),
        lambda: facade.rotate_secret(other, endpoint.id, actor=ANN),
        lambda: facade.remove_endpoint(other, endpoint.id, actor=ANN),
        lambda: facade.ping(other, endpoint.id, actor=ANN),
    ):
        with pytest.raises(EndpointUnknown):
            change()
    assert facade.endpoints_of(shop) == (endpoint,)
