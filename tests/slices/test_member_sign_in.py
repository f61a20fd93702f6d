"""Customers sign in by links and signed tokens: once, in time, at their own shop, and never by guessing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from jiacan.members.contracts.sign_in import TRIES_A_MINUTE, TokenRefused, TooManyTries, WhyRefused
from jiacan.members.facade import sign_in
from jiacan.members.models.sign_in import EntrySecret, EntryTry, SignInLink, UsedToken
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, AuditQuery, LinkSpent, Shop
from tests.core.test_entry_tokens import token

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 11, 12, tzinfo=UTC)
WHO = Actor("lead@example.com", "console")
HERE = "203.0.113.9"


@pytest.fixture
def shop() -> Shop:
    return tenancy.open_shop("gifts")


def minutes(number: float) -> datetime:
    return AT + timedelta(minutes=number)


def link(shop: Shop, customer: str = "anna") -> str:
    return sign_in.make_link(shop.id, customer, made_by="token till", at=AT).value


def by_link(shop: Shop, secret: str, *, at: datetime = AT, address: str = HERE) -> str:
    return sign_in.enter_by_link(shop.id, secret, address=address, at=at)


def secret_of(shop: Shop) -> str:
    return sign_in.make_secret(shop.id, actor=WHO, at=AT)[1].value


def said(customer: str = "anna", *, nonce: str = "nonce-0001", made: datetime = AT, lasts: int = 300) -> dict:
    seconds = int(made.timestamp())
    return {"sub": customer, "iat": seconds, "exp": seconds + lasts, "jti": nonce}


def by_token(shop: Shop, text: str, *, at: datetime = AT, address: str = HERE) -> str:
    return sign_in.enter_by_token(shop.id, text, address=address, at=at)


def why(shop: Shop, text: str, *, at: datetime = AT) -> WhyRefused:
    with pytest.raises(TokenRefused) as refused:
        by_token(shop, text, at=at)
    return refused.value.why


# --- links ------------------------------------------------------------------------------------------------


def test_a_link_lets_its_customer_in_once(shop):
    secret = link(shop)
    assert by_link(shop, secret) == "anna"
    with pytest.raises(LinkSpent):
        by_link(shop, secret)


def test_looking_at_a_link_leaves_it_open(shop):
    secret = link(shop)
    sign_in.check_link(shop.id, secret, address=HERE, at=AT)
    assert by_link(shop, secret) == "anna"
    with pytest.raises(LinkSpent):
        sign_in.check_link(shop.id, secret, address=HERE, at=AT)


def test_a_link_holds_for_a_quarter_of_an_hour(shop):
    first, second = link(shop), link(shop)
    assert by_link(shop, first, at=minutes(14.99)) == "anna"
    with pytest.raises(LinkSpent):
        by_link(shop, second, at=minutes(15))


def test_a_link_of_one_shop_opens_nothing_at_another(shop):
    other = tenancy.open_shop("other")
    secret = link(shop)
    with pytest.raises(LinkSpent):
        by_link(other, secret)
    assert by_link(shop, secret) == "anna"


def test_of_a_link_only_the_hash_is_kept(shop):
    secret = link(shop)
    row = SignInLink.objects.values().get()
    assert secret not in str(row)
    assert len(row["secret_hash"]) == 64


def test_a_link_that_staff_make_is_in_the_audit_without_its_secret(shop):
    secret = sign_in.make_link_by_hand(shop.id, "anna", actor=WHO, at=AT)
    (line,) = tenancy.search_audit(shop.id, AuditQuery())
    assert (line.action, line.subject, line.actor) == ("member's link made", "anna", "lead@example.com")
    assert secret.value not in str(line)
    assert by_link(shop, secret.value) == "anna"


# --- signed tokens ----------------------------------------------------------------------------------------


def test_a_signed_token_lets_its_customer_in_once(shop):
    text = token(said(), secret=secret_of(shop))
    assert by_token(shop, text) == "anna"
    assert why(shop, text) is WhyRefused.USED
    assert why(shop, text, at=minutes(4.9)) is WhyRefused.USED
    assert why(shop, text, at=minutes(5)) is WhyRefused.EXPIRED


def test_a_nonce_is_used_once_whatever_else_the_token_says(shop):
    secret = secret_of(shop)
    assert by_token(shop, token(said(), secret=secret)) == "anna"
    assert why(shop, token(said("berta"), secret=secret)) is WhyRefused.USED
    assert by_token(shop, token(said("berta", nonce="nonce-0002"), secret=secret)) == "berta"


def test_a_token_of_another_shop_or_of_nobody_is_forged(shop):
    other = tenancy.open_shop("other")
    text = token(said(), secret=secret_of(shop))
    assert why(other, text) is WhyRefused.NO_KEY
    secret_of(other)
    assert why(other, text) is WhyRefused.FORGED
    assert why(shop, token(said(), secret="jim_guessed")) is WhyRefused.FORGED
    head, _, signature = text.split(".")
    changed = token(said("berta")).split(".")[1]
    assert why(shop, f"{head}.{changed}.{signature}") is WhyRefused.FORGED
    assert UsedToken.objects.count() == 0
    assert by_token(shop, text) == "anna"


def test_the_times_of_a_token_are_held_against_ours(shop):
    secret = secret_of(shop)
    assert why(shop, token(said(lasts=301), secret=secret)) is WhyRefused.LASTS_TOO_LONG
    assert why(shop, token(said(made=minutes(2)), secret=secret)) is WhyRefused.NOT_YET
    assert why(shop, token(said(made=minutes(-6)), secret=secret)) is WhyRefused.EXPIRED
    assert by_token(shop, token(said(made=minutes(0.5)), secret=secret)) == "anna"


def test_a_new_secret_leaves_the_one_before_in_force_and_ends_an_older_one(shop):
    first, second, third = secret_of(shop), secret_of(shop), secret_of(shop)
    assert by_token(shop, token(said(nonce="nonce-0003"), secret=third)) == "anna"
    assert by_token(shop, token(said(nonce="nonce-0002"), secret=second)) == "anna"
    assert why(shop, token(said(), secret=first)) is WhyRefused.FORGED
    assert [each.hint for each in sign_in.secrets_of(shop.id)] == [third[-4:], second[-4:]]


def test_a_secret_that_was_ended_signs_nothing_more_and_ends_once(shop):
    secret = secret_of(shop)
    (kept,) = sign_in.secrets_of(shop.id)
    assert sign_in.end_secret(shop.id, kept.id, actor=WHO, at=AT)
    assert not sign_in.end_secret(shop.id, kept.id, actor=WHO, at=AT)
    assert why(shop, token(said(), secret=secret)) is WhyRefused.NO_KEY
    lines = [(line.action, line.before, line.after) for line in tenancy.search_audit(shop.id, AuditQuery())]
    hint = {"hint": secret[-4:]}
    assert lines == [("member secret ended", hint, None), ("member secret made", None, hint)]


def test_one_shop_ends_no_secret_of_another(shop):
    other = tenancy.open_shop("other")
    secret_of(shop)
    (kept,) = sign_in.secrets_of(shop.id)
    assert not sign_in.end_secret(other.id, kept.id, actor=WHO, at=AT)
    assert sign_in.secrets_of(shop.id) == (kept,)


def test_a_secret_is_kept_sealed_and_opens_under_the_key_before_too(shop, settings):
    secret = secret_of(shop)
    assert secret not in str(EntrySecret.objects.values().get())
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert by_token(shop, token(said(), secret=secret)) == "anna"
    settings.SECRET_KEY_FALLBACKS = []
    assert why(shop, token(said(nonce="nonce-0002"), secret=secret)) is WhyRefused.NO_KEY


# --- sessions ---------------------------------------------------------------------------------------------


def test_a_session_is_known_at_its_shop_and_at_no_other(shop):
    kept = sign_in.open_session(shop.id, "anna", at=AT)
    found = sign_in.find_session(shop.id, kept, at=AT)
    assert found is not None
    assert (found.customer_id, found.is_old) == ("anna", False)
    assert sign_in.find_session(tenancy.open_shop("other").id, kept, at=AT) is None
    assert sign_in.find_session(shop.id, kept[:-1] + ("A" if kept[-1] != "A" else "B"), at=AT) is None
    assert sign_in.find_session(shop.id, "", at=AT) is None


def test_a_session_is_renewed_by_a_visit_and_over_after_thirty_days_without_one(shop):
    kept = sign_in.open_session(shop.id, "anna", at=AT)
    assert sign_in.find_session(shop.id, kept, at=AT + timedelta(days=1, seconds=1)).is_old
    assert sign_in.find_session(shop.id, kept, at=AT + timedelta(days=30)).is_old
    assert sign_in.find_session(shop.id, kept, at=AT + timedelta(days=30, seconds=1)) is None


def test_signing_out_everywhere_ends_every_session_of_that_customer_and_no_one_elses(shop):
    one, two = (sign_in.open_session(shop.id, "anna", at=AT) for _ in range(2))
    berta = sign_in.open_session(shop.id, "berta", at=AT)
    sign_in.sign_out_everywhere(shop.id, "anna")
    assert [sign_in.find_session(shop.id, kept, at=AT) for kept in (one, two)] == [None, None]
    assert sign_in.find_session(shop.id, berta, at=AT).customer_id == "berta"
    again = sign_in.open_session(shop.id, "anna", at=AT)
    assert sign_in.find_session(shop.id, again, at=AT).customer_id == "anna"


# --- tries ------------------------------------------------------------------------------------------------


def test_a_network_has_so_many_failing_tries_a_minute_at_both_doors(shop):
    secret = link(shop)
    for _ in range(TRIES_A_MINUTE // 2):
        with pytest.raises(LinkSpent):
            by_link(shop, "guess")
        with pytest.raises(TokenRefused):
            by_token(shop, "guess")
    for _ in range(3):
        with pytest.raises(TooManyTries):
            by_link(shop, secret)
    assert by_link(shop, secret, address="203.0.113.10") == "anna"
    assert by_link(shop, link(shop), at=minutes(1)) == "anna"


def test_whoever_comes_in_uses_up_no_try(shop):
    for _ in range(TRIES_A_MINUTE + 5):
        by_link(shop, link(shop))
    assert [each.tries for each in EntryTry.objects.all()] == [0]


def test_what_is_over_is_forgotten(shop):
    by_token(shop, token(said(), secret=secret_of(shop)))
    link(shop)
    sign_in.forget_old(AT + timedelta(hours=23))
    assert (SignInLink.objects.count(), UsedToken.objects.count(), EntryTry.objects.count()) == (1, 1, 1)
    sign_in.forget_old(AT + timedelta(days=1, minutes=16))
    assert (SignInLink.objects.count(), UsedToken.objects.count(), EntryTry.objects.count()) == (0, 0, 0)


def test_an_ended_secret_is_forgotten_after_a_month_and_one_in_force_never(shop):
    secret_of(shop)
    (ended,) = sign_in.secrets_of(shop.id)
    secret_of(shop)
    sign_in.end_secret(shop.id, ended.id, actor=WHO, at=AT)
    sign_in.forget_old(AT + timedelta(days=29))
    assert EntrySecret.objects.count() == 2
    for days in (30, 3650):
        sign_in.forget_old(AT + timedelta(days=days))
        (kept,) = EntrySecret.objects.all()
        assert (kept.ended_at, kept.pk != ended.id) == (None, True)
