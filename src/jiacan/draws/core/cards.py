"""Where a deck's prizes lie, and the seal over its cards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jiacan.draws.contracts.terms import GUARANTEE, CardProof, Deck, Mode, SealedDeck
from jiacan.draws.core.hashing import mac, uniform
from jiacan.draws.core.merkle import Tree, leaf_hash, root_by, tree_of

Layout = Mapping[int, str]
"""The prize at each position that has one."""


def lay(seed: bytes, deck: Deck, mode: Mode) -> Layout:
    """Where the prizes lie: shuffled in an instant draw; in order where prizes are given out one by one."""
    if mode is not Mode.INSTANT or deck.id == GUARANTEE:
        return dict(enumerate(_pieces(deck)))
    return _shuffled(seed, deck)


def _pieces(deck: Deck) -> Iterator[str]:
    return (prize.id for prize in deck.prizes for _ in range(prize.units))


def _shuffled(seed: bytes, deck: Deck) -> Layout:
    """Fisher and Yates, only as far as there are prizes: each piece takes one of the positions that are left."""
    moved: dict[int, int] = {}
    found = {}
    for i, prize in enumerate(_pieces(deck)):
        j = i + uniform(seed, f"lay\n{deck.id}\n{i}", deck.cards - i)
        found[moved.get(j, j)] = prize
        moved[j] = moved.get(i, i)
    return found


def salt_of(seed: bytes, deck_id: str, position: int) -> str:
    """What keeps a card's hash from being guessed while the seed is secret, in hexadecimal."""
    return mac(seed, f"salt\n{deck_id}\n{position}").hex()


def card_hash(deck_id: str, position: int, prize: str, salt: str) -> bytes:
    """The leaf of a card."""
    return leaf_hash(f"card\n{deck_id}\n{position}\n{prize}\n{salt}".encode())


def tree_over(seed: bytes, deck: Deck, layout: Layout) -> Tree:
    """The tree over all of a deck's cards."""
    return tree_of(
        [
            card_hash(deck.id, position, layout.get(position, ""), salt_of(seed, deck.id, position))
            for position in range(deck.cards)
        ]
    )


def seal(seed: bytes, deck: Deck, mode: Mode) -> SealedDeck:
    """The deck with the root of its cards."""
    return SealedDeck(deck, tree_over(seed, deck, lay(seed, deck, mode)).root.hex())


def prove(seed: bytes, deck: Deck, mode: Mode, position: int) -> CardProof:
    """A card with its salt and its path, from a tree made anew."""
    layout = lay(seed, deck, mode)
    path = tree_over(seed, deck, layout).path(position)
    return CardProof(
        deck=deck.id,
        position=position,
        prize=layout.get(position, ""),
        salt=salt_of(seed, deck.id, position),
        path=tuple(step.hex() for step in path),
    )


def was_sealed(card: CardProof, sealed: SealedDeck) -> bool:
    """Whether the card's path leads to the deck's root."""
    leaf = card_hash(card.deck, card.position, card.prize, card.salt)
    path = [bytes.fromhex(step) for step in card.path]
    root = root_by(path, leaf=leaf, position=card.position, leaves=sealed.deck.cards)
    return root is not None and root.hex() == sealed.root
