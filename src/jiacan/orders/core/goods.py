"""Which goods an order has, by a hash that is the same whichever way it came, and what refunds leave of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from uuid import UUID

from jiacan.orders.contracts import KeptOrder, Order, OrderLine, Refund, RefundLine, Returned


def goods_hash(customer_id: str | None, lines: Iterable[OrderLine]) -> UUID:
    """Tells whether two deliveries of an order are the same: its customer and its lines in whatever order.

    `readers.merge` reckons the same of a file's rows; both are kept in the database, so neither can change alone.
    """
    rows = [
        _md5_lower(f"{line.quantity}|{line.unit_price_micros}|{line.discount_micros}|{line.sku}") for line in lines
    ]
    parts = [str(len(rows)), str(sum(rows))]
    if customer_id is not None:
        parts.append(customer_id)
    return UUID(hex=_md5("|".join(parts)).hex())


def _md5_lower(text: str) -> int:
    """The lower half of the MD5 as DuckDB's `md5_number_lower` numbers it."""
    return int.from_bytes(_md5(text)[8:], "little")


def _md5(text: str) -> bytes:
    return hashlib.md5(text.encode(), usedforsecurity=False).digest()


def kept_of(order: Order, refunds: Iterable[Refund], currency: str) -> KeptOrder:
    """What of the order's spend was kept, and until when; a refund that is dated before it came with it."""
    kept_minor, returned = order.spend_minor(currency), list[Returned]()
    back: list[RefundLine] = []
    for refund in sorted(refunds, key=lambda each: (max(each.refunded_at, order.paid_at), each.refund_id)):
        returned.append(Returned(max(refund.refunded_at, order.paid_at), kept_minor))
        back.extend(refund.lines)
        kept_minor = order.keeping(back).spend_minor(currency)
    return KeptOrder(order.order_id, order.paid_at, kept_minor, tuple(returned))
