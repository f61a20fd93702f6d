"""Asking why an order got what it got: the values that cross this slice's door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell
from jiacan.kernel.money import Money
from jiacan.offers.contracts.awards import ReceiptLine
from jiacan.orders.contracts import BadRow


@dataclass(frozen=True, slots=True)
class Asked:
    """Every offer's answer to one order. `settled` is false for one that was only pasted: it would get this now.

    `more` says what more goods would bring. Where it is no order, `occasion` says what it is, and nothing was spent.
    """

    order_id: str
    customer_id: str | None
    paid_at: datetime
    spend: Money | None
    version: int
    settled: bool
    lines: tuple[ReceiptLine, ...]
    more: tuple[Message, ...]
    occasion: Message | None = None


@dataclass(eq=False)
class PastedUnreadable(JiacanError):
    """What was pasted holds no paid order; the rows that cannot be read say why."""

    rows: tuple[BadRow, ...]

    def message(self) -> Message:
        if not self.rows:
            return tell(
                "There is no paid order in this. Paste the lines of one order with the row that names the columns: "
                "order_id, customer_id, paid_at, sku, quantity, unit_price."
            )
        first = self.rows[0]
        return tell("Line {line}, {field}: {reason}", line=first.line, field=first.field, reason=first.reason)
