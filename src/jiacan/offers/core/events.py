"""Orders and refunds as settle takes them: already matched, and in the one order in which they count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from jiacan.offers.contracts.awards import Match
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.core.match import match_order
from jiacan.orders.contracts import Order, Refund


@dataclass(frozen=True, slots=True)
class PaidEvent:
    """An order was paid, and meets these offers."""

    order_id: str
    customer_id: str
    at: datetime
    matches: tuple[Match, ...]

    @property
    def place(self) -> tuple[datetime, bool, str, str]:
        """Its place in the order of events: `(occurred_at, order before refund, id)`."""
        return self.at, False, self.order_id, self.order_id


@dataclass(frozen=True, slots=True)
class RefundEvent:
    """Goods of an order came back; the goods kept after it meet these offers."""

    refund_id: str
    order_id: str
    at: datetime
    deserved: tuple[Match, ...]

    @property
    def place(self) -> tuple[datetime, bool, str, str]:
        """Its place in the order of events."""
        return self.at, True, self.refund_id, self.order_id


Event = PaidEvent | RefundEvent


def paid_event(order: Order, rules: PlanRules) -> PaidEvent:
    """The order, matched. A guest's meets nothing."""
    return PaidEvent(order.order_id, order.customer_id or "", order.paid_at, match_order(order, rules))


def refund_event(refund: Refund, order: Order, refunds_of_order: Iterable[Refund], rules: PlanRules) -> RefundEvent:
    """The refund, with what the goods kept after it (and after the order's earlier refunds) deserve.

    `refunds_of_order` are all refunds of the order, in any order; later ones are left out.
    """

    def place(each: Refund) -> tuple[datetime, str]:
        return max(each.refunded_at, order.paid_at), each.refund_id  # some exports date a refund before its order

    until = place(refund)
    returned = [line for each in sorted(refunds_of_order, key=place) if place(each) <= until for line in each.lines]
    kept = order.keeping(returned)
    at, _ = until
    return RefundEvent(refund.refund_id, order.order_id, at, match_order(kept, rules))


def to_events(orders: Iterable[Order], refunds: Mapping[str, Sequence[Refund]], rules: PlanRules) -> list[Event]:
    """Every order and every refund of those orders as events, in the order in which they settle."""
    events: list[Event] = []
    for order in orders:
        events.append(paid_event(order, rules))
        of_order = refunds.get(order.order_id, ())
        events.extend(refund_event(refund, order, of_order, rules) for refund in of_order)
    return sorted(events, key=lambda event: event.place)
