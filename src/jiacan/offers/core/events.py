"""Orders and refunds as settle takes them: already matched, and in the one order in which they count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from jiacan.offers.contracts.awards import Match, Prices
from jiacan.offers.contracts.rules import PlanRules, Trigger
from jiacan.offers.core.match import match_order
from jiacan.offers.core.pricing import NO_PRICES, list_prices
from jiacan.offers.core.stacking import in_turn
from jiacan.orders.contracts import Order, Refund


@dataclass(frozen=True, slots=True)
class PaidEvent:
    """An order was paid, and meets these offers. `prices` are its list prices, where an offer bears on them.

    Or, where `trigger` says so, an occasion came about: `order_id` is then its id.
    """

    order_id: str
    customer_id: str
    at: datetime
    matches: tuple[Match, ...]
    prices: Prices = NO_PRICES
    trigger: Trigger = Trigger.ORDER_PAID

    @property
    def of_order(self) -> bool:
        """Whether it is an order that was paid."""
        return self.trigger is Trigger.ORDER_PAID

    @property
    def place(self) -> tuple[datetime, bool, str, str]:
        """Its place in the order of events: `(occurred_at, order before refund, id)`."""
        return self.at, False, self.order_id, self.order_id


@dataclass(frozen=True, slots=True)
class RefundEvent:
    """Goods of an order came back; the goods kept after it meet these offers. Or an occasion is revoked, whole.

    Where an offer bears on prices, `prices` are the list prices of what was kept, and `turn` names the offers that
    the whole order met, as they were tried: in that turn they take from the prices again.
    """

    refund_id: str
    order_id: str
    at: datetime
    deserved: tuple[Match, ...]
    prices: Prices = NO_PRICES
    turn: tuple[str, ...] = ()
    of_order: bool = True

    @property
    def place(self) -> tuple[datetime, bool, str, str]:
        """Its place in the order of events."""
        return self.at, True, self.refund_id, self.order_id


Event = PaidEvent | RefundEvent


def paid_event(order: Order, rules: PlanRules) -> PaidEvent:
    """The order, matched. A guest's meets nothing."""
    matches = match_order(order, rules)
    prices = list_prices(order, rules.currency) if _bear_on_prices(matches) else NO_PRICES
    return PaidEvent(order.order_id, order.customer_id or "", order.paid_at, matches, prices)


def _bear_on_prices(matches: Iterable[Match]) -> bool:
    return any(match.has_effects for match in matches)


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
    deserved = match_order(kept, rules)
    if not _bear_on_prices(deserved):
        return RefundEvent(refund.refund_id, order.order_id, at, deserved)
    turn = tuple(match.offer_id for match in in_turn(match_order(order, rules), rules))
    return RefundEvent(
        refund.refund_id, order.order_id, at, deserved, prices=list_prices(kept, rules.currency), turn=turn
    )


def to_events(orders: Iterable[Order], refunds: Mapping[str, Sequence[Refund]], rules: PlanRules) -> list[Event]:
    """Every order and every refund of those orders as events, in the order in which they settle."""
    events: list[Event] = []
    for order in orders:
        events.append(paid_event(order, rules))
        of_order = refunds.get(order.order_id, ())
        events.extend(refund_event(refund, order, of_order, rules) for refund in of_order)
    return sorted(events, key=lambda event: event.place)
