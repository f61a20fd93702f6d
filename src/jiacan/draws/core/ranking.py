"""Scheduled and live draws: a public value ranks the tickets of a closed log, and prizes go down the ranking."""

from __future__ import annotations

from collections.abc import Sequence

from jiacan.draws.contracts.terms import NOTHING, Result, Terms
from jiacan.draws.core.cards import lay
from jiacan.draws.core.hashing import mac, sha256


def public_head(closed: str, value: str) -> str:
    """The hash that seals the public value behind the closed log."""
    return sha256(f"public\n{closed}\n{value}".encode())


def rank(seed: bytes, closed: str, value: str, heads: Sequence[str]) -> list[int]:
    """The tickets in the order in which prizes are offered to them, as places in the log from 0.

    Args:
        seed: the secret seed.
        closed: the hash that seals the last ticket.
        value: the public value, as its source gives it.
        heads: the hash that seals each ticket.
    """
    key = mac(seed, f"public\n{closed}\n{value}")
    scores = [mac(key, f"rank\n{head}") for head in heads]
    return sorted(range(len(heads)), key=scores.__getitem__)


def deal_by_rank(
    seed: bytes, terms: Terms, *, customers: Sequence[str], heads: Sequence[str], closed: str, value: str
) -> list[Result]:
    """The result of every ticket: card after card goes to the next in rank whose customer may still win."""
    deck = terms.decks[0].deck
    cards = lay(seed, deck, terms.mode)
    results = [NOTHING] * len(heads)
    wins: dict[str, int] = {}
    card = 0
    for place in rank(seed, closed, value, heads):
        if card == deck.cards:
            break
        won = wins.get(customers[place], 0)
        if terms.wins_per_customer is None or won < terms.wins_per_customer:
            results[place] = Result(card, None, cards[card])
            wins[customers[place]] = won + 1
            card += 1
    return results
