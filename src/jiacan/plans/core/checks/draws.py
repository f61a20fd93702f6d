"""Draws whose decks hold their prizes on days that exist, from stock that suffices, and that can be held as told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from jiacan.draws.contracts.terms import Mode
from jiacan.kernel.messages import tell
from jiacan.kernel.periods import Period
from jiacan.plans.contracts.document import Unclaimed
from jiacan.plans.contracts.problems import Problem
from jiacan.plans.core.calendar import Calendar, find_period
from jiacan.plans.core.checks.benefits import check_benefit, check_bundle_prices
from jiacan.plans.core.parts.benefits import BenefitPart, PrizePart
from jiacan.plans.core.parts.draws import DeckPart, DrawPart, drawn_in
from jiacan.plans.core.parts.offers import given_by
from jiacan.plans.core.parts.plan import PlanPart
from jiacan.plans.core.problems import error, warning
from jiacan.plans.core.tree import Place

LARGEST_DECK = 2_000_000
_INSTANT_ONLY = ("deck", "guarantee")
_HELD_ONLY = ("at", "public")


@dataclass(slots=True)
class _Promise:
    """What prizes promise of one stock item, and where the first of them stands."""

    place: Place
    pieces: int = 0


def check_draws(plan: PlanPart, calendar: Calendar) -> Iterator[Problem]:
    """What is wrong with the draws."""
    promises: dict[str, _Promise] = {}
    for draw in plan.draws:
        for benefit in drawn_in(draw):
            yield from check_benefit(benefit)
        yield from check_bundle_prices(drawn_in(draw))
        yield from _check_mode(draw)
        yield from _check_source(draw)
        yield from _check_numbers(draw)
        yield from _check_size(draw)
        yield from _check_claims(draw)
        period = find_period(draw.during, calendar)
        if period is not None:
            days = len(period.days(calendar.zone))
            yield from _check_hour(draw, period)
            yield from _check_days(draw, days)
            yield from _check_deck(draw, days)
            _add_promises(draw, days, promises)
    yield from _check_stock(plan, promises)
    yield from _check_tickets(plan, calendar)


# --- what goes together -----------------------------------------------------------------------------------


def _check_mode(draw: DrawPart) -> Iterator[Problem]:
    instant = draw.mode is Mode.INSTANT
    for key in _HELD_ONLY if instant else _INSTANT_ONLY:
        if draw.says(key):
            yield error(
                draw.key_at(key), tell("`{key}` does not go with {mode} draws; remove it.", key=key, mode=draw.mode)
            )
    needed = {"deck": draw.deck} if instant else {"at": draw.held_at, "public": draw.public}
    for key, value in needed.items():
        if value is None:
            yield error(draw.at("id"), tell("The draw {draw} needs `{key}`.", draw=draw.id, key=key))
    if draw.deck is not None and (draw.deck.tickets_per_day is None) == (draw.deck.tickets is None):
        yield error(
            draw.at("deck"),
            tell("A deck has either `tickets_per_day`, for a deck of each day, or `tickets`, for one in all."),
        )


def _check_source(draw: DrawPart) -> Iterator[Problem]:
    if draw.public is not None and not draw.public.isprintable():
        yield error(
            draw.at("public"), tell("Name the public value in one line: the source and the round or the day.")
        )


def _check_numbers(draw: DrawPart) -> Iterator[Problem]:
    needed, wrong = ("per_day", ("units",)) if draw.is_daily else ("units", ("per_day", "days"))
    for prize in draw.prizes:
        if getattr(prize, needed) is None:
            yield error(
                prize.at("id"),
                tell("The prize {prize} needs `{key}`: how many there are.", prize=prize.id, key=needed),
            )
        for key in wrong:
            if prize.says(key):
                yield error(
                    prize.key_at(key),
                    tell("`{key}` has no meaning for the decks of {draw}; remove it.", key=key, draw=draw.id),
                )


def _check_claims(draw: DrawPart) -> Iterator[Problem]:
    if draw.claim_within is not None and draw.claim_within <= timedelta(0):
        yield error(draw.at("claim_within"), tell("Nobody can claim a prize in no time; give some days, as in 7d."))
    if draw.unclaimed is not None and draw.claim_within is None:
        yield error(
            draw.key_at("unclaimed"), tell("Without `claim_within` prizes wait for good; add it, or remove this.")
        )
    if draw.unclaimed is Unclaimed.CONSOLATION and not draw.consolation:
        yield error(draw.at("unclaimed"), tell("There is no `consolation` to give; add one, or write `return`."))


def _check_hour(draw: DrawPart, period: Period) -> Iterator[Problem]:
    if draw.held_at is None:
        return
    if not isinstance(draw.held_at, datetime):
        yield error(draw.at("at"), tell("Write the hour too, as in 2026-11-11T20:00."))
    elif draw.held_at < period.ends_at:
        yield error(
            draw.at("at"),
            tell(
                "The draw is held before its last tickets come; let `during` end by then, with a `from` and `to` of "
                "its own."
            ),
        )


# --- numbers ----------------------------------------------------------------------------------------------


def prize_days(prize: PrizePart, days: int) -> int:
    """On how many of the draw's days the prize is in the deck."""
    return days if prize.days is None else len({day for day in prize.days if day <= days})


def _units_in_all(draw: DrawPart, days: int) -> Iterator[tuple[BenefitPart, int]]:
    for prize in draw.prizes:
        yield prize, (prize.per_day or 0) * prize_days(prize, days) if draw.is_daily else prize.units or 0
    if draw.guarantee is not None:
        yield draw.guarantee, draw.guarantee.units


def _check_size(draw: DrawPart) -> Iterator[Problem]:
    """Decks that could not be sealed, or verified, while anyone waits."""
    sizes = [(draw.at("prizes"), sum(prize.units or 0 for prize in draw.prizes))]
    if draw.deck is not None:
        sizes = [(draw.deck.at(key), getattr(draw.deck, key) or 0) for key in ("tickets", "tickets_per_day")]
    if draw.guarantee is not None:
        sizes.append((draw.guarantee.at("units"), draw.guarantee.units))
    for place, size in sizes:
        if size > LARGEST_DECK:
            yield error(
                place,
                tell("A deck of {size} cannot be sealed; let it have {most} at most.", size=size, most=LARGEST_DECK),
            )


def _check_days(draw: DrawPart, days: int) -> Iterator[Problem]:
    for prize in draw.prizes:
        for number, day in enumerate(prize.days or ()):
            if day > days:
                yield error(
                    prize.at("days", number),
                    tell("Day {day} never comes: {draw} lasts {days} days.", day=day, draw=draw.id, days=days),
                )


def _check_deck(draw: DrawPart, days: int) -> Iterator[Problem]:
    if draw.deck is None:
        return
    if draw.deck.tickets_per_day is not None:
        yield from _check_daily(draw, draw.deck, draw.deck.tickets_per_day, days)
    prizes = sum(prize.units or 0 for prize in draw.prizes)
    if draw.deck.tickets is not None and prizes > draw.deck.tickets:
        yield error(
            draw.deck.at("tickets"),
            tell(
                "The deck of {tickets} tickets would hold {prizes} prizes; add tickets.",
                tickets=draw.deck.tickets,
                prizes=prizes,
            ),
        )


def _check_daily(draw: DrawPart, deck: DeckPart, tickets: int, days: int) -> Iterator[Problem]:
    for day in range(1, days + 1):
        prizes = sum(prize.per_day or 0 for prize in draw.prizes if prize.days is None or day in prize.days)
        if prizes > tickets:
            yield error(
                deck.at("tickets_per_day"),
                tell(
                    "On day {day} the deck of {tickets} tickets would hold {prizes} prizes; add tickets.",
                    day=day,
                    tickets=tickets,
                    prizes=prizes,
                ),
            )
            return


def _add_promises(draw: DrawPart, days: int, promises: dict[str, _Promise]) -> None:
    for prize, units in _units_in_all(draw, days):
        stock = prize.gift or prize.service
        if stock is not None:
            place = prize.at("gift" if prize.gift else "service")
            promise = promises.setdefault(stock, _Promise(place))
            promise.pieces += units * prize.quantity


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
