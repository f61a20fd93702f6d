"""Cards from the decks in the database, for tickets of one instant draw at the end of its log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from jiacan.draws.contracts.kept import KeptDraw
from jiacan.draws.contracts.terms import GUARANTEE, Result
from jiacan.draws.core.cards import Layout
from jiacan.draws.core.instant import Pile, may_win, settle, slot_of
from jiacan.draws.facade.secrets import Secrets, laid
from jiacan.draws.store import decks as store
from jiacan.draws.store.tickets import LogEntry


@dataclass(frozen=True, slots=True)
class Dealt:
    """What tickets came to, in their order, and how many guaranteed cards are gone then."""

    results: tuple[Result, ...]
    guaranteed: int


def deal(draw: KeptDraw, secrets: Secrets, entries: Sequence[LogEntry]) -> Dealt:
    """Let each ticket take its card, and keep what is left; the draw's lock is held."""
    terms, seed = draw.terms, secrets.seed
    before = store.standings_of(draw.shop_id, draw.id, {each.ticket.customer for each in entries})
    opened, standings = _open_decks(draw, seed, entries), dict(before)
    guarantee, guaranteed, results = _guarantee(draw, seed), draw.guaranteed, []
    for entry in entries:
        customer, deck = entry.ticket.customer, opened[entry.ticket.deck]
        card, prize = None, ""
        if deck.pile.left and may_win(terms, standings[customer]):
            card = deck.take(slot_of(seed, entry.head, deck.pile.left))
            prize = deck.pile.layout.get(card, "")
        settled = settle(
            terms, standings[customer], card=card, prize=prize, guaranteed=guaranteed, guarantee=guarantee
        )
        standings[customer], guaranteed = settled.standing, settled.guaranteed
        results.append(settled.result)
    for deck in opened.values():
        deck.save()
    changed = {customer: now for customer, now in standings.items() if now != before[customer]}
    store.save_standings(draw.shop_id, draw.id, changed)
    return Dealt(tuple(results), guaranteed)


@dataclass(slots=True)
class _OpenDeck:
    """A deck that is locked, with what is known of its slots."""

    shop_id: int
    row: int
    pile: Pile
    known: set[int] = field(default_factory=set)

    def look(self, slots: Iterable[int]) -> None:
        """Have at hand what these slots hold."""
        new = set(slots) - self.known
        if new:
            self.pile.moved.update(store.moved_cards(self.shop_id, self.row, new))
            self.known |= new

    def take(self, slot: int) -> int:
        """The card of the slot."""
        self.look((slot, self.pile.left - 1))
        return self.pile.take(slot)

    def save(self) -> None:
        """Keep what is left."""
        left = self.pile.left
        moved = {slot: card for slot, card in self.pile.moved.items() if slot < left}
        store.save_deck(self.shop_id, self.row, left=left, moved=moved)


def _open_decks(draw: KeptDraw, seed: bytes, entries: Iterable[LogEntry]) -> dict[str, _OpenDeck]:
    """The tickets' decks, with the slots at hand that they look at unless one of them may win no more."""
    by_id = {sealed.deck.id: sealed.deck for sealed in draw.terms.decks}
    deck_of = attrgetter("ticket.deck")
    opened = {}
    for deck_id, of_deck in groupby(sorted(entries, key=deck_of), key=deck_of):
        row, left = store.lock_deck(draw.shop_id, draw.id, deck_id)
        deck = _OpenDeck(draw.shop_id, row, Pile(left, laid(seed, by_id[deck_id], draw.terms.mode)))
        lefts = zip(range(left, 0, -1), of_deck, strict=False)
        deck.look({slot for at, each in lefts for slot in (slot_of(seed, each.head, at), at - 1)})
        opened[deck_id] = deck
    return opened


def _guarantee(draw: KeptDraw, seed: bytes) -> Layout:
    if draw.terms.guarantee is None:
        return {}
    deck = draw.terms.guarantee.sealed.deck
    assert deck.id == GUARANTEE, "the guarantee has its own deck"
    return laid(seed, deck, draw.terms.mode)
