"""Every rung can be reached and given."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from jiacan.kernel.messages import tell
from jiacan.offers.contracts.conditions import (
    Condition,
    CustomerIsNew,
    FromChannels,
    FromRegions,
    OnMonthDays,
    OnTiers,
    OnWeekdays,
    OrderNumberIs,
    QuantityAtLeast,
    Scope,
    SpendAtLeast,
    SpendEvery,
)
from jiacan.offers.contracts.rules import Ladder
from jiacan.plans.contracts.problems import Problem
from jiacan.plans.core.calendar import Calendar, find_period
from jiacan.plans.core.compiling.conditions import to_conditions
from jiacan.plans.core.parts.offers import OfferPart
from jiacan.plans.core.parts.part import Part
from jiacan.plans.core.problems import error
from jiacan.plans.core.tree import Place

_ENOUGH_DAYS = 3 * 366
"""So many days have every day of the week and of the month together."""


def check_rungs(offer: OfferPart, calendar: Calendar, tiers: tuple[str, ...]) -> Iterator[Problem]:
    """Conditions that no order can meet, and rungs that no order is given. Each condition by itself is right."""
    shared = to_conditions(offer.when, tiers)
    days = _days(offer, calendar)
    if cannot_be_met(shared, days):
        assert offer.when is not None
        yield error(
            offer.at("when"), tell("No order can meet all of this together; check it against itself and `during`.")
        )
        return
    steps = [to_conditions(rung.when, tiers) for rung in offer.rungs or ()]
    for number, own in enumerate(steps):
        rung = (offer.rungs or ())[number]
        if cannot_be_met((*shared, *own), days):
            yield error(rung.at("when"), tell("No order can meet this rung and the offer's own `when` together."))
        yield from _check_every(offer, rung, shared, own)
        lower = next((i for i in range(number) if implies((*shared, *steps[i]), own)), None)
        if lower is not None:
            yield _not_above(offer, rung, lower + 1)


def _not_above(offer: OfferPart, rung: Part, lower: int) -> Problem:
    if offer.ladder is Ladder.ALL:
        message = tell("This rung asks for no more than rung {lower}; put rungs from low to high.", lower=lower)
    else:
        message = tell(
            "Whoever reaches rung {lower} reaches this rung too, so rung {lower} is never given; "
            "put rungs from low to high.",
            lower=lower,
        )
    return error(_place_of(rung), message)


def _check_every(
    offer: OfferPart, rung: Part, shared: tuple[Condition, ...], own: tuple[Condition, ...]
) -> Iterator[Problem]:
    if sum(isinstance(condition, SpendEvery) for condition in (*shared, *own)) > 1:
        yield error(
            rung.at("when", "spend"),
            tell("{offer} counts `every` in its own `when` already; only one can multiply.", offer=offer.id),
        )


def _place_of(rung: Part) -> Place:
    return rung.at("when", "spend") if rung.says("when") else rung.at()


def _days(offer: OfferPart, calendar: Calendar) -> tuple[date, ...]:
    """The days on which the offer is open, of many the first; none where its period is not known."""
    period = find_period(offer.during, calendar)
    return period.days(calendar.zone)[:_ENOUGH_DAYS] if period else ()


# --- what follows from what -------------------------------------------------------------------------------


def implies(given: tuple[Condition, ...], asked: tuple[Condition, ...]) -> bool:
    """Whether every order that meets `given` surely meets `asked`."""
    return all(any(_implies_one(one, condition) for one in given) for condition in asked)


def _implies_one(given: Condition, asked: Condition) -> bool:
    match given, asked:
        case ((SpendAtLeast() | SpendEvery()), (SpendAtLeast() | SpendEvery())):
            return given.minor >= asked.minor and asked.scope in {given.scope, Scope()}
        case QuantityAtLeast(), QuantityAtLeast():
            return given.units >= asked.units and asked.scope in {given.scope, Scope()}
        case OnWeekdays(), OnWeekdays():
            return given.days <= asked.days
        case OnMonthDays(), OnMonthDays():
            return given.days <= asked.days and (asked.last or not given.last)
        case OnTiers(), OnTiers():
            return given.tiers <= asked.tiers
        case FromChannels(), FromChannels():
            return given.channels <= asked.channels
        case FromRegions(), FromRegions():
            return given.regions <= asked.regions
        case OrderNumberIs(), OrderNumberIs():
            below = asked.at_most is None or (given.at_most is not None and given.at_most <= asked.at_most)
            return given.at_least >= asked.at_least and below
        case _:
            return given == asked


def cannot_be_met(conditions: tuple[Condition, ...], open_days: tuple[date, ...]) -> bool:
    """Whether no order can meet all of them on these days; without any, days are not looked at."""
    channels, regions, tiers = None, None, None
    numbers = range(1, 10**9 + 1)
    for condition in conditions:
        match condition:
            case OnTiers():
                tiers = condition.tiers if tiers is None else tiers & condition.tiers
            case FromChannels():
                channels = condition.channels if channels is None else channels & condition.channels
            case FromRegions():
                regions = condition.regions if regions is None else regions & condition.regions
            case CustomerIsNew(new=True):
                numbers = range(numbers.start, min(numbers.stop, 2))
            case CustomerIsNew(new=False):
                numbers = range(max(numbers.start, 2), numbers.stop)
            case OrderNumberIs():
                stop = numbers.stop if condition.at_most is None else min(numbers.stop, condition.at_most + 1)
                numbers = range(max(numbers.start, condition.at_least), stop)
    if open_days and not any(_may_be_on(day, conditions) for day in open_days):
        return True
    return any(empty is not None and not empty for empty in (channels, regions, tiers, numbers))


def _may_be_on(day: date, conditions: tuple[Condition, ...]) -> bool:
    """Whether an order of the day meets what the conditions ask of days."""
    return all(
        day.weekday() in each.days if isinstance(each, OnWeekdays) else each.holds_on(day)
        for each in conditions
        if isinstance(each, OnWeekdays | OnMonthDays)
    )
