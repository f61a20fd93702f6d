"""From the parts of draws to their values, and from these to what a draw announces."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from jiacan.draws.contracts.terms import Announced, Deck, PrizeUnits
from jiacan.plans.contracts.document import Draw, Prize, PrizeAfterMisses, Unclaimed
from jiacan.plans.core.calendar import Calendar, find_period
from jiacan.plans.core.compiling.benefits import to_benefit, to_benefits
from jiacan.plans.core.compiling.offers import to_lines, to_name
from jiacan.plans.core.parts.benefits import PrizePart
from jiacan.plans.core.parts.draws import DrawPart, GuaranteePart

WHOLE = "whole"
"""The id of a deck that is the draw's only one."""


def to_draw(part: DrawPart, calendar: Calendar) -> Draw:
    """The draw, of a part in which nothing is wrong."""
    during = find_period(part.during, calendar)
    assert during is not None, "checked: a draw has a period"
    assert part.held_at is None or isinstance(part.held_at, datetime), "checked: a draw is held at an hour"
    return Draw(
        id=part.id,
        name=to_name(part.name, part.id),
        mode=part.mode,
        during=during,
        is_daily=part.is_daily,
        tickets=None if part.deck is None else part.deck.tickets_per_day or part.deck.tickets,
        held_at=part.held_at,
        source=part.public or "",
        prizes=tuple(_to_prize(prize) for prize in part.prizes),
        guarantee=None if part.guarantee is None else _to_guarantee(part.guarantee),
        wins_per_customer=part.wins_per_customer,
        claim_within=part.claim_within,
        unclaimed=part.unclaimed or Unclaimed.RETURN,
        consolation=to_benefits(part.consolation),
        budget=to_lines(part.budget),
        set_aside=part.set_aside,
    )


def to_set_aside(draws: Iterable[Draw], zone: ZoneInfo) -> dict[str, dict[int, int]]:
    """How many prizes of each rung the draws set aside, where they do."""
    return {
        draw.id: {rung: draw.units_in_all(prize, zone) for rung, prize in enumerate(draw.all_prizes, start=1)}
        for draw in draws
        if draw.set_aside
    }


def _to_prize(part: PrizePart) -> Prize:
    units = part.per_day or part.units
    assert units is not None, "checked: a prize has a number"
    days = None if part.days is None else frozenset(part.days)
    return Prize(part.id, to_benefit(part), units, days, part.photo or "")


def _to_guarantee(part: GuaranteePart) -> PrizeAfterMisses:
    return PrizeAfterMisses(part.after, Prize(part.id, to_benefit(part), part.units, None, part.photo or ""))


def to_announced(draw: Draw, *, plan_id: str, version: int, zone: ZoneInfo, rules: str) -> Announced:
    """What the draw announces: its decks by day, or its only one; `rules` is their whole published text."""
    found = draw.guarantee
    return Announced(
        draw=draw.id,
        mode=draw.mode,
        plan_id=plan_id,
        plan_version=version,
        rules=rules,
        source=draw.source,
        wins_per_customer=draw.wins_per_customer,
        guarantee_after=None if found is None else found.after,
        guaranteed=() if found is None else (PrizeUnits(found.prize.id, found.prize.units),),
        decks=_daily_decks(draw, zone) if draw.is_daily else (_deck(draw, WHOLE, draw.prizes),),
    )


def _daily_decks(draw: Draw, zone: ZoneInfo) -> tuple[Deck, ...]:
    return tuple(
        _deck(
            draw, day.isoformat(), tuple(prize for prize in draw.prizes if prize.days is None or number in prize.days)
        )
        for number, day in enumerate(draw.during.days(zone), start=1)
    )


def _deck(draw: Draw, deck_id: str, prizes: tuple[Prize, ...]) -> Deck:
    units = tuple(PrizeUnits(prize.id, prize.units) for prize in prizes)
    return Deck(deck_id, sum(prize.units for prize in prizes) if draw.tickets is None else draw.tickets, units)
