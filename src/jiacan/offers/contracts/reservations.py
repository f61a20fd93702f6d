"""Reservations: everything bounded that a cart would take, held for it until it is paid or its time is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell
from jiacan.offers.contracts.awards import Award
from jiacan.orders.contracts import IncomingOrder


class ReservationState(StrEnum):
    """What became of a reservation. `replaced`: the same order was reserved or paid with other goods."""

    OPEN = "open"
    COMMITTED = "committed"
    RELEASED = "released"
    REPLACED = "replaced"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Reservation:
    """What is held for one cart. `awards` are, by plan, what its order gets when it is paid in time.

    `at_risk_minor` of what was refused is held by nobody; only granted awards and those given instead are.
    """

    id: str
    cart: IncomingOrder
    awards: Mapping[str, tuple[Award, ...]]
    state: ReservationState
    reserved_at: datetime
    expires_at: datetime
    ended_at: datetime | None


@dataclass(eq=False)
class ReservationUnknown(JiacanError):
    """There is no such reservation at this shop."""

    reservation_id: str

    def message(self) -> Message:
        return tell(
            "There is no reservation {reservation} here. Reserve the cart, and use the id of the answer.",
            reservation=self.reservation_id,
        )


@dataclass(eq=False)
class ReservationOver(JiacanError):
    """The reservation has ended, so that what it held may be someone else's."""

    reservation_id: str
    order_id: str
    state: ReservationState
    at: datetime

    def message(self) -> Message:
        match self.state:
            case ReservationState.COMMITTED:
                return tell(
                    "Order {order} was paid at {at} with this reservation; what it got is its own. To take an award "
                    "back, hand in a refund.",
                    order=self.order_id,
                    at=self.at,
                )
            case ReservationState.EXPIRED | ReservationState.OPEN:
                return tell(
                    "The reservation of order {order} was over at {at}, and what it held is free again. "
                    "Reserve again, or send the paid order: it gets what is left.",
                    order=self.order_id,
                    at=self.at,
                )
            case ReservationState.RELEASED | ReservationState.REPLACED:
                return tell(
                    "The reservation of order {order} was released at {at}. Reserve again, or send the paid "
                    "order: it gets what is left.",
                    order=self.order_id,
                    at=self.at,
                )


@dataclass(eq=False)
class OrderPaidAlready(JiacanError):
    """What is paid cannot be reserved, nor be paid again with other goods."""

    order_id: str

    def message(self) -> Message:
        return tell(
            "Order {order} was paid before, and its benefits are settled; nothing can be reserved for it. "
            "Reserve under another order id.",
            order=self.order_id,
        )
