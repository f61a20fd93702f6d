"""What a ticket that was drawn asks of offers, under which name."""

from __future__ import annotations

from datetime import datetime

from jiacan.draws.contracts.kept import KeptDraw, KeptTicket
from jiacan.offers.contracts.occasions import OCCASION_MARK, Occasion
from jiacan.offers.contracts.rules import Trigger


def occasion_id(draw: KeptDraw, ticket: KeptTicket, *, attempt: int = 1) -> str:
    """The name of what a ticket gives; a prize that was owed is given under the name of a later attempt."""
    name = f"{OCCASION_MARK}draw/{draw.plan_id}/{draw.draw_id}/{ticket.issued}"
    return name if attempt == 1 else f"{name}/{attempt}"


def prize_occasion(draw: KeptDraw, ticket: KeptTicket, *, rung: int, attempt: int, at: datetime) -> Occasion:
    """The prize that the ticket won."""
    return _occasion(draw, ticket, occasion_id(draw, ticket, attempt=attempt), rung, at)


def consolation_occasion(draw: KeptDraw, ticket: KeptTicket, *, at: datetime) -> Occasion:
    """The consolation, for a ticket that won nothing or whose prize was given up."""
    return _occasion(draw, ticket, f"{occasion_id(draw, ticket)}/c", len(draw.promise.prizes) + 1, at)


def _occasion(draw: KeptDraw, ticket: KeptTicket, name: str, rung: int, at: datetime) -> Occasion:
    return Occasion(
        id=name,
        trigger=Trigger.TICKET_DRAWN,
        customer_id=ticket.customer_id,
        earned_at=ticket.earned_at,
        occurred_at=max(at, ticket.earned_at),
        rung=rung,
        offer_id=draw.draw_id,
    )
