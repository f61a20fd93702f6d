"""Instant draws: one ticket, one card of those that are left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from jiacan.draws.contracts.terms import NOTHING, Result, SealedDeck, Settled, Standing, Terms, Ticket
from jiacan.draws.core.cards import Layout, lay
from jiacan.draws.core.hashing import uniform


def slot_of(seed: bytes, head: str, left: int) -> int:
    """Which of the `left` slots the ticket takes that is sealed with `head`.

    A slot holds the card of its own number until cards are moved: whoever takes slot s moves the card of the last
    slot to s. So each card is taken once, and what is left lies in slots 0 to `left - 1`.
    """
    return uniform(seed, f"draw\n{head}", left)


def may_win(terms: Terms, standing: Standing) -> bool:
    """Whether the customer has not won as often as the terms allow. Whoever has takes no card."""
    return terms.wins_per_customer is None or standing.wins < terms.wins_per_customer


def settle(
    terms: Terms, standing: Standing, *, card: int | None, prize: str, guaranteed: int, guarantee: Layout
) -> Settled:
    """What a ticket comes to, once its card is known.

    Args:
        terms: the draw's terms.
        standing: what the customer's tickets before this one came to.
        card: the card it took; None where the deck is empty or the customer may not win.
        prize: that card's prize; empty for a blank card or none.
        guaranteed: how many cards of the guarantee are gone.
        guarantee: the guarantee's cards.
    """
    if not may_win(terms, standing):
        return Settled(NOTHING, standing, guaranteed)
    if prize:
        return Settled(Result(card, None, prize), Standing(standing.wins + 1, 0), guaranteed)
    misses = standing.misses + 1
    if terms.guarantee is None or misses < terms.guarantee.after or guaranteed not in guarantee:
        return Settled(Result(card, None, ""), Standing(standing.wins, misses), guaranteed)
    won = Result(card, guaranteed, guarantee[guaranteed])
    return Settled(won, Standing(standing.wins + 1, 0), guaranteed + 1)


@dataclass(slots=True)
class Pile:
    """What is left of a deck."""

    left: int
    layout: Layout
    moved: dict[int, int] = field(default_factory=dict)

    def take(self, slot: int) -> int:
        """The card of the slot; the last slot's card moves there."""
        card = self.moved.get(slot, slot)
        last = self.left - 1
        moving = self.moved.pop(last, last)
        if slot != last:
            self.moved[slot] = moving
        self.left = last
        return card


def pile_of(seed: bytes, terms: Terms, sealed: SealedDeck) -> Pile:
    """The whole deck."""
    return Pile(sealed.deck.cards, lay(seed, sealed.deck, terms.mode))


def guarantee_of(seed: bytes, terms: Terms) -> Layout:
    """The guarantee's cards; none where there is no guarantee."""
    return {} if terms.guarantee is None else lay(seed, terms.guarantee.sealed.deck, terms.mode)


def deal(seed: bytes, terms: Terms, tickets: Iterable[tuple[Ticket, str]]) -> Iterator[Result]:
    """The result of every ticket of a whole log, each with the hash that seals it."""
    piles: Mapping[str, Pile] = {sealed.deck.id: pile_of(seed, terms, sealed) for sealed in terms.decks}
    guarantee = guarantee_of(seed, terms)
    standings: dict[str, Standing] = {}
    guaranteed, new = 0, Standing()
    for ticket, head in tickets:
        pile, standing = piles[ticket.deck], standings.get(ticket.customer, new)
        card, prize = None, ""
        if pile.left and may_win(terms, standing):
            card = pile.take(slot_of(seed, head, pile.left))
            prize = pile.layout.get(card, "")
        settled = settle(terms, standing, card=card, prize=prize, guaranteed=guaranteed, guarantee=guarantee)
        standings[ticket.customer] = settled.standing
        guaranteed = settled.guaranteed
        yield settled.result
