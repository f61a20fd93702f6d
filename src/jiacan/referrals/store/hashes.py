"""Keyed hashes of what tells who someone is, so that equal ones are found and none can be read back."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings


def digest(shop_id: int, kind: str, text: str) -> str:
    """The keyed hash of a text of that kind at the shop; empty for an empty text."""
    return _digest(settings.SECRET_KEY, shop_id, kind, text)


def digests(shop_id: int, kind: str, text: str) -> tuple[str, ...]:
    """The hashes of the text under the server's key and those that it had before: any of them is the same text."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return tuple(found for key in keys if (found := _digest(key, shop_id, kind, text)))


def _digest(key: str, shop_id: int, kind: str, text: str) -> str:
    if not text:
        return ""
    said = f"jiacan referrals/{shop_id}/{kind}/{text}".encode()
    return hmac.new(key.encode(), said, hashlib.sha256).hexdigest()
