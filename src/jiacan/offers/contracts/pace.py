"""Counters of a plan by the minute: what the campaign room reads instead of counting rows.

A minute is that of the event itself (when the order was paid, or the refund came), in UTC. Counters are added up in
the transaction that settles.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AwardPace:
    """Awards of one minute that came to the same.

    `outcome` is an `Outcome`; a claw-back counts one for each award that an event took something of. `reason` is
    the code of the refusal, or of what `otherwise` stood in for. `at_risk_minor` is the money at risk in their items:
    given, taken back, or, of what was refused or held out, asked for.
    """

    minute: datetime
    offer_id: str
    outcome: str
    reason: str
    awards: int
    at_risk_minor: int


@dataclass(frozen=True, slots=True)
class AwardTotal:
    """The same over all minutes."""

    offer_id: str
    outcome: str
    reason: str
    awards: int
    at_risk_minor: int


@dataclass(frozen=True, slots=True)
class OrderPace:
    """Orders and refunds of one minute that the plan settled, whether or not they met an offer.

    `new_customers` are orders that were their customer's first at the shop when they were settled.
    """

    minute: datetime
    orders: int
    spend_minor: int
    new_customers: int
    refunds: int


@dataclass(frozen=True, slots=True)
class OrderTotal:
    """The same over all minutes."""

    orders: int
    spend_minor: int
    new_customers: int
    refunds: int
