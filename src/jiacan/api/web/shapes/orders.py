"""Orders, refunds and carts as programs send them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Discriminator, Field, Tag

from jiacan.api.web.shapes.awards import AwardShape, ClawBackShape, to_awards, to_claw_backs
from jiacan.api.web.shapes.values import (
    Amount,
    Currency,
    Given,
    Id,
    Moment,
    Money,
    Taken,
    Units,
    Words,
    micros_of,
    minor_of,
    to_money,
)
from jiacan.campaigns.contracts.online import OrderAnswer, RefundAnswer
from jiacan.orders.contracts import IncomingOrder, OrderLine, RecordedOrder, Refund, RefundLine
from jiacan.orders.contracts import Taken as TakenState

MOST_LINES = 1_000
MOST_IN_A_BATCH = 1_000

_LINES = [{"sku": "22423", "quantity": 2, "unit_price": "12.75", "category": "tea", "title": "Cake stand"}]
_ORDER: dict[str, Any] = {
    "order_id": "1001",
    "customer_id": "c-17",
    "currency": "GBP",
    "paid_at": "2011-11-15T10:00:00+00:00",
    "channel": "web",
    "lines": _LINES,
}
_CART = {field: value for field, value in _ORDER.items() if field != "paid_at"}
_REFUND: dict[str, Any] = {
    "refund_id": "r-1",
    "order_id": "1001",
    "currency": "GBP",
    "refunded_at": "2011-11-20T09:30:00+00:00",
    "lines": [{"sku": "22423", "quantity": 1, "amount": "12.75"}],
}


class LineIn(Taken):
    """One row of an order or cart, before any reduction that Jiacan gives."""

    sku: Id
    quantity: Units
    unit_price: Amount = Field(description="Major units, up to six decimals.", examples=["12.75"])
    discount: Amount = Field("0", description="What the shop itself takes off the whole row.")
    category: Words = ""
    title: Words = ""


class CartIn(Taken):
    """What is about to be bought. The currency is the shop's."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CART]})

    order_id: Id
    customer_id: Id | None = Field(None, description="The shop's number of the customer; a guest has none.")
    currency: Currency
    placed_at: Moment | None = None
    channel: Words = ""
    region: Words = ""
    shipping: Amount = "0"
    lines: list[LineIn] = Field(min_length=1, max_length=MOST_LINES)


class OrderIn(CartIn):
    """An order, paid or not yet. Send it again when its state changes; it is awarded once."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ORDER]})

    paid_at: Moment | None = Field(None, description="When it was paid; an order earns nothing before.")
    received_at: Moment | None = None
    status: Words = ""


class OrdersIn(Taken):
    """Up to a thousand orders, taken in one transaction."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"orders": [_ORDER]}]})

    orders: list[OrderIn] = Field(min_length=1, max_length=MOST_IN_A_BATCH)


class RefundLineIn(Taken):
    """Units of one SKU that came back."""

    sku: Id
    quantity: Units
    amount: Amount | None = Field(None, description="What was paid back, where the shop knows it.")


class RefundIn(Taken):
    """What came back of one order at one time. The order may come later."""

    model_config = ConfigDict(json_schema_extra={"examples": [_REFUND]})

    refund_id: Id
    order_id: Id
    currency: Currency
    refunded_at: Moment
    lines: list[RefundLineIn] = Field(min_length=1, max_length=MOST_LINES)


class RefundsIn(Taken):
    """Up to a thousand refunds, taken in one transaction."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"refunds": [_REFUND]}]})

    refunds: list[RefundIn] = Field(min_length=1, max_length=MOST_IN_A_BATCH)


def _one_or_many(field: str) -> Discriminator:
    return Discriminator(lambda sent: "(many)" if isinstance(sent, dict) and field in sent else "(one)")


OneOrMoreOrders = Annotated[
    Annotated[OrderIn, Tag("(one)")] | Annotated[OrdersIn, Tag("(many)")], _one_or_many("orders")
]
OneOrMoreRefunds = Annotated[
    Annotated[RefundIn, Tag("(one)")] | Annotated[RefundsIn, Tag("(many)")], _one_or_many("refunds")
]


class OrderTaken(Given):
    """What became of a delivered order: the same however often it is delivered."""

    order_id: str
    state: TakenState = Field(
        description="new; known; completed: it had been unpaid or without a receipt time; conflict: it was paid "
        "before with other goods, and stays as it was."
    )
    awards: list[AwardShape] = Field(description="What it met in every live plan: given, refused or held out.")


class OrdersTaken(Given):
    """An answer to each order, in the order in which they were sent."""

    orders: list[OrderTaken]


class RefundTaken(Given):
    """What became of a delivered refund."""

    refund_id: str
    order_id: str
    state: TakenState
    claw_backs: list[ClawBackShape] = Field(description="What it took back; nothing until its order is here.")


class RefundsTaken(Given):
    """An answer to each refund, in the order in which they were sent."""

    refunds: list[RefundTaken]


class LineOut(Given):
    """One row of a recorded order."""

    sku: str
    quantity: int
    unit_price: Money
    discount: Money
    category: str
    title: str


class RefundLineOut(Given):
    """Units of one SKU that came back."""

    sku: str
    quantity: int
    amount: Money | None


class RefundOut(Given):
    """What came back of the order at one time."""

    refund_id: str
    refunded_at: Moment
    lines: list[RefundLineOut]


class OrderOut(Given):
    """An order as it is recorded."""

    order_id: str
    customer_id: str | None
    placed_at: Moment | None
    paid_at: Moment | None
    received_at: Moment | None
    status: str
    channel: str
    region: str
    spend: Money
    shipping: Money
    lines: list[LineOut]
    refunds: list[RefundOut]


# --- to and from the values of the slices -----------------------------------------------------------------


def to_cart(sent: CartIn) -> IncomingOrder:
    """The cart or order as the shop delivers it."""
    order = sent if isinstance(sent, OrderIn) else None
    return IncomingOrder(
        order_id=sent.order_id,
        customer_id=sent.customer_id,
        lines=tuple(_to_line(line) for line in sent.lines),
        paid_at=order.paid_at if order else None,
        placed_at=sent.placed_at,
        received_at=order.received_at if order else None,
        status=order.status if order else "",
        channel=sent.channel,
        region=sent.region,
        shipping_minor=minor_of(sent.shipping, sent.currency),
    )


def _to_line(line: LineIn) -> OrderLine:
    return OrderLine(
        sku=line.sku,
        quantity=line.quantity,
        unit_price_micros=micros_of(line.unit_price),
        discount_micros=micros_of(line.discount),
        category=line.category,
        title=line.title,
    )


def to_refund(sent: RefundIn) -> Refund:
    """The refund as the shop delivers it."""
    return Refund(
        refund_id=sent.refund_id,
        order_id=sent.order_id,
        refunded_at=sent.refunded_at,
        lines=tuple(
            RefundLine(line.sku, line.quantity, None if line.amount is None else minor_of(line.amount, sent.currency))
            for line in sent.lines
        ),
    )


def to_order_taken(answer: OrderAnswer, currency: str) -> OrderTaken:
    """What became of an order, as JSON says it."""
    return OrderTaken(order_id=answer.order_id, state=answer.state, awards=to_awards(answer.awards, currency))


def to_refund_taken(answer: RefundAnswer, currency: str) -> RefundTaken:
    """What became of a refund, as JSON says it."""
    return RefundTaken(
        refund_id=answer.refund_id,
        order_id=answer.order_id,
        state=answer.state,
        claw_backs=to_claw_backs(answer.claw_backs, currency),
    )


def to_order(recorded: RecordedOrder, currency: str) -> OrderOut:
    """A recorded order, as JSON says it."""
    order = recorded.order
    return OrderOut(
        order_id=order.order_id,
        customer_id=order.customer_id,
        placed_at=order.placed_at,
        paid_at=order.paid_at,
        received_at=order.received_at,
        status=order.status,
        channel=order.channel,
        region=order.region,
        spend=to_money(recorded.spend_minor, currency),
        shipping=to_money(order.shipping_minor, currency),
        lines=[_to_line_out(line, currency) for line in order.lines],
        refunds=[_to_refund_out(refund, currency) for refund in recorded.refunds],
    )


def _to_line_out(line: OrderLine, currency: str) -> LineOut:
    return LineOut(
        sku=line.sku,
        quantity=line.quantity,
        unit_price=_micros(line.unit_price_micros, currency),
        discount=_micros(line.discount_micros, currency),
        category=line.category,
        title=line.title,
    )


def _micros(micros: int, currency: str) -> Money:
    whole, part = divmod(micros, 10**6)
    return Money(amount=f"{whole}.{part:06d}".rstrip("0").rstrip("."), currency=currency)


def _to_refund_out(refund: Refund, currency: str) -> RefundOut:
    return RefundOut(
        refund_id=refund.refund_id,
        refunded_at=refund.refunded_at,
        lines=[
            RefundLineOut(
                sku=line.sku,
                quantity=line.quantity,
                amount=None if line.amount_minor is None else to_money(line.amount_minor, currency),
            )
            for line in refund.lines
        ],
    )
