"""What a rehearsal or a run came to: figures of a campaign, each with the thing it counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from jiacan.customers.contracts import BirthdaysRead
from jiacan.kernel.messages import Name
from jiacan.orders.contracts import ReadSummary, RecordSummary


@dataclass(frozen=True, slots=True)
class GivenFigure:
    """One benefit of one offer: how much was given and taken back, and the money each came to."""

    offer_id: str
    kind: str
    item: str
    quantity: int
    amount_minor: int
    back_quantity: int
    back_amount_minor: int


@dataclass(frozen=True, slots=True)
class StockFigure:
    """One stock item: planned and left pieces; when the last piece went, and when one was first missing."""

    id: str
    name: Name
    units: int
    left: int
    emptied_at: datetime | None
    short_at: datetime | None


@dataclass(frozen=True, slots=True)
class BudgetFigure:
    """One budget line: planned, at risk (promised and not yet used), spent and left; when it first fell short."""

    id: str
    name: Name
    amount_minor: int
    at_risk_minor: int
    spent_minor: int
    left_minor: int
    short_at: datetime | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What a plan's settled events came to.

    `events_by_offer` counts, for each offer, awards by outcome (refusals split into limit and stock or budget),
    and `clawed_back` counts refunds that took something of an award.
    """

    events_by_offer: Mapping[str, Mapping[str, int]]
    refusals_by_reason: Mapping[str, Mapping[str, int]]
    given: tuple[GivenFigure, ...]
    stock: tuple[StockFigure, ...]
    budget: tuple[BudgetFigure, ...]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A plan replayed on past orders: what was read, and what it would have come to.

    `unasked` are the offers that ask for birthdays or are given for them, by id, where `birthdays` were not told.
    """

    read: ReadSummary
    figures: Figures
    birthdays: BirthdaysRead | None = None
    unasked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What one run did, and what the campaign has come to."""

    plan_version: int
    read: ReadSummary
    recorded: RecordSummary
    events_settled: int
    figures: Figures
