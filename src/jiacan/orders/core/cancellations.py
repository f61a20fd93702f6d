"""Which purchases a cancellation takes back, where the export does not say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Purchase:
    """A line of a paid order; `position` is its place among the order's lines."""

    paid_at: datetime
    order_id: str
    position: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Cancellation:
    """A row that cancels units without naming their order; `position` is its place in the document."""

    cancelled_at: datetime
    refund_id: str
    position: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Taken:
    """Units that a cancellation takes back from an order."""

    cancellation: Cancellation
    order_id: str
    quantity: int


def match_cancellations(cancellations: Sequence[Cancellation], purchases: Sequence[Purchase]) -> tuple[Taken, ...]:
    """Take each cancellation from the latest purchases not after it that have quantity left.

    All are one customer's and of one product. Cancellations take their turn by time, document and position;
    what finds no purchase is taken from none.

    >>> at = datetime(2011, 11, 14)
    >>> match_cancellations([Cancellation(at, "C1", 1, 5)], [Purchase(at, "1", 1, 2)])[0].quantity
    2
    """
    latest_first = sorted(purchases, key=lambda line: (line.paid_at, line.order_id, line.position), reverse=True)
    left = [line.quantity for line in latest_first]
    taken = []
    for cancellation in sorted(cancellations, key=lambda row: (row.cancelled_at, row.refund_id, row.position)):
        missing = cancellation.quantity
        for i, line in enumerate(latest_first):
            units = min(missing, left[i]) if line.paid_at <= cancellation.cancelled_at else 0
            if units:
                left[i] -= units
                missing -= units
                taken.append(Taken(cancellation, line.order_id, units))
            if not missing:
                break
    return tuple(taken)
