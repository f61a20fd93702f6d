"""Tokens that were found a moment ago, by the hash of their secret, so that not every call asks the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic

from jiacan.tenancy.contracts import Token
from jiacan.tenancy.core.secrets import secret_hash
from jiacan.tenancy.store import keys

GOOD_SECONDS = 1.0
"""How long a token that another process revoked may still be taken here."""

MOST = 1_000

Asking = Callable[[Callable[[], Token | None]], Token | None]
"""How the database is asked: does what it is given, on some connection."""

_found: dict[str, tuple[float, Token]] = {}
_lock = Lock()


def at_once(find: Callable[[], Token | None]) -> Token | None:
    """Ask on the caller's own connection."""
    return find()


def find_token(secret: str, at: datetime, *, noted_every: timedelta, asking: Asking) -> Token | None:
    """The token with that secret, unless it was revoked more than a second ago; its use is noted so often."""
    hashed = secret_hash(secret)
    kept = _found.get(hashed)
    if kept is not None and kept[0] > monotonic():
        return kept[1]
    token = asking(lambda: _load(secret, at, noted_every))
    # What a shop has not said yet, its next plan says: then nobody is to wait a second for it.
    if token is not None and token.shop.currency:
        _keep(hashed, token)
    return token


def _load(secret: str, at: datetime, noted_every: timedelta) -> Token | None:
    token = keys.find_token(secret)
    if token is not None and (token.last_used_at is None or token.last_used_at <= at - noted_every):
        keys.touch_token(token.shop.id, token.id, at, unless_since=at - noted_every)
    return token


def _keep(hashed: str, token: Token) -> None:
    with _lock:
        if len(_found) >= MOST:
            _found.clear()
        _found[hashed] = (monotonic() + GOOD_SECONDS, token)


def forget_token(token_id: int) -> None:
    """Look for the token anew when it is next used."""
    with _lock:
        for hashed in [hashed for hashed, (_, token) in _found.items() if token.id == token_id]:
            del _found[hashed]
