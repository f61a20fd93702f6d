"""When a birthday is given for; docs/algorithms/birthdays.md has the rule and worked cases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from jiacan.customers.contracts import Birthday
from jiacan.kernel.periods import end_of, start_of
from jiacan.members.contracts.birthdays import BirthdayOffer, Born, GivenOn, Turn
from jiacan.offers.contracts.occasions import OCCASION_MARK, Occasion
from jiacan.offers.contracts.rules import Trigger

ONE_DAY = timedelta(days=1)
WITHOUT_LADDER = 0
"""The rung of an offer that has none."""


def days_to_look_at(offer: BirthdayOffer, *, after: date, today: date) -> Iterator[date]:
    """The days of the offer's period after that one on which it may be given, up to today."""
    days = offer.during.days(offer.zone)
    if days:
        first, last = max(days[0], after + ONE_DAY), min(days[-1], today)
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            if offer.on is GivenOn.DAY or day.day == 1:
                yield day


def born_on(offer: BirthdayOffer, day: date) -> Born:
    """Whose birthdays the offer is given for on that day: the month's, or the day's.

    In a year without 29 February those who were born on it have the 28th.
    """
    if offer.on is GivenOn.MONTH_START:
        return Born(day.month, 1, 31)
    has_leapt = (day + ONE_DAY).day == 29
    is_last_of_february = (day.month, day.day) == (2, 28) and not has_leapt
    return Born(day.month, day.day, 29 if is_last_of_february else day.day)


def known_by(offer: BirthdayOffer, day: date) -> datetime:
    """By when a birthday must be told to be looked at on that day at all: its end."""
    return end_of(day, offer.zone)


def asked_at(offer: BirthdayOffer, day: date, at: datetime) -> datetime:
    """At which moment a customer must stand on the offer's tier: now on the day itself, its end when that is over."""
    return min(at, end_of(day, offer.zone))


def is_too_new(offer: BirthdayOffer, birthday: Birthday, day: date) -> bool:
    """Whether the birthday was told or changed fewer days before that day than the plan asks."""
    stands_since = birthday.stands_since.astimezone(offer.zone).date()
    return (day - stands_since).days < offer.known_for_days


def occasion_id(turn: Turn) -> str:
    """The occasion of a birthday; it names the card, not the customer.

    >>> from datetime import UTC
    >>> turn = Turn("spring", "happy", 2026, 7, date(2026, 3, 5), datetime(2026, 3, 5, tzinfo=UTC), False)
    >>> occasion_id(turn)
    '~birthday/spring/happy/2026/7'
    """
    return f"{OCCASION_MARK}birthday/{turn.plan_id}/{turn.offer_id}/{turn.year}/{turn.card}"


def rehearsed(offer: BirthdayOffer, plan_id: str, day: date, customer_id: str) -> Occasion:
    """The occasion as a rehearsal has it: looked at as the day begins, under the customer's own number."""
    at = _earned_at(offer, day)
    return Occasion(
        id=f"{OCCASION_MARK}birthday/{plan_id}/{offer.offer_id}/{day.year}/{customer_id}",
        trigger=Trigger.BIRTHDAY,
        customer_id=customer_id,
        earned_at=at,
        occurred_at=at,
        rung=WITHOUT_LADDER,
        offer_id=offer.offer_id,
    )


def _earned_at(offer: BirthdayOffer, day: date) -> datetime:
    """When the day begins, or the offer's period on that day."""
    return max(start_of(day, offer.zone), offer.during.starts_at)


def to_occasion(offer: BirthdayOffer, turn: Turn, customer_id: str) -> Occasion:
    """The birthday as offers are asked for it: earned as its day begins, settled for when it was looked at."""
    return Occasion(
        id=occasion_id(turn),
        trigger=Trigger.BIRTHDAY,
        customer_id=customer_id,
        earned_at=_earned_at(offer, turn.day),
        occurred_at=turn.at,
        rung=WITHOUT_LADDER,
        offer_id=offer.offer_id,
    )
