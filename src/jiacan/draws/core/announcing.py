"""Announcing a draw: from what it shall be and a seed to what it commits to."""

from __future__ import annotations

from dataclasses import replace

from jiacan.draws.contracts.errors import DrawFlaw, DrawImpossible
from jiacan.draws.contracts.terms import GUARANTEE, Announced, Deck, Guarantee, SealedDeck, Terms
from jiacan.draws.core.cards import seal
from jiacan.draws.core.hashing import sha256
from jiacan.draws.core.reading import to_terms
from jiacan.draws.core.terms import to_json

SEED_BYTES = 32
_NO_ROOT = "0" * 64


def announce(announced: Announced, seed: bytes) -> Terms:
    """The terms of a draw with this seed, of which no more than its hash is in them.

    Raises:
        DrawImpossible: it could not be verified, or its decks cannot hold their prizes.
    """
    assert len(seed) == SEED_BYTES, "a seed has 32 bytes"
    try:
        terms = to_terms(to_json(_unsealed(announced, seed)))
    except DrawFlaw as flaw:
        raise DrawImpossible(announced.draw, flaw.where, flaw.why) from None
    found = terms.guarantee
    return replace(
        terms,
        guarantee=None if found is None else replace(found, sealed=seal(seed, found.sealed.deck, terms.mode)),
        decks=tuple(seal(seed, sealed.deck, terms.mode) for sealed in terms.decks),
    )


def _unsealed(announced: Announced, seed: bytes) -> Terms:
    after = announced.guarantee_after
    pieces = sum(prize.units for prize in announced.guaranteed)
    reserve = SealedDeck(Deck(GUARANTEE, pieces, announced.guaranteed), _NO_ROOT)
    return Terms(
        draw=announced.draw,
        mode=announced.mode,
        plan_id=announced.plan_id,
        plan_version=announced.plan_version,
        rules_hash=sha256(announced.rules.encode()),
        seed_hash=sha256(seed),
        source=announced.source,
        wins_per_customer=announced.wins_per_customer,
        guarantee=None if after is None else Guarantee(after, reserve),
        decks=tuple(SealedDeck(deck, _NO_ROOT) for deck in announced.decks),
    )
