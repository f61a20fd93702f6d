"""What a draw commits to before its first ticket, and whether it contradicts itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jiacan.draws.contracts.errors import DrawFlaw
from jiacan.draws.contracts.terms import GUARANTEE, Deck, Mode, SealedDeck, Terms
from jiacan.draws.core.hashing import canonical, sha256
from jiacan.kernel.messages import tell

MOST_CARDS = 2**31 - 1
WORD = re.compile(r"[0-9A-Za-z._~/:@+-]{1,128}", re.ASCII)
"""What ids and the words that stand for customers are made of: nothing that ends a line."""


def commitment_of(terms: Terms) -> str:
    """The hash that is published before the first ticket."""
    return sha256(canonical(to_json(terms)))


def to_json(terms: Terms) -> dict[str, object]:
    """The terms as they are hashed and published."""
    found = terms.guarantee
    return {
        "draw": terms.draw,
        "mode": terms.mode.value,
        "plan": {"id": terms.plan_id, "version": terms.plan_version},
        "rules_hash": terms.rules_hash,
        "seed_hash": terms.seed_hash,
        "source": terms.source,
        "wins_per_customer": terms.wins_per_customer,
        "guarantee": None if found is None else {"after": found.after, "deck": _deck_json(found.sealed)},
        "decks": [_deck_json(sealed) for sealed in terms.decks],
    }


def _deck_json(sealed: SealedDeck) -> dict[str, object]:
    return {
        "id": sealed.deck.id,
        "cards": sealed.deck.cards,
        "prizes": [{"id": prize.id, "units": prize.units} for prize in sealed.deck.prizes],
        "root": sealed.root,
    }


# --- whether terms make sense ------------------------------------------------------------------------------


def flaws_of(terms: Terms) -> Iterator[DrawFlaw]:
    """What in the terms contradicts itself, each with its place in the file."""
    yield from _source_flaws(terms)
    for place, sealed in enumerate(terms.decks):
        at, deck = f"/terms/decks/{place}", sealed.deck
        if deck.id == GUARANTEE:
            yield DrawFlaw(f"{at}/id", tell("only the deck of guaranteed prizes is called {id}", id=GUARANTEE))
        if deck.id in {earlier.deck.id for earlier in terms.decks[:place]}:
            yield DrawFlaw(f"{at}/id", tell("two decks are called {deck}; each needs an id of its own", deck=deck.id))
        yield from _deck_flaws(at, deck, full=terms.mode is not Mode.INSTANT)
    if terms.guarantee is not None:
        yield from _guarantee_flaws("/terms/guarantee/deck", terms.guarantee.sealed.deck)


def _guarantee_flaws(at: str, deck: Deck) -> Iterator[DrawFlaw]:
    if deck.id != GUARANTEE:
        yield DrawFlaw(f"{at}/id", tell("the deck of guaranteed prizes has to be called {id}", id=GUARANTEE))
    yield from _deck_flaws(at, deck, full=True)


def _source_flaws(terms: Terms) -> Iterator[DrawFlaw]:
    if terms.mode is Mode.INSTANT:
        if terms.source:
            yield DrawFlaw("/terms/source", tell("an instant draw takes no public value"))
        return
    if not terms.source:
        yield DrawFlaw("/terms/source", tell("the source of the public value is not named beforehand"))
    if terms.guarantee is not None:
        yield DrawFlaw("/terms/guarantee", tell("only an instant draw can guarantee a prize after misses"))
    if len(terms.decks) != 1:
        yield DrawFlaw("/terms/decks", tell("a draw that is held at one hour has one deck"))


def _deck_flaws(at: str, deck: Deck, *, full: bool) -> Iterator[DrawFlaw]:
    for place, prize in enumerate(deck.prizes):
        if prize.id in {earlier.id for earlier in deck.prizes[:place]}:
            yield DrawFlaw(f"{at}/prizes/{place}/id", tell("the prize {prize} is there twice", prize=prize.id))
    pieces = sum(prize.units for prize in deck.prizes)
    if pieces > deck.cards or (full and pieces != deck.cards):
        yield DrawFlaw(
            f"{at}/cards",
            tell(
                "the deck {deck} has {cards} cards for {pieces} prizes", deck=deck.id, cards=deck.cards, pieces=pieces
            ),
        )
