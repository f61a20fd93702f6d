"""Orders and refunds in their one canonical form: the values that cross this slice's door."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell
from jiacan.kernel.money import divide_half_up, micros_to_minor

RESERVED_MARK = "~"
"""What no order's number begins with: ids that do are those of what gives and is no order; see `offers`."""


@dataclass(eq=False)
class ArchiveUnreadable(JiacanError):
    """A file with archived orders is not there, or is not what was written."""

    path: str

    def message(self) -> Message:
        return tell(
            "The file {path} with archived orders is missing or damaged. Bring it back from a copy: what it has is "
            "nowhere else.",
            path=self.path,
        )


@dataclass(eq=False)
class QuarterChanged(JiacanError):
    """Orders of a quarter came or changed while they were written to files."""

    quarter: str

    def message(self) -> Message:
        return tell(
            "Orders of {quarter} came or changed while they were written; nothing was taken out. Repeat the command.",
            quarter=self.quarter,
        )


@dataclass(eq=False)
class OrderUnusable(JiacanError):
    """An order or refund that cannot be recorded as it stands; nothing of its batch was."""

    subject: str
    field: str
    reason: Message

    def message(self) -> Message:
        return tell("{subject}: {field}: {reason}.", subject=self.subject, field=self.field, reason=self.reason)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One row of an order. Prices are whole millionths of the major unit (see `kernel.money.MICROS`)."""

    sku: str
    quantity: int
    unit_price_micros: int
    discount_micros: int = 0
    category: str = ""
    title: str = ""

    def spend_minor(self, currency: str) -> int:
        """Quantity times unit price less the discount, in whole minor units, halves up.

        >>> OrderLine("mug", quantity=3, unit_price_micros=1_115_000, discount_micros=0).spend_minor("GBP")
        335
        """
        return micros_to_minor(self.quantity * self.unit_price_micros - self.discount_micros, currency)

    def with_quantity(self, quantity: int) -> OrderLine:
        """So many units of the line, with their share of its discount in whole micros, halves up."""
        if quantity == self.quantity:
            return self
        discount_micros = divide_half_up(self.discount_micros * quantity, self.quantity)
        return replace(self, quantity=quantity, discount_micros=discount_micros)


@dataclass(frozen=True, slots=True)
class Buyer:
    """What is known of an order's customer at the moment of payment, before the order, where a plan asks for it.

    `tier` is one of the plan's ladder, empty below the first; `birth_month` None where no birthday is known.
    """

    tier: str = ""
    birth_month: int | None = None


SOMEBODY = Buyer()
"""A buyer of whom nothing was asked."""


@dataclass(frozen=True, slots=True)
class Order:
    """A paid order, its lines in the order of the file that brought them.

    `number` counts the customer's paid orders at this shop up to and including this one, by
    `(paid_at, order_id)`; it is 0 for a guest, who has no `customer_id`. Lines and `shipping_minor` are what they
    cost before any reduction that Jiacan gives.
    """

    order_id: str
    customer_id: str | None
    paid_at: datetime
    lines: tuple[OrderLine, ...]
    number: int = 0
    channel: str = ""
    region: str = ""
    shipping_minor: int = 0
    buyer: Buyer = SOMEBODY

    def spend_minor(self, currency: str) -> int:
        """What was spent on goods: the sum of its lines' spend, each rounded on its own."""
        return spend_minor(self.lines, currency)

    def keeping(self, refund_lines: Iterable[RefundLine]) -> Order:
        """The order with only the units that did not come back; all refunds so far are given at once."""
        return replace(self, lines=keep(self.lines, refund_lines).lines)


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
class IncomingOrder:
    """An order as a shop delivers it, paid or not yet. Lines and shipping are before any reduction of Jiacan's."""

    order_id: str
    customer_id: str | None
    lines: tuple[OrderLine, ...]
    paid_at: datetime | None = None
    placed_at: datetime | None = None
    received_at: datetime | None = None
    status: str = ""
    channel: str = ""
    region: str = ""
    shipping_minor: int = 0

    def as_paid(self, paid_at: datetime, *, number: int = 0) -> Order:
        """The order as it is awarded once it is paid; `number` as in `Order`."""
        return Order(
            order_id=self.order_id,
            customer_id=self.customer_id,
            paid_at=paid_at,
            lines=self.lines,
            number=number,
            channel=self.channel,
            region=self.region,
            shipping_minor=self.shipping_minor,
        )


class Taken(StrEnum):
    """What a delivery was: new, known, completing what was known, or contradicting it (what was known stays)."""

    NEW = "new"
    KNOWN = "known"
    COMPLETED = "completed"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class TakenResult:
    """What each delivered order and refund was, in the order in which they were given.

    `fresh` are paid orders that were new, as they are awarded: what their customers had bought is counted, and
    nothing came back of them yet. Not all need be there.
    """

    orders: tuple[Taken, ...]
    refunds: tuple[Taken, ...]
    fresh: Mapping[str, Order]


@dataclass(frozen=True, slots=True)
class Archived:
    """Paid orders of one quarter that were written to files, with their lines."""

    shop_id: int
    quarter: date
    part: int
    folder: str
    orders: int
    lines: int
    orders_sha256: str
    lines_sha256: str
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class OrderCursor:
    """Where a page of orders ended."""

    paid_at: datetime | None
    order_id: str


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders are asked for; None is all. The time is that of payment."""

    customer_id: str | None = None
    paid: bool | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecordedOrder:
    """An order as it was recorded, with everything that came back of it."""

    order: IncomingOrder
    spend_minor: int
    refunds: tuple[Refund, ...]


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Orders, those not paid yet first and then the last paid first; `next` is where the next page begins."""

    orders: tuple[RecordedOrder, ...]
    next: OrderCursor | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What refunds leave of some order lines, and the refunded units that found no line to come from."""

    lines: tuple[OrderLine, ...]
    unmatched: tuple[RefundLine, ...]


def spend_minor(lines: Iterable[OrderLine], currency: str) -> int:
    """The sum of the lines' spend in whole minor units, each line rounded on its own."""
    return sum(line.spend_minor(currency) for line in lines)


def keep(lines: Iterable[OrderLine], refund_lines: Iterable[RefundLine]) -> Kept:
    """Take refunded units from the earliest line of their SKU that has quantity left; emptied lines vanish.

    A line's discount shrinks in proportion to its original quantity, whatever the number of refunds, so that
    the same units kept have the same discount however they were counted back.
    """
    original = tuple(lines)
    left = [line.quantity for line in original]
    unmatched = []
    for returned in refund_lines:
        missing = returned.quantity
        for i, line in enumerate(original):
            if line.sku == returned.sku:
                taken = min(missing, left[i])
                left[i] -= taken
                missing -= taken
        if missing:
            unmatched.append(RefundLine(returned.sku, missing))
    return Kept(
        lines=tuple(line.with_quantity(n) for line, n in zip(original, left, strict=True) if n),
        unmatched=tuple(unmatched),
    )


@dataclass(frozen=True, slots=True)
class Returned:
    """Something of an order came back at a moment, and what of its spend was kept until then."""

    at: datetime
    kept_before: int


@dataclass(frozen=True, slots=True)
class KeptOrder:
    """A paid order by what of its spend is kept after every refund so far; `returned` in the order of time."""

    order_id: str
    paid_at: datetime
    kept_minor: int
    returned: tuple[Returned, ...] = ()

    def kept_at(self, moment: datetime) -> int:
        """What was kept of it after everything that had come back by the moment."""
        return next((each.kept_before for each in self.returned if each.at > moment), self.kept_minor)


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

    what: Message
    rows: int


@dataclass(frozen=True, slots=True)
class ReadSummary:
    """What the files held. Rows read = rows in orders + rows in refunds + set aside + bad + repeated.

    `orders` counts every order that was taken, `unpaid_orders` those of them that earn nothing yet. Empty rows
    are no rows. `refunds` counts what came back of one order at one time.
    """

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


@dataclass(frozen=True, slots=True)
class RecordSummary:
    """What recording a history added. Known orders include the completed and the conflicting ones.

    `orders_completed` had been recorded unpaid, or without receipt time or status, and are no longer;
    `conflicts` are paid orders that had been recorded with other goods: the recorded ones stay.
    """

    orders_new: int = 0
    orders_known: int = 0
    orders_completed: int = 0
    conflicts: int = 0
    refunds_new: int = 0
    refunds_known: int = 0
    lines_new: int = 0


@dataclass(frozen=True, slots=True, order=True)
class EventKey:
    """A paid order or a refund by its place in time; sorts as events settle: orders before refunds."""

    occurred_at: datetime
    is_refund: bool
    id: str
    order_id: str


@dataclass(frozen=True, slots=True)
class HourTotal:
    """The orders paid in one local hour of one day, and what was spent on their goods."""

    day: date
    hour: int
    orders: int
    spend_minor: int


@dataclass(frozen=True, slots=True)
class PeriodTotal:
    """The orders paid in a period, and what was spent on their goods."""

    orders: int
    spend_minor: int
