"""Signed tokens: what is taken, and that nothing else is."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiacan.members.contracts.sign_in import Claims, TokenRefused, WhyRefused
from jiacan.members.core.entry_tokens import check_times, is_signed, read_claims, take_apart

AT = datetime(2026, 11, 11, 12, tzinfo=UTC)
SAID = {"sub": "anna", "iat": int(AT.timestamp()), "exp": int(AT.timestamp()) + 300, "jti": "0123456789abcdef"}


def part(value: object) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def token(said: object, *, secret: str = "jim_a", header: object = None) -> str:
    """A token that says so, signed with the secret."""
    signed = f"{part(header or {'alg': 'HS256', 'typ': 'JWT'})}.{part(said)}"
    signature = hmac.digest(secret.encode(), signed.encode(), "sha256")
    return f"{signed}.{urlsafe_b64encode(signature).decode().rstrip('=')}"


def why(do, *asked: object) -> WhyRefused:
    with pytest.raises(TokenRefused) as refused:
        do(*asked)
    return refused.value.why


def test_what_a_token_says_is_read():
    taken = take_apart(token(SAID))
    assert is_signed(taken, ["jim_a"])
    assert read_claims(taken) == Claims("anna", AT, AT + timedelta(minutes=5), "0123456789abcdef")


def test_the_example_of_rfc_7515_is_signed():
    """Appendix A.1: another header than ours, and a key that is no text; so the signature alone is compared."""
    signed = (
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
        "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    )
    taken = take_apart(f"{signed}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    key = bytes.fromhex(
        "0323354b2b0fa5bc837e0665777ba68f5ab328e6f054c928a90f84b2d2502ebfd3fb5a92d20647ef968ab4c377623d223d2e2172052e"
        "4f08c0cd9af567d080a3"
    )
    assert hmac.new(key, taken.signed, hashlib.sha256).digest() == taken.signature


def test_either_of_two_secrets_signs_and_no_other():
    taken = take_apart(token(SAID, secret="jim_b"))
    assert is_signed(taken, ["jim_a", "jim_b"])
    assert not is_signed(taken, ["jim_a", "jim_c"])
    assert not is_signed(taken, [])


@pytest.mark.parametrize("algorithm", ["none", "HS512", "RS256", "hs256", None, ["HS256"]])
def test_no_other_algorithm_is_taken_whatever_the_header_asks_for(algorithm):
    assert why(take_apart, token(SAID, header={"alg": algorithm})) is WhyRefused.UNREADABLE


def test_a_token_without_its_signature_is_signed_by_nobody():
    assert not is_signed(take_apart(token(SAID).rpartition(".")[0] + "."), ["jim_a"])


@pytest.mark.parametrize(
    "text", ["", ".", "..", "a.b", "a.b.c", "é.é.é", "x" * 2_001, f"{part([1])}.{part({})}.AAAA", "W10.W10.W10.W10"]
)
def test_what_is_no_token_is_refused_as_such(text):
    assert why(take_apart, text) is WhyRefused.UNREADABLE


@given(st.text(max_size=300))
def test_any_text_is_refused_and_never_breaks(text):
    assert why(take_apart, text) is WhyRefused.UNREADABLE


def test_json_nested_without_end_is_refused():
    deep = urlsafe_b64encode(b"[" * 1_400).decode().rstrip("=")
    assert why(take_apart, f"{deep}.{deep[:8]}.AAAA") is WhyRefused.UNREADABLE


@pytest.mark.parametrize("name", ["sub", "iat", "exp", "jti"])
@pytest.mark.parametrize("value", [None, "", True, [], {}, "x" * 201, -1, 10**20], ids=repr)
def test_each_claim_must_be_there_and_be_what_it_is(name, value):
    said = {key: each for key, each in {**SAID, name: value}.items() if each is not None}
    assert why(read_claims, take_apart(token(said))) is WhyRefused.UNREADABLE


@pytest.mark.parametrize("customer", [" anna", "anna ", "an\nna", "an\u0000na", 7])
def test_a_customer_is_a_number_as_the_shop_writes_it(customer):
    assert why(read_claims, take_apart(token({**SAID, "sub": customer}))) is WhyRefused.UNREADABLE


def test_a_token_holds_from_a_minute_before_it_was_made_until_its_end():
    claims = read_claims(take_apart(token(SAID)))
    check_times(claims, AT - timedelta(seconds=60))
    check_times(claims, AT + timedelta(seconds=299))
    assert why(check_times, claims, AT - timedelta(seconds=61)) is WhyRefused.NOT_YET
    assert why(check_times, claims, AT + timedelta(seconds=300)) is WhyRefused.EXPIRED


@pytest.mark.parametrize("seconds", [301, -1])
def test_a_token_lasts_five_minutes_at_most_and_ends_after_it_began(seconds):
    claims = Claims("anna", AT, AT + timedelta(seconds=seconds), "0123456789abcdef")
    assert why(check_times, claims, AT) is WhyRefused.LASTS_TOO_LONG
