"""Looking for awards: what can be asked, and pages of what was found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jiacan.offers.contracts.awards import Award, ClawBack


@dataclass(frozen=True, slots=True)
class AwardCursor:
    """Where a page of awards ended."""

    settled_for: datetime
    order_id: str
    offer_place: int


@dataclass(frozen=True, slots=True)
class AwardQuery:
    """Which awards are asked for; empty or None is all.

    `text` is an order's or a customer's id, or the beginning of one. `outcome` is an `Outcome`; `clawed_back` asks
    for awards of which something was taken back. `kind` asks for awards with a benefit of that kind. `reason` is a
    refusal's code, or the beginning of one such as `stock:`. `since` and `until` bound when the order was paid.
    """

    text: str = ""
    offer_id: str = ""
    outcome: str = ""
    kind: str = ""
    reason: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AwardFound:
    """An award, and what was taken back of it since."""

    award: Award
    clawed_back: tuple[ClawBack, ...]


@dataclass(frozen=True, slots=True)
class AwardPage:
    """Awards, the last settled first; `next` is where the next page begins."""

    awards: tuple[AwardFound, ...]
    next: AwardCursor | None
