"""Identifiers: how plans name things, and how chance that must repeat is drawn from an identity."""

from __future__ import annotations

import hashlib
import re

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9_.-]{0,62}[a-z0-9])?")


def is_slug(text: str) -> bool:
    """Whether `text` can be an id in a plan: lower-case letters, digits, `-`, `_`, `.`; 64 at most.

    >>> is_slug("order-bonus-2011"), is_slug("Order bonus"), is_slug("-")
    (True, False, False)
    """
    return _SLUG.fullmatch(text) is not None


def fraction_of(identity: str) -> float:
    """The first 8 bytes of SHA-256 of the identity as a big-endian fraction of 2^64, in [0, 1)."""
    return int.from_bytes(hashlib.sha256(identity.encode()).digest()[:8], "big") / 2**64


def first_at_or_above(share: float) -> str:
    """The first 16 hexadecimal digits of a SHA-256 whose `fraction_of` is not below the share; `g` where none is.

    >>> first_at_or_above(0.5)
    '8000000000000000'
    """
    low, high = 0, 2**64
    while low < high:
        middle = (low + high) // 2
        if middle / 2**64 < share:
            low = middle + 1
        else:
            high = middle
    return f"{low:016x}" if low < 2**64 else "g"
