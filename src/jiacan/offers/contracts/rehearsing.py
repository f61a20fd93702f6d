"""What a rehearsal is told beside orders and refunds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from jiacan.offers.contracts.occasions import Occasion
from jiacan.offers.contracts.tiers import Ladder


@dataclass(frozen=True, slots=True)
class Told:
    """Birthdays: in which month each customer's is, and the occasions that they are, in any order.

    `tiers` has the offers whose occasions count only where their customer stands on one of these then, on `ladder`.
    """

    birth_months: Mapping[str, int] = field(default_factory=dict)
    occasions: Iterable[Occasion] = ()
    tiers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    ladder: Ladder | None = None


NOTHING_TOLD = Told()
