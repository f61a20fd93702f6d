"""What settling some events came to, and how far it drew on stock and budget."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from jiacan.offers.contracts.awards import Award, ClawBack


class Means(StrEnum):
    """What a plan can run out of."""

    STOCK = "stock"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True)
class Level:
    """What could still be given of a stock item (pieces) or budget line (minor units), before and after."""

    means: Means
    id: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Settled:
    """How many events were settled now, what they came to, and the levels that changed."""

    events: int = 0
    awards: tuple[Award, ...] = ()
    claw_backs: tuple[ClawBack, ...] = ()
    levels: tuple[Level, ...] = ()
