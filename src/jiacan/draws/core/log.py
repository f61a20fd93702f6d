"""The log of tickets: each entry is sealed with everything before it, so that no order can be changed later."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from jiacan.draws.contracts.terms import Ticket
from jiacan.draws.core.hashing import mac, sha256
from jiacan.draws.core.terms import WORD

CUSTOMER_DIGITS = 32
_NONCE = re.compile(r"[0-9A-Za-z_-]{16,64}", re.ASCII)


def head_after(before: str, number: int, ticket: Ticket) -> str:
    """The hash that seals the ticket as the number-th, from 1; `before` the first it is the commitment."""
    return sha256(f"ticket\n{before}\n{number}\n{ticket.deck}\n{ticket.id}\n{ticket.customer}".encode())


def heads_of(commitment: str, tickets: Iterable[Ticket]) -> Iterator[str]:
    """The hash after each ticket of a whole log."""
    head = commitment
    for number, ticket in enumerate(tickets, start=1):
        head = head_after(head, number, ticket)
        yield head


def customer_word(key: bytes, customer_id: str) -> str:
    """The word that stands for a customer in the published log: the same for the same, and nothing without the key.

    The key is the draw's own and is never published.
    """
    return mac(key, f"customer\n{customer_id}").hex()[:CUSTOMER_DIGITS]


def is_nonce(text: str) -> bool:
    """Whether a customer's browser may add this to a ticket's id: 16 to 64 letters, digits, `_` and `-`."""
    return _NONCE.fullmatch(text) is not None


def ticket_id(issued: str, nonce: str) -> str:
    """A ticket's id: what the shop calls the chance, up to 60 characters, and the customer's nonce."""
    made = f"{issued}.{nonce}"
    assert is_nonce(nonce), "what a browser sends is looked at before"
    assert WORD.fullmatch(made), "the shop's own part is made of an id's characters"
    return made
