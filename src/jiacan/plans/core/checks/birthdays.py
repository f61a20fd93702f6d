"""Offers for birthdays that are given at all, and terms that some offer goes by."""

from __future__ import annotations

from collections.abc import Iterator

from jiacan.kernel.messages import tell
from jiacan.members.contracts.birthdays import GivenOn
from jiacan.offers.contracts.rules import Trigger
from jiacan.plans.contracts.problems import Problem
from jiacan.plans.core.calendar import Calendar, find_period
from jiacan.plans.core.parts.offers import OfferPart
from jiacan.plans.core.parts.plan import PlanPart
from jiacan.plans.core.problems import error, warning

LONGEST_DAYS = 366


def check_birthdays(plan: PlanPart, calendar: Calendar) -> Iterator[Problem]:
    """What is wrong with offers for birthdays and with the terms of birthdays."""
    for offer in plan.offers:
        if offer.trigger is Trigger.BIRTHDAY:
            yield from _check_offer(offer, calendar)
        elif offer.on is not None:
            yield error(offer.at("on"), tell("`on` goes with `trigger: birthday`; remove it, or write that too."))
    terms = plan.birthday
    if terms is None:
        return
    if terms.known_for > LONGEST_DAYS:
        yield error(terms.at("known_for"), tell("A birthday comes every year; ask for 366 days at most, such as 7d."))
    if not any(offer.trigger is Trigger.BIRTHDAY for offer in plan.offers):
        yield warning(
            plan.key_at("birthday"), tell("No offer has the trigger birthday, so this has no effect; remove it.")
        )


def _check_offer(offer: OfferPart, calendar: Calendar) -> Iterator[Problem]:
    if offer.rungs is not None:
        yield error(offer.at("rungs"), tell("A birthday has no ladder; write `give`."))
    period = find_period(offer.during, calendar)
    if offer.on is not GivenOn.MONTH_START or period is None:
        return
    if not any(day.day == 1 for day in period.days(calendar.zone)):
        yield error(
            offer.at("during"),
            tell("No month begins in this period, so {offer} is never given; make it longer.", offer=offer.id),
        )
