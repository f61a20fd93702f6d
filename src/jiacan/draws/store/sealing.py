"""What would tell a result before it is drawn, at rest: encrypted, so that no query of the database reads it."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.crypto import constant_time_compare

SECRET_DIGITS = 32
ISSUED_DIGITS = 32


def seal(secret: bytes) -> str:
    """The secret as the database keeps it."""
    return _keys().encrypt(secret).decode()


def find_secret(sealed: str) -> bytes | None:
    """The secret in the clear; None when it was sealed under a key that the server no longer has."""
    try:
        return _keys().decrypt(sealed.encode())
    except InvalidToken:
        return None


def link_secret(issued: str) -> str:
    """What opens the page of a ticket: its id and what only the server can add to it. It is kept nowhere."""
    return issued + _mark(settings.SECRET_KEY, issued)


def issued_by(secret: str) -> str | None:
    """The ticket that the secret opens; None where the server did not make it."""
    issued, mark = secret[:ISSUED_DIGITS], secret[ISSUED_DIGITS:]
    masters = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return issued if any(constant_time_compare(mark, _mark(each, issued)) for each in masters) else None


def _mark(master: str, issued: str) -> str:
    mac = HMAC(_derived(master, b"jiacan tickets"), hashes.SHA256())
    mac.update(issued.encode())
    return mac.finalize().hex()[:SECRET_DIGITS]


def _keys() -> MultiFernet:
    masters = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(each, b"jiacan draws"))) for each in masters])


def _derived(master: str, purpose: bytes) -> bytes:
    """A key for this purpose alone.

    Source: HKDF, RFC 5869.
    """
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(master.encode())
