"""Where customers are paid, at rest: it must be read again to pay, so it is encrypted rather than hashed."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def seal(text: str) -> str:
    """The text as the database keeps it."""
    return _keys().encrypt(text.encode()).decode()


def find_text(sealed: str) -> str | None:
    """The text in the clear; None when it was sealed under a key that the server no longer has."""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def _keys() -> MultiFernet:
    return MultiFernet([_key(each) for each in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(master: str) -> Fernet:
    """A key for this purpose alone.

    Source: HKDF, RFC 5869.
    """
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"jiacan payees").derive(master.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
