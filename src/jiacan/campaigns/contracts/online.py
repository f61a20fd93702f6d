"""Orders one at a time: what each delivery was, and what it got in every live plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jiacan.offers.contracts.awards import Award, ClawBack
from jiacan.offers.contracts.reservations import Reservation
from jiacan.orders.contracts import Taken


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
