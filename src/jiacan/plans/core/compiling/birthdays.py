"""From offers for birthdays to when they are given."""

from __future__ import annotations

from collections.abc import Sequence

from jiacan.members.contracts.birthdays import BirthdayOffer, GivenOn
from jiacan.offers.contracts.rules import Trigger
from jiacan.plans.core.calendar import Calendar, find_period
from jiacan.plans.core.compiling.conditions import tiers_named
from jiacan.plans.core.compiling.offers import to_name
from jiacan.plans.core.parts.offers import OfferPart
from jiacan.plans.core.parts.plan import PlanPart


def to_birthday_offers(plan: PlanPart, calendar: Calendar) -> tuple[BirthdayOffer, ...]:
    """The plan's offers for birthdays, of parts in which nothing is wrong."""
    known_for = 0 if plan.birthday is None else plan.birthday.known_for
    tiers = tuple(tier.id for tier in plan.tiers)
    return tuple(
        _to_birthday_offer(part, calendar, known_for, tiers)
        for part in plan.offers
        if part.trigger is Trigger.BIRTHDAY
    )


def _to_birthday_offer(part: OfferPart, calendar: Calendar, known_for: int, tiers: Sequence[str]) -> BirthdayOffer:
    asked = None if part.when is None else part.when.tier
    during = find_period(part.during, calendar)
    assert during is not None, "checked: an offer has a period"
    return BirthdayOffer(
        offer_id=part.id,
        name=to_name(part.name, part.id),
        on=part.on or GivenOn.DAY,
        during=during,
        zone=calendar.zone,
        known_for_days=known_for,
        tiers=frozenset() if asked is None else frozenset(tiers_named(asked, tiers)),
    )
