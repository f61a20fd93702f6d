"""Orders and refunds in their one canonical form: the values that cross this slice's door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jiacan.kernel.messages import Message


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One row of an order. Prices are whole millionths of the major unit (see `kernel.money.MICROS`)."""

    sku: str
    quantity: int
    unit_price_micros: int
    discount_micros: int = 0
    category: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """A paid order, its lines in the order of the file that brought them.

    `number` counts the customer's paid orders at this shop up to and including this one, by
    `(paid_at, order_id)`; it is 0 for a guest, who has no `customer_id`.
    """

    order_id: str
    customer_id: str | None
    paid_at: datetime
    lines: tuple[OrderLine, ...]
    number: int = 0
    channel: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class RefundLine:
    """Units of one SKU that came back; `amount_minor` is what was paid back, where the export says it."""

    sku: str
    quantity: int
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    """What came back of one order at one time. One refund document may touch several orders: one value each."""

    refund_id: str
    order_id: str
    refunded_at: datetime
    lines: tuple[RefundLine, ...]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was not taken: where it stands, why, and the row itself to hand back.

    `line` is the physical line of a text file, the row of a sheet, or the row number of a Parquet file; 1 is
    the header's.
    """

    file: str
    line: int
    field: str
    reason: Message
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetAside:
    """Rows that are right but no goods, orders or refunds: counted under what they are."""

    what: str
    rows: int


@dataclass(frozen=True, slots=True)
class ReadSummary:
    """What the files held. Rows read = rows in orders + rows in refunds + set aside + bad + repeated."""

    rows: int
    orders: int
    order_rows: int
    unpaid_orders: int
    refunds: int
    refund_rows: int
    repeated_rows: int
    bad_rows: int
    set_aside: tuple[SetAside, ...]
    unknown_columns: tuple[str, ...]
    notes: tuple[Message, ...]
