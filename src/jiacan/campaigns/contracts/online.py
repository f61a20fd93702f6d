"""Orders one at a time: what each delivery was, and what it got in every live plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jiacan.kernel.errors import JiacanError
from jiacan.offers.contracts.awards import Award, ClawBack
from jiacan.offers.contracts.reservations import Reservation
from jiacan.orders.contracts import IncomingOrder, Refund, Taken


@dataclass(frozen=True, slots=True)
class OrderAnswer:
    """What became of one delivered order: the same however often it is delivered.

    `awards` are, by plan, everything that the recorded order met: given, refused or held out. An order that is not
    paid yet, or that no live plan holds, has none.
    """

    order_id: str
    state: Taken
    awards: Mapping[str, tuple[Award, ...]]


@dataclass(frozen=True, slots=True)
class RefundAnswer:
    """What became of one delivered refund, and what it took back, by plan; nothing until its order is here."""

    refund_id: str
    order_id: str
    state: Taken
    claw_backs: Mapping[str, tuple[ClawBack, ...]]


@dataclass(frozen=True, slots=True)
class TakenAnswer:
    """An answer to each delivered order and refund, in the order in which they were given."""

    orders: tuple[OrderAnswer, ...]
    refunds: tuple[RefundAnswer, ...]


@dataclass(frozen=True, slots=True)
class Committed:
    """A reservation whose order was paid, and what the order got, by plan: the same however often it is committed."""

    reservation: Reservation
    awards: Mapping[str, tuple[Award, ...]]


@dataclass(frozen=True, slots=True)
class Told:
    """The answer, as its delivery asked for it to be written."""

    answer: Any


@dataclass(frozen=True, slots=True)
class Earlier:
    """The request was answered before; this is what whoever keeps answers kept."""

    answer: Any


@dataclass(frozen=True, slots=True)
class Once:
    """What makes a request work once. Both are asked in its transaction, for all tickets that are settled in it.

    `find` says of each ticket that it is new (None), what was answered before, or why it may not work; `keep` keeps
    the answers of those that were new, as they are told. Requests that stand in one transaction have the same `find`
    and `keep`.
    """

    ticket: Any
    find: Callable[[Sequence[Any]], Sequence[Earlier | JiacanError | None]]
    keep: Callable[[Sequence[tuple[Any, Any]]], None]


@dataclass(frozen=True, slots=True)
class Delivery:
    """The orders and refunds of one request and when it came; they are answered together, or fail together.

    `write` makes of the answer what is told, where it is settled; without it that is the answer itself. Like `once`
    it may go to another process, so it is a function of a module or a `partial` of one.
    """

    orders: Sequence[IncomingOrder]
    refunds: Sequence[Refund]
    at: datetime
    once: Once | None = None
    write: Callable[[TakenAnswer], Any] | None = None

    @property
    def order_ids(self) -> frozenset[str]:
        """The orders that it is about."""
        return frozenset([*(one.order_id for one in self.orders), *(one.order_id for one in self.refunds)])


Outcome = TakenAnswer | Told | Earlier | Exception
"""What became of a delivery: its answer, the one it had before, or why it failed."""
