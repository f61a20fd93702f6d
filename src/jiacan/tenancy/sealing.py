"""What nobody may read or guess: secrets at rest, encrypted, and short codes of addresses, made by chance."""

from __future__ import annotations

import base64
import secrets
from enum import StrEnum

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Letters and figures that nobody takes for another."""

CODE_LENGTH = 10
"""Of 31 letters: fifty bits, so that whoever guesses finds nothing."""


class Purpose(StrEnum):
    """What a key is for; each has keys of its own, so that what is sealed for one opens for no other."""

    WEBHOOKS = "jiacan webhook secrets"
    PAYEES = "jiacan payees"
    DRAWS = "jiacan draws"
    TICKETS = "jiacan tickets"
    MALL_CODES = "jiacan mall codes"
    MEMBERS = "jiacan member doors"


def seal(purpose: Purpose, secret: bytes) -> str:
    """The secret as the database keeps it: it must be read again, so it is encrypted rather than hashed."""
    return _ciphers(purpose).encrypt(secret).decode()


def seal_text(purpose: Purpose, text: str) -> str:
    """The text as the database keeps it."""
    return seal(purpose, text.encode())


def find_sealed(purpose: Purpose, sealed: str) -> bytes | None:
    """The secret in the clear; None when it was sealed under a key that the server no longer has."""
    try:
        return _ciphers(purpose).decrypt(sealed.encode())
    except InvalidToken:
        return None


def find_sealed_text(purpose: Purpose, sealed: str) -> str | None:
    """The text in the clear; None when it was sealed under a key that the server no longer has."""
    found = find_sealed(purpose, sealed)
    return None if found is None else found.decode()


def keys_of(purpose: Purpose) -> tuple[bytes, ...]:
    """The purpose's key, derived from the server's own, and those from keys that the server had before.

    Source: HKDF, RFC 5869.
    """
    masters = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return tuple(_derived(each.encode(), purpose.encode()) for each in masters)


def new_code() -> str:
    """A new code for an address."""
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))


def _ciphers(purpose: Purpose) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(each)) for each in keys_of(purpose)])


def _derived(master: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(master)
