"""What settled events came to, added up; money in whole minor units of the plan's currency, moments in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ItemSum:
    """How many, and the money they came to."""

    quantity: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Sums:
    """What awards and claw-backs came to.

    `awards` counts by offer, outcome and refusal code (empty where nothing was refused); `clawed_back` counts, by
    offer, refunds that took something of an award; `given` and `taken_back` are by offer, kind and item.
    `last_given_at` is by stock item; `short_at` says, by refusal code, when stock or budget first fell short.
    """

    awards: Mapping[tuple[str, str, str], int]
    clawed_back: Mapping[str, int]
    given: Mapping[tuple[str, str, str], ItemSum]
    taken_back: Mapping[tuple[str, str, str], ItemSum]
    last_given_at: Mapping[str, datetime]
    short_at: Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class Replayed:
    """A whole history settled from a full book: what it came to, and what was left at the end."""

    sums: Sums
    stock_left: Mapping[str, int]
    budget_left_minor: Mapping[str, int]
