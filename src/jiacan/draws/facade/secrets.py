"""A draw's seed and the key of its customers' words: made by chance, sealed, and opened only to draw."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from jiacan.draws.contracts.errors import SeedLost
from jiacan.draws.contracts.kept import KeptDraw
from jiacan.draws.contracts.terms import Deck, Mode
from jiacan.draws.core.announcing import SEED_BYTES
from jiacan.draws.core.cards import lay
from jiacan.draws.store import draws as store
from jiacan.tenancy.sealing import Purpose, find_sealed, seal

DECKS_LAID = 64
"""How many decks a process keeps laid: to lay one takes a hash for each prize."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What nobody may know while a draw lasts; printing it by accident shows nothing."""

    seed: bytes
    key: bytes

    def __repr__(self) -> str:
        return "Secrets(…)"


def make_secrets() -> Secrets:
    """A new seed and a new key."""
    return Secrets(secrets.token_bytes(SEED_BYTES), secrets.token_bytes(SEED_BYTES))


def make_nonce() -> str:
    """What is added to the id of a ticket that is not drawn by its customer's own browser."""
    return secrets.token_urlsafe(16)


def seal_secrets(found: Secrets) -> store.Sealed:
    """The secrets as the database keeps them."""
    return store.Sealed(seal(Purpose.DRAWS, found.seed), seal(Purpose.DRAWS, found.key))


def open_secrets(draw: KeptDraw) -> Secrets:
    """The draw's secrets.

    Raises:
        SeedLost: the server no longer has the key under which they were sealed.
    """
    sealed = store.load_sealed(draw.shop_id, draw.id)
    seed, key = (find_sealed(Purpose.DRAWS, each) for each in (sealed.seed, sealed.key))
    if seed is None or key is None:
        raise SeedLost(draw=draw.draw_id)
    return Secrets(seed, key)


@lru_cache(maxsize=DECKS_LAID)
def laid(seed: bytes, deck: Deck, mode: Mode) -> Mapping[int, str]:
    """Where the deck's prizes lie, laid once in a process."""
    return lay(seed, deck, mode)
