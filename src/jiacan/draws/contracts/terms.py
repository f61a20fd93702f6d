"""Draws that anyone can verify: what is promised beforehand, what is kept of a ticket, and what verifying says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from jiacan.kernel.messages import Message

GUARANTEE = "guarantee"
"""The id of the deck of guaranteed prizes."""


class Mode(StrEnum):
    """When tickets get their results."""

    INSTANT = "instant"  # each at once
    SCHEDULED = "scheduled"  # all at a stated hour
    LIVE = "live"  # all at once, shown prize by prize


# --- promised before the first ticket ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PrizeUnits:
    """So many pieces of a prize."""

    id: str
    units: int


@dataclass(frozen=True, slots=True)
class Deck:
    """Cards without replacement, at positions 0 to `cards - 1`; those without a prize are blank."""

    id: str
    cards: int
    prizes: tuple[PrizeUnits, ...]


@dataclass(frozen=True, slots=True)
class SealedDeck:
    """A deck with the Merkle root (hexadecimal) of its cards, which are secret."""

    deck: Deck
    root: str


@dataclass(frozen=True, slots=True)
class Guarantee:
    """A customer's `after`-th ticket in a row without a prize gets the next card of this deck while it lasts."""

    after: int
    sealed: SealedDeck


@dataclass(frozen=True, slots=True)
class Announced:
    """What a draw is, before it has a seed. `source` names the public value of a scheduled or live draw."""

    draw: str
    mode: Mode
    plan_id: str
    plan_version: int
    rules: str
    source: str
    wins_per_customer: int | None
    guarantee_after: int | None
    guaranteed: tuple[PrizeUnits, ...]
    decks: tuple[Deck, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """What the commitment is the hash of."""

    draw: str
    mode: Mode
    plan_id: str
    plan_version: int
    rules_hash: str
    seed_hash: str
    source: str
    wins_per_customer: int | None
    guarantee: Guarantee | None
    decks: tuple[SealedDeck, ...]


# --- tickets ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ticket:
    """A chance as it goes into the log: its id, a word that stands for its customer, and the deck it draws from."""

    id: str
    customer: str
    deck: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What one customer's tickets of a draw have come to: wins, and tickets without a prize since the last."""

    wins: int = 0
    misses: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """What a ticket drew: a card of its deck, a card of the guarantee, and the prize; "" is the consolation."""

    card: int | None
    guaranteed: int | None
    prize: str


NOTHING = Result(None, None, "")


@dataclass(frozen=True, slots=True)
class Settled:
    """A result, and what it leaves: the customer's standing, and how many guaranteed cards are gone."""

    result: Result
    standing: Standing
    guaranteed: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A ticket of the log with the hash that seals it and all before it, and its result."""

    ticket: Ticket
    head: str
    result: Result


@dataclass(frozen=True, slots=True)
class DrawFile:
    """Everything about a draw that is over. `public_value` is empty in an instant draw."""

    terms: Terms
    rules: str
    seed: bytes
    tickets: tuple[Drawn, ...]
    public_value: str


@dataclass(frozen=True, slots=True)
class CardProof:
    """A card and what shows that it was in its deck: its salt, and the Merkle path to the root."""

    deck: str
    position: int
    prize: str
    salt: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a customer can check alone: the ticket, its place in the log from 1, the hash before it, its cards."""

    terms: Terms
    number: int
    before: str
    drawn: Drawn
    cards: tuple[CardProof, ...]


# --- verifying --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether everything follows from what was promised; if not, where (`file` or a JSON pointer) and why.

    `checked` counts the tickets whose results were found again; `commitment` is that of the file's terms.
    """

    checked: int
    commitment: str
    where: str = ""
    why: Message | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return self.why is None


@dataclass(frozen=True, slots=True)
class Examined:
    """The verdict on a file or a receipt, and the ticket that was asked for, with its number in the log from 1."""

    verdict: Verdict
    number: int = 0
    ticket: Drawn | None = None
