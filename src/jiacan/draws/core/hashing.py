"""Hashes, keyed hashes and fair numbers from them, byte by byte as docs/algorithms/draws.md defines them."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import struct

_WORDS = struct.Struct(">8I")
_RANGE = 2**32


def canonical(value: object) -> bytes:
    """The one JSON text of a value: keys sorted, no spaces, UTF-8, nothing escaped that need not be.

    >>> canonical({"b": [1, None], "a": "礼"}).decode()
    '{"a":"礼","b":[1,null]}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def sha256(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def mac(key: bytes, message: str) -> bytes:
    """HMAC-SHA256 of the message's UTF-8."""
    return hmac.digest(key, message.encode(), "sha256")


def uniform(key: bytes, label: str, below: int) -> int:
    """A number from 0 to `below - 1`, each equally likely to whoever has not the key; `below` is at most 2^32.

    The first of the 32-bit big-endian words of HMAC(label LF 0), HMAC(label LF 1), … that is below the largest
    multiple of `below` in 2^32, modulo `below`: so no number has more words than another.
    """
    fair = _RANGE - _RANGE % below
    for block in itertools.count():
        for word in _WORDS.unpack(mac(key, f"{label}\n{block}")):
            if word < fair:
                return int(word % below)
    raise AssertionError("counting has no end")
