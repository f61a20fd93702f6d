"""Secrets at rest: each purpose has keys of its own, and what an earlier key of the server sealed still opens."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from jiacan.tenancy.sealing import CODE_LENGTH, LETTERS, Purpose, find_sealed, find_sealed_text, new_code, seal_text


def test_what_is_sealed_for_one_purpose_opens_for_no_other():
    sealed = seal_text(Purpose.PAYEES, "6222 0000 0000 0000")
    opened = {purpose: find_sealed_text(purpose, sealed) for purpose in Purpose}
    assert opened == {**dict.fromkeys(Purpose), Purpose.PAYEES: "6222 0000 0000 0000"}


def test_the_key_is_the_one_that_rfc_5869_derives_from_the_servers_own(settings):
    settings.SECRET_KEY = "the server's own"
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"jiacan draws").derive(b"the server's own")
    assert find_sealed(Purpose.DRAWS, Fernet(base64.urlsafe_b64encode(derived)).encrypt(b"seed").decode()) == b"seed"


def test_what_was_sealed_under_an_earlier_key_opens_while_the_server_still_has_it(settings):
    settings.SECRET_KEY = "old"
    sealed = seal_text(Purpose.WEBHOOKS, "secret")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", ["old"]
    assert find_sealed_text(Purpose.WEBHOOKS, sealed) == "secret"
    settings.SECRET_KEY_FALLBACKS = []
    assert find_sealed_text(Purpose.WEBHOOKS, sealed) is None


def test_short_codes_are_of_letters_that_nobody_takes_for_another():
    codes = {new_code() for _ in range(1_000)}
    assert len(codes) == 1_000
    assert {len(code) for code in codes} == {CODE_LENGTH}
    assert set("".join(codes)) <= set(LETTERS)
    assert not set("01ilo") & set(LETTERS)
