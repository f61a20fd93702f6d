"""Links to tickets, which only the server can make and which are kept nowhere."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

SECRET_DIGITS = 32
ISSUED_DIGITS = 32


def link_secret(keys: Sequence[bytes], issued: str) -> str:
    """What opens the page of a ticket: its id, and what only whoever has the key can add to it.

    Args:
        keys: the server's key, and those that it had before.
        issued: the ticket's id.
    """
    return issued + _mark(keys[0], issued)


def issued_by(keys: Sequence[bytes], secret: str) -> str | None:
    """The ticket that the secret opens; None where no key made it."""
    issued, mark = secret[:ISSUED_DIGITS], secret[ISSUED_DIGITS:]
    made = any(hmac.compare_digest(mark.encode(), _mark(key, issued).encode()) for key in keys)
    return issued if made else None


def _mark(key: bytes, issued: str) -> str:
    return hmac.new(key, issued.encode(), hashlib.sha256).hexdigest()[:SECRET_DIGITS]
