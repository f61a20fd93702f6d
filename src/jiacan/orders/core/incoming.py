"""Whether a delivered order or refund can be recorded: the bounds that rows of files have too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from jiacan.kernel.messages import Message, tell
from jiacan.kernel.money import MICROS
from jiacan.orders.contracts import RESERVED_MARK, IncomingOrder, OrderLine, OrderUnusable, Refund
from jiacan.orders.core.cells import (
    FIRST_YEAR,
    HIGHEST_AMOUNT,
    HIGHEST_LINE,
    LAST_YEAR,
    LONGEST_ID,
    MOST_UNITS,
    reserved_number,
)

Fault = tuple[str, Message]


def check_order(order: IncomingOrder) -> None:
    """Refuse an order that cannot be recorded.

    Raises:
        OrderUnusable: with the first field that is wrong.
    """
    _refuse_first(order.order_id, _order_faults(order))


def check_refund(refund: Refund) -> None:
    """Refuse a refund that cannot be recorded.

    Raises:
        OrderUnusable: with the first field that is wrong.
    """
    _refuse_first(refund.refund_id, _refund_faults(refund))


def _refuse_first(subject: str, faults: Iterator[Fault]) -> None:
    fault = next(faults, None)
    if fault is not None:
        field, reason = fault
        raise OrderUnusable(subject=subject, field=field, reason=reason)


def _order_faults(order: IncomingOrder) -> Iterator[Fault]:
    yield from _number_faults(order.order_id)
    if order.customer_id is not None:
        yield from _id_faults("customer_id", order.customer_id)
    for field in ("paid_at", "placed_at", "received_at"):
        at = getattr(order, field)
        if at is not None:
            yield from _moment_faults(field, at)
    for field in ("status", "channel", "region"):
        yield from _text_faults(field, getattr(order, field))
    if not 0 <= order.shipping_minor <= HIGHEST_AMOUNT * 1000:
        yield "shipping", tell("it is below 0 or above what any order costs; correct it")
    if not order.lines:
        yield "lines", tell("an order has one line at the least; add its goods")
    for number, line in enumerate(order.lines, start=1):
        yield from _line_faults(f"lines[{number}]", line)


def _line_faults(place: str, line: OrderLine) -> Iterator[Fault]:
    yield from _id_faults(f"{place}.sku", line.sku)
    yield from _text_faults(f"{place}.title", line.title)
    yield from _text_faults(f"{place}.category", line.category)
    if not 1 <= line.quantity <= MOST_UNITS:
        yield f"{place}.quantity", _quantity_fault()
    if not 0 <= line.unit_price_micros <= HIGHEST_AMOUNT * MICROS:
        yield f"{place}.unit_price", tell("a unit price is from 0 to {most}; correct it", most=HIGHEST_AMOUNT)
    gross_micros = line.quantity * line.unit_price_micros
    if gross_micros > HIGHEST_LINE * MICROS:
        yield f"{place}.unit_price", tell("quantity × unit price is above {most}; correct it", most=HIGHEST_LINE)
    if not 0 <= line.discount_micros <= gross_micros:
        yield (
            f"{place}.line_discount",
            tell("a discount is from 0 to quantity × unit price; give that of the whole line"),
        )


def _refund_faults(refund: Refund) -> Iterator[Fault]:
    yield from _id_faults("refund_id", refund.refund_id)
    yield from _number_faults(refund.order_id)
    yield from _moment_faults("refunded_at", refund.refunded_at)
    if not refund.lines:
        yield "lines", tell("a refund has one line at the least; add what came back")
    for number, line in enumerate(refund.lines, start=1):
        yield from _id_faults(f"lines[{number}].sku", line.sku)
        if not 1 <= line.quantity <= MOST_UNITS:
            yield f"lines[{number}].quantity", _quantity_fault()
        if line.amount_minor is not None and not 0 <= line.amount_minor <= HIGHEST_LINE * 1000:
            yield f"lines[{number}].amount", tell("it is below 0 or above what any order costs; correct it")


def _quantity_fault() -> Message:
    return tell("a quantity is a whole number from 1 to {most}; correct it", most=MOST_UNITS)


def _number_faults(order_id: str) -> Iterator[Fault]:
    yield from _id_faults("order_id", order_id)
    if order_id.startswith(RESERVED_MARK):
        yield "order_id", reserved_number()


def _id_faults(field: str, text: str) -> Iterator[Fault]:
    if not text or text != text.strip() or len(text) > LONGEST_ID:
        yield field, tell("an id has 1 to {most} characters, and no space at its ends; correct it", most=LONGEST_ID)
    yield from _text_faults(field, text)


def _text_faults(field: str, text: str) -> Iterator[Fault]:
    if "\x00" in text:
        yield field, tell("there is an unprintable character in it; delete it")


def _moment_faults(field: str, at: datetime) -> Iterator[Fault]:
    if at.tzinfo is None:
        yield field, tell("the time has no offset; write it as 2026-11-11T20:00:00+08:00")
    elif not FIRST_YEAR <= at.year <= LAST_YEAR:
        yield field, tell("the year is not between {first} and {last}; correct it", first=FIRST_YEAR, last=LAST_YEAR)
