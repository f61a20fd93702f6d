"""Draws whose decks hold their prizes on days that exist, from stock that suffices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jiacan.kernel.messages import tell
from jiacan.plans.contracts.problems import Problem
from jiacan.plans.core.calendar import Calendar, find_period
from jiacan.plans.core.checks.benefits import check_benefit, check_bundle_prices
from jiacan.plans.core.parts.benefits import PrizePart
from jiacan.plans.core.parts.draws import DrawPart
from jiacan.plans.core.parts.offers import given_by
from jiacan.plans.core.parts.plan import PlanPart
from jiacan.plans.core.problems import error, warning
from jiacan.plans.core.tree import Place


@dataclass(slots=True)
class _Promise:
    """What prizes promise of one stock item, and where the first of them stands."""

    place: Place
    pieces: int = 0


def check_draws(plan: PlanPart, calendar: Calendar) -> Iterator[Problem]:
    """What is wrong with the draws."""
    promises: dict[str, _Promise] = {}
    for draw in plan.draws:
        for benefit in (*draw.prizes, *draw.consolation):
            yield from check_benefit(benefit)
        yield from check_bundle_prices((*draw.prizes, *draw.consolation))
        period = find_period(draw.during, calendar)
        if period is not None:
            days = len(period.days(calendar.zone))
            yield from _check_days(draw, days)
            yield from _check_deck(draw, days)
            _add_promises(draw, days, promises)
    yield from _check_stock(plan, promises)
    yield from _check_tickets(plan, calendar)


def prize_days(prize: PrizePart, days: int) -> int:
    """On how many of the draw's days the prize is in the deck."""
    return days if prize.days is None else len({day for day in prize.days if day <= days})


def _check_days(draw: DrawPart, days: int) -> Iterator[Problem]:
    for prize in draw.prizes:
        for number, day in enumerate(prize.days or ()):
            if day > days:
                yield error(
                    prize.at("days", number),
                    tell("Day {day} never comes: {draw} lasts {days} days.", day=day, draw=draw.id, days=days),
                )


def _check_deck(draw: DrawPart, days: int) -> Iterator[Problem]:
    for day in range(1, days + 1):
        prizes = sum(prize.per_day for prize in draw.prizes if prize.days is None or day in prize.days)
        if prizes > draw.deck.tickets_per_day:
            yield error(
                draw.deck.at("tickets_per_day"),
                tell(
                    "On day {day} the deck of {tickets} tickets would hold {prizes} prizes; add tickets.",
                    day=day,
                    tickets=draw.deck.tickets_per_day,
                    prizes=prizes,
                ),
            )
            return


def _add_promises(draw: DrawPart, days: int, promises: dict[str, _Promise]) -> None:
    for prize in draw.prizes:
        stock = prize.gift or prize.service
        if stock is not None:
            place = prize.at("gift" if prize.gift else "service")
            promise = promises.setdefault(stock, _Promise(place))
            promise.pieces += prize.per_day * prize_days(prize, days) * prize.quantity


def _check_stock(plan: PlanPart, promises: dict[str, _Promise]) -> Iterator[Problem]:
    for item in plan.stock:
        promise = promises.get(item.id)
        if promise is not None and promise.pieces > item.units:
            yield warning(
                promise.place,
                tell(
                    "Over all days the prizes promise {promised} of {stock}, and its stock is {units}; "
                    "order more, or promise fewer.",
                    promised=promise.pieces,
                    stock=item.id,
                    units=item.units,
                ),
            )


def _check_tickets(plan: PlanPart, calendar: Calendar) -> Iterator[Problem]:
    open_in = {draw.id: find_period(draw.during, calendar) for draw in plan.draws}
    for offer in plan.offers:
        given_in = find_period(offer.during, calendar)
        for benefit in given_by(offer):
            drawn_in = open_in.get(benefit.ticket) if benefit.ticket else None
            if (
                given_in
                and drawn_in
                and (given_in.starts_at < drawn_in.starts_at or drawn_in.ends_at < given_in.ends_at)
            ):
                yield warning(
                    benefit.at("ticket"),
                    tell(
                        "{offer} gives tickets on days on which {draw} is closed.",
                        offer=offer.id,
                        draw=benefit.ticket,
                    ),
                )
