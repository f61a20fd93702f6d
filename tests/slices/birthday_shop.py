"""A shop whose plan gives for birthdays, far ahead of today, so that the plan went live before."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from jiacan.campaigns.facade import birthdays
from jiacan.customers import facade as customers
from jiacan.customers.contracts import BirthDate
from jiacan.tenancy.contracts import Shop
from tests.slices.online_shop import WHO, go_live

LONDON = ZoneInfo("Europe/London")
YEAR = 2097
OFFER = """
offers:
  - id: happy
    name: {zh: 生日礼, en: Birthday gift}
    trigger: birthday
    during: {from: 2097-01-01, to: 2099-12-31}
    give: [{gift: mug}]
    budget: {gift: gifts}
"""
TERMS = """
staff: [staff-1]
birthday: {known_for: 7d}
"""


def birthday_shop(*edits: tuple[str, str], terms: str = TERMS, slug: str = "gifts") -> Shop:
    """A shop with the reference plan and an offer for birthdays in force, edited."""
    text = OFFER
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return go_live(slug, ("\noffers:\n", text), ("\ndraws:\n", f"{terms}\ndraws:\n"))


def moment(month: int, day: int, hour: float = 9, *, year: int = YEAR) -> datetime:
    """So many hours after a day's midnight by the clock of the plan."""
    return datetime.combine(date(year, month, day), time(0), LONDON).astimezone(UTC) + timedelta(hours=hour)


def born(shop: Shop, month: int, day: int, *customer_ids: str, at: datetime | None = None) -> None:
    """Customers tell their birthday; when they do is long ago where it is not said."""
    for each in customer_ids:
        when = moment(1, 1, year=2090) if at is None else at
        customers.record_birthday(shop.id, each, BirthDate(month, day), by=WHO, at=when)


def look(shop: Shop, month: int, day: int, hour: float = 9, *, year: int = YEAR) -> None:
    """What the clock does."""
    birthdays.give_at_shop(shop.id, moment(month, day, hour, year=year))


def told(shop: Shop, customer_id: str) -> list[tuple[str, str, list[str]]]:
    """What became of the customer's birthdays: the day, what came of it, and what it says."""
    return [
        (
            str(each.turn.day),
            "too new" if each.turn.is_too_new else "" if each.outcome is None else each.outcome.value,
            [str(item) for item in each.says],
        )
        for each in birthdays.turns_of(shop.id, customer_id)
    ]
