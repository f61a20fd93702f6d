"""What waits to be settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class UnsettledOrders:
    """Paid orders and refunds that a live plan has not settled; `oldest_at` is when the first of them happened."""

    plan_id: str
    orders: int
    oldest_at: datetime | None
