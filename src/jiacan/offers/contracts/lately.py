"""What awards took lately, and which were the last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Takings:
    """What the awards of a period took of one benefit of one offer.

    Beside the sums stand the sums of squares and the most that one award took, for intervals.
    """

    offer_id: str
    kind: str
    item: str
    awards: int
    quantity: int
    quantity_squares: int
    most_quantity: int
    amount_minor: int
    amount_squares: int
    most_amount_minor: int


@dataclass(frozen=True, slots=True)
class LatestAward:
    """One of the awards, refusals and hold-outs last settled."""

    order_id: str
    offer_id: str
    outcome: str
    settled_for: datetime
