"""Small draws that are over, for tests: made by the same functions that make large ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from jiacan.draws.contracts.terms import Announced, Deck, DrawFile, Drawn, Mode, PrizeUnits, Ticket
from jiacan.draws.core.announcing import announce
from jiacan.draws.core.file import results_of
from jiacan.draws.core.log import heads_of
from jiacan.draws.core.terms import commitment_of

SEED = bytes(range(32))
RULES = "订单抽奖: one chance for each paid order."
SOURCE = "drand quicknet, round 12345678"
VALUE = "5f0c3e8d"


def instant(*decks: Deck, **changes) -> Announced:
    """An instant draw of these decks."""
    plain = Announced("lucky", Mode.INSTANT, "spring", 1, RULES, "", None, None, (), decks)
    return replace(plain, **changes)


def scheduled(*prizes: PrizeUnits, **changes) -> Announced:
    """A scheduled draw of these prizes."""
    deck = Deck("whole", sum(prize.units for prize in prizes), prizes)
    return replace(instant(deck), mode=Mode.SCHEDULED, source=SOURCE, **changes)


def deck(name: str, cards: int, **prizes: int) -> Deck:
    """A deck with so many of each prize."""
    return Deck(name, cards, tuple(PrizeUnits(prize, units) for prize, units in prizes.items()))


def tickets(customers: Iterable[str], deck_id: str = "day") -> list[Ticket]:
    """A ticket for each name, numbered from 1."""
    return [Ticket(f"t{number}.n", customer, deck_id) for number, customer in enumerate(customers, start=1)]


def drawn(announced: Announced, log: Sequence[Ticket], *, seed: bytes = SEED, value: str = VALUE) -> DrawFile:
    """The draw when it is over."""
    terms = announce(announced, seed)
    public = "" if announced.mode is Mode.INSTANT else value
    heads = heads_of(commitment_of(terms), log)
    blank = tuple(Drawn(ticket, head, None) for ticket, head in zip(log, heads, strict=True))
    file = DrawFile(terms, announced.rules, seed, blank, public)
    results = results_of(file)
    whole = tuple(replace(each, result=result) for each, result in zip(blank, results, strict=True))
    return replace(file, tickets=whole)


def prizes(file: DrawFile) -> list[str]:
    """What each ticket got."""
    return [each.result.prize for each in file.tickets]


CUSTOMERS = "abacadabacbadcabacadae"
INSTANT = drawn(
    instant(
        deck("day-1", 12, first=2, second=3),
        deck("day-2", 30, second=1),
        wins_per_customer=2,
        guarantee_after=3,
        guaranteed=(PrizeUnits("cup", 2),),
    ),
    [replace(each, deck=f"day-{1 + (n > 14)}") for n, each in enumerate(tickets(CUSTOMERS))],
)
"""Two decks of which one is emptied, a guarantee that is used up, and customers who may win no more."""

SCHEDULED = drawn(
    scheduled(PrizeUnits("car", 1), PrizeUnits("cup", 4), wins_per_customer=1), tickets(CUSTOMERS, "whole")
)
