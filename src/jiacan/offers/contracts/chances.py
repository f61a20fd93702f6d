"""Tickets that awards give, for whoever keeps draws."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Chance:
    """So many tickets of a draw that one award gave, of which the customer still holds `left`."""

    order_id: str
    offer_id: str
    draw_id: str
    customer_id: str
    given_for: datetime
    pieces: int
    left: int
