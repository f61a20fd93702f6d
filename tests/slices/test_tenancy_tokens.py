"""Tokens: shown once, kept as hashes, found by their secret only, never more able than whoever made them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jiacan.tenancy import facade
from jiacan.tenancy.contracts import MAY, Actor, AuditQuery, NotAllowed, Permission, Role
from jiacan.tenancy.models import Token as TokenRow
from jiacan.tenancy.store import lately

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 1, tzinfo=UTC)
LI = Actor("li@tea.example", "console 10.0.0.7")
SCOPES = {Permission.SEND_ORDERS, Permission.QUOTE}


@pytest.fixture
def tea():
    return facade.open_shop("tea")


@pytest.fixture
def made(tea):
    """A token and its secret."""
    return facade.add_token(tea.id, name="till", scopes=SCOPES, actor=LI, at=AT)


def actions(shop):
    return [line.action for line in reversed(facade.search_audit(shop.id, AuditQuery()))]


def test_a_token_is_found_by_its_secret_with_what_it_may_do(tea, made):
    token, secret = made
    found = facade.find_token(secret.value, AT)
    assert (found.id, found.shop, found.name, found.scopes) == (token.id, tea, "till", frozenset(SCOPES))
    assert (found.may(Permission.QUOTE), found.may(Permission.EXPORT)) == (True, False)
    assert (found.created_by, found.created_at) == ("li@tea.example", AT)


def test_a_secret_is_long_starts_with_jia_and_is_kept_only_as_its_hash(made):
    token, secret = made
    row = TokenRow.objects.values().get()
    assert secret.value.startswith("jia_")
    assert len(secret.value) == len("jia_") + 43
    assert row["secret_hash"] == hashlib.sha256(secret.value.encode()).hexdigest()
    assert token.hint == secret.value[-4:]
    assert secret.value not in str(row)
    assert secret.value not in repr(secret)


@pytest.mark.parametrize("wrong", ["", "jia_", "jia_unknown", "\x00", "x" * 10_000])
def test_no_other_text_finds_it(made, wrong):
    token, secret = made
    assert facade.find_token(wrong, AT) is None
    assert facade.find_token(secret.value[:-1], AT) is None
    assert facade.find_token(token.hint, AT) is None


def test_a_token_can_do_no_more_than_whoever_makes_it(tea):
    with pytest.raises(NotAllowed) as caught:
        facade.add_token(
            tea.id,
            name="sly",
            scopes={Permission.SEE_CAMPAIGNS, Permission.MANAGE_PEOPLE},
            actor=LI,
            at=AT,
            may=MAY[Role.OPERATIONS],
        )
    assert caught.value.permission is Permission.MANAGE_PEOPLE
    assert facade.tokens_of(tea.id) == ()
    assert actions(tea) == []


def test_when_it_was_last_used_is_noted_once_a_minute(made):
    _, secret = made
    moments = [AT + timedelta(seconds=seconds) for seconds in (0, 30, 59, 60, 61)]
    noted = []
    for at in moments:
        facade.find_token(secret.value, at)
        noted.append(TokenRow.objects.get().last_used_at)
    assert noted == [moments[0]] * 3 + [moments[3]] * 2


def test_finding_a_token_used_within_the_minute_is_one_query_by_an_index(made):
    _, secret = made
    facade.find_token(secret.value, AT)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        facade.find_token(secret.value, AT)
    assert len(asked) == 1
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + asked[0]["sql"])
        assert "tenancy_token_secret_hash" in str(cursor.fetchall())


def test_a_revoked_token_opens_nothing_from_then_on(tea, made):
    token, secret = made
    facade.revoke_token(tea.id, token.id, actor=LI, at=AT)
    facade.revoke_token(tea.id, token.id, actor=LI, at=AT + timedelta(days=1))
    assert facade.find_token(secret.value, AT) is None
    assert facade.tokens_of(tea.id)[0].revoked_at == AT
    assert actions(tea) == ["token made", "token revoked"]


@pytest.fixture
def selling():
    """A token, its secret and its shop, which has a currency."""
    shop = facade.open_shop("selling", currency="CNY")
    return shop, *facade.add_token(shop.id, name="till", scopes=SCOPES, actor=LI, at=AT)


def test_a_token_is_asked_of_the_database_once_a_second(selling, monkeypatch, django_assert_num_queries):
    _, token, secret = selling
    now = 1000.0
    monkeypatch.setattr(lately, "monotonic", lambda: now)
    facade.find_token(secret.value, AT)
    with django_assert_num_queries(0):
        assert facade.find_token(secret.value, AT).id == token.id
    now += lately.GOOD_SECONDS
    with django_assert_num_queries(1):
        assert facade.find_token(secret.value, AT).id == token.id


def test_what_another_process_revoked_is_taken_for_a_second_at_the_most(selling, monkeypatch):
    _, _, secret = selling
    now = 1000.0
    monkeypatch.setattr(lately, "monotonic", lambda: now)
    facade.find_token(secret.value, AT)
    TokenRow.objects.update(revoked_at=AT)
    now += lately.GOOD_SECONDS
    assert facade.find_token(secret.value, AT) is None


def test_what_this_process_revoked_opens_nothing_at_once(selling):
    shop, token, secret = selling
    facade.find_token(secret.value, AT)
    facade.revoke_token(shop.id, token.id, actor=LI, at=AT)
    assert facade.find_token(secret.value, AT) is None


def test_a_shop_revokes_only_its_own(tea, made):
    token, secret = made
    coffee = facade.open_shop("coffee")
    facade.revoke_token(coffee.id, token.id, actor=LI, at=AT)
    assert facade.find_token(secret.value, AT).id == token.id
    assert (facade.tokens_of(coffee.id), actions(coffee)) == ((), [])


def test_tokens_in_use_come_first(tea, made):
    token, _ = made
    second, _ = facade.add_token(tea.id, name="site", scopes=set(), actor=LI, at=AT)
    facade.revoke_token(tea.id, second.id, actor=LI, at=AT)
    assert [one.id for one in facade.tokens_of(tea.id)] == [token.id, second.id]


def test_the_audit_tells_the_scopes_and_never_the_secret(tea, made):
    token, secret = made
    (line,) = facade.search_audit(tea.id, AuditQuery())
    after = {"name": "till", "scopes": ["offers.quote", "orders.send"], "hint": token.hint}
    assert (line.subject, line.after) == (f"token {token.id}", after)
    assert secret.value not in str(line)
