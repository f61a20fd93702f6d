"""Receipts: why an order got what it got, and what its customer has and owes."""

from __future__ import annotations

from ninja import Path, Router

from jiacan.api.contracts import OrderUnknown
from jiacan.api.web.auth import Call
from jiacan.api.web.kinds import Kind
from jiacan.api.web.operation import operation
from jiacan.api.web.routes.orders import ORDER_UNKNOWN
from jiacan.api.web.shapes.awards import (
    CustomerShape,
    ReceiptShape,
    ReceiptsShape,
    to_award,
    to_lines,
    to_statement,
)
from jiacan.api.web.shapes.values import Id
from jiacan.campaigns.facade import public
from jiacan.campaigns.facade.live import live_plans
from jiacan.console.facade import words
from jiacan.kernel.messages import tell
from jiacan.offers.contracts.errors import CustomerUnknown, OrderNotPaid
from jiacan.offers.contracts.occasions import is_occasion
from jiacan.offers.facade import reading as offers
from jiacan.orders import facade as orders
from jiacan.tenancy.contracts import Permission

router = Router(tags=["awards"])

NOT_PAID = Kind(OrderNotPaid, 409, tell("Not paid yet"))
CUSTOMER_UNKNOWN = Kind(CustomerUnknown, 404, tell("No such customer"))


@operation(
    router,
    "GET",
    "/receipts/{path:order_id}",
    asks=Permission.SEE_AWARDS,
    answers={200: ReceiptsShape},
    problems=(ORDER_UNKNOWN, NOT_PAID),
)
def get_receipts(request: Call, order_id: Path[Id]) -> ReceiptsShape:
    """Why an order, or an occasion such as a chance that was drawn, got what it got, and why not.

    Every offer of every live plan, in words to send to the customer, in the language asked for by Accept-Language,
    and as facts.
    """
    shop = request.auth.shop
    say, live = words(shop.zone), live_plans(shop.id)
    awards = list(offers.awards_of_orders(shop.id, [plan.plan_id for plan in live], [order_id]))
    if is_occasion(order_id):
        live = tuple(plan for plan in live if any(by == plan.plan_id for by, _ in awards))
    if orders.find_order(shop.id, order_id) is None and not (is_occasion(order_id) and live):
        raise OrderUnknown(order_id=order_id)
    return ReceiptsShape(
        order_id=order_id,
        link=public.receipt_address(shop.id, order_id, at=request.build_absolute_uri("/")),
        receipts=[
            ReceiptShape(
                plan_id=plan.plan_id,
                lines=to_lines(offers.receipt(shop.id, order_id, plan.rules, rules_of=plan), say),
                awards=[to_award(by, award, shop.currency) for by, award in awards if by == plan.plan_id],
            )
            for plan in live
        ],
    )


@operation(
    router,
    "GET",
    "/customers/{path:customer_id}",
    asks=Permission.SEE_CUSTOMERS,
    answers={200: CustomerShape},
    problems=(CUSTOMER_UNKNOWN,),
)
def get_customer(request: Call, customer_id: Path[Id]) -> CustomerShape:
    """What a customer has and owes.

    For every live plan in which an order of theirs met an offer: what they have, what they owe after claw-backs, and
    each order's receipt.
    """
    shop = request.auth.shop
    say = words(shop.zone)
    statements = []
    for plan in live_plans(shop.id):
        try:
            found = offers.statement(shop.id, customer_id, plan.rules, rules_of=plan)
        except CustomerUnknown:
            continue
        statements.append(to_statement(plan.plan_id, found, say))
    if not statements:
        raise CustomerUnknown(customer_id=customer_id)
    return CustomerShape(customer_id=customer_id, statements=statements)
