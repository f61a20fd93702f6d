"""Orders and refunds come in, one or a thousand at a time, and earn or give back at once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from django.utils import timezone
from ninja import Body, Path, Router

from jiacan.api.contracts import NoCurrency, OrderUnknown, OtherCurrency
from jiacan.api.web.auth import Call
from jiacan.api.web.kinds import Kind
from jiacan.api.web.operation import Together, operation
from jiacan.api.web.shapes.orders import (
    CartIn,
    OneOrMoreOrders,
    OneOrMoreRefunds,
    OrderIn,
    OrderOut,
    OrdersIn,
    OrdersTaken,
    OrderTaken,
    RefundIn,
    RefundsIn,
    RefundsTaken,
    RefundTaken,
    to_cart,
    to_order,
    to_order_taken,
    to_refund,
    to_refund_taken,
)
from jiacan.api.web.shapes.values import Id
from jiacan.campaigns.contracts.online import Delivery, TakenAnswer
from jiacan.kernel.messages import tell
from jiacan.orders import facade as orders
from jiacan.orders.contracts import OrderUnusable
from jiacan.tenancy.contracts import Permission

router = Router(tags=["orders"])

ORDER_UNKNOWN = Kind(OrderUnknown, 404, tell("No such order"))
ORDER_UNUSABLE = Kind(OrderUnusable, 422, tell("The order cannot be recorded"))
NO_CURRENCY = Kind(NoCurrency, 409, tell("No currency yet"))
OTHER_CURRENCY = Kind(OtherCurrency, 422, tell("Another currency"))
MONEY = (ORDER_UNUSABLE, NO_CURRENCY, OTHER_CURRENCY)


@operation(
    router,
    "POST",
    "/orders",
    asks=Permission.SEND_ORDERS,
    answers={200: OrderTaken | OrdersTaken},
    problems=MONEY,
    together=True,
)
def send_orders(request: Call, body: Body[OneOrMoreOrders]) -> Together:
    """Send one order, or up to a thousand.

    Send an order when it is placed, paid or received; however often it comes, it earns its benefits once, and the
    answer is the same. One order is answered alone, a batch in the order in which it was sent. A batch is recorded
    and settled in one transaction.
    """
    shop = request.auth.shop
    sent = body.orders if isinstance(body, OrdersIn) else [body]
    refuse_other_money(request, sent)
    shape = _orders_taken if isinstance(body, OrdersIn) else _order_taken
    delivery = Delivery([to_cart(order) for order in sent], (), timezone.now())
    return Together(delivery, partial(shape, shop.currency))


@operation(
    router,
    "GET",
    "/orders/{path:order_id}",
    asks=Permission.SEE_ORDERS,
    answers={200: OrderOut},
    problems=(ORDER_UNKNOWN,),
)
def get_order(request: Call, order_id: Path[Id]) -> OrderOut:
    """An order as it is recorded.

    With its lines and everything that came back of it; /receipts has what it earned.
    """
    found = orders.find_order(request.auth.shop.id, order_id)
    if found is None:
        raise OrderUnknown(order_id=order_id)
    return to_order(found, request.auth.shop.currency)


@operation(
    router,
    "POST",
    "/refunds",
    asks=Permission.SEND_ORDERS,
    answers={200: RefundTaken | RefundsTaken},
    problems=MONEY,
    together=True,
)
def send_refunds(request: Call, body: Body[OneOrMoreRefunds]) -> Together:
    """Send one refund, or up to a thousand.

    What the kept goods no longer deserve is taken back by the plan's policy. A refund may come before its order.
    """
    shop = request.auth.shop
    sent = body.refunds if isinstance(body, RefundsIn) else [body]
    refuse_other_money(request, sent)
    shape = _refunds_taken if isinstance(body, RefundsIn) else _refund_taken
    delivery = Delivery((), [to_refund(refund) for refund in sent], timezone.now())
    return Together(delivery, partial(shape, shop.currency))


def _orders_taken(currency: str, taken: TakenAnswer) -> OrdersTaken:
    return OrdersTaken(orders=[to_order_taken(answer, currency) for answer in taken.orders])


def _order_taken(currency: str, taken: TakenAnswer) -> OrderTaken:
    return to_order_taken(taken.orders[0], currency)


def _refunds_taken(currency: str, taken: TakenAnswer) -> RefundsTaken:
    return RefundsTaken(refunds=[to_refund_taken(answer, currency) for answer in taken.refunds])


def _refund_taken(currency: str, taken: TakenAnswer) -> RefundTaken:
    return to_refund_taken(taken.refunds[0], currency)


def refuse_other_money(request: Call, sent: Iterable[OrderIn | CartIn | RefundIn]) -> None:
    """Refuse amounts that are not in the shop's currency."""
    shop = request.auth.shop
    if not shop.currency:
        raise NoCurrency(shop=shop.slug)
    for each in sent:
        if each.currency != shop.currency:
            raise OtherCurrency(said=each.currency, currency=shop.currency)
