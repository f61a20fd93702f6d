"""The tables of docs/algorithms/birthdays.md, run row by row."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from jiacan.customers.contracts import BirthDate, Birthday
from jiacan.kernel.messages import Name
from jiacan.kernel.periods import Period, end_of, start_of
from jiacan.members.contracts.birthdays import BirthdayOffer, GivenOn
from jiacan.members.core.birthdays import born_on, days_to_look_at, is_too_new, known_by
from jiacan.members.facade.birthdays import rehearsed
from tests.core.worked_cases import PAGES, tables_in

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)
EVER = datetime(2020, 1, 1, tzinfo=UTC)
CASES = (PAGES / "birthdays.md").read_text(encoding="utf-8").split("## The cases")[1]
DAYS, CHANGES, REHEARSED = tables_in(CASES)


def offer(on: str = "day", *, known_for: int = 0) -> BirthdayOffer:
    during = Period(start_of(FIRST, SHANGHAI), end_of(LAST, SHANGHAI))
    return BirthdayOffer("happy", Name("生日", "Birthday"), GivenOn(on), during, SHANGHAI, known_for)


def days(of: BirthdayOffer, *, after: date = FIRST - timedelta(days=1), today: date = LAST) -> list[date]:
    return list(days_to_look_at(of, after=after, today=today))


def is_kept_on(of: BirthdayOffer, birthday: Birthday, day: date) -> bool:
    born = born_on(of, day)
    return birthday.month == born.month and born.first_day <= birthday.day <= born.last_day


def month_and_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)


@pytest.mark.parametrize("row", DAYS, ids=str)
def test_the_day_on_which_a_birthday_is_given_for_is_as_the_page_says(row):
    of, birthday = offer(row["on"]), Birthday(*month_and_day(row["born"]), EVER)
    kept = [f"{day:%Y %m-%d}" for day in days(of) if is_kept_on(of, birthday, day)]
    assert kept == [f"{year} {row[f'in {year}']}" for year in (2026, 2027, 2028)]


def told(row: dict[str, str], column: str) -> tuple[datetime, tuple[int, int]] | None:
    """At noon of which day, and which birthday."""
    if not row[column]:
        return None
    when, what = row[column].split(": ")
    return datetime(2026, *month_and_day(when), 12, tzinfo=SHANGHAI), month_and_day(what)


def known_at(row: dict[str, str], moment: datetime) -> Birthday | None:
    """What is known of the birthday at that moment."""
    first, second = told(row, "told"), told(row, "changed")
    assert first is not None
    if second is not None and second[0] <= moment:
        return Birthday(*second[1], first[0], changed_at=second[0])
    return Birthday(*first[1], first[0]) if first[0] <= moment else None


@pytest.mark.parametrize("row", CHANGES, ids=str)
def test_what_comes_of_a_birthday_that_is_told_or_changed_is_as_the_page_says(row):
    of = offer(row["on"], known_for=int(row["known for"]))
    for day in days(of, today=date(2026, 12, 31)):
        birthday = known_at(row, known_by(of, day) - timedelta(microseconds=1))
        if birthday is not None and is_kept_on(of, birthday, day):
            verdict = "too new" if is_too_new(of, birthday, day) else "given"
            assert f"{verdict} on {day:%m-%d}" == row["comes to"]
            return
    assert row["comes to"] == "nothing"


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize("row", REHEARSED, ids=str)
def test_what_is_given_for_a_birthday_in_a_rehearsal_is_as_the_page_says(row):
    of = replace(offer(row["on"]), during=Period(local(row["from"]), local(row["to"])))
    found = rehearsed("spring", [of], {"anna": BirthDate(*month_and_day(row["born"]))})
    given = [f"{each.occurred_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" for each in found]
    assert ", ".join(given) == row["given at"].replace("nothing", "")


def test_days_are_looked_at_from_where_it_was_left_to_today_within_the_period():
    of = offer()
    assert days(of, after=date(2026, 3, 1), today=date(2026, 3, 3)) == [date(2026, 3, 2), date(2026, 3, 3)]
    assert days(of, after=date(2026, 3, 3), today=date(2026, 3, 3)) == []
    assert days(of, after=date(2028, 12, 30), today=date(2029, 3, 3)) == [LAST]
    assert days(of, after=date(2025, 6, 1), today=FIRST) == [FIRST]


def test_every_birthday_comes_on_exactly_one_day_of_every_year():
    of, of_month = offer(), offer("month_start")
    leap_year = [date(2028, 1, 1) + timedelta(days=n) for n in range(366)]
    for each in (of, of_month):
        for year in (2026, 2027, 2028):
            looked_at = days(each, after=date(year - 1, 12, 31), today=date(year, 12, 31))
            for born in leap_year:
                birthday = Birthday(born.month, born.day, EVER)
                kept = [day for day in looked_at if is_kept_on(each, birthday, day)]
                assert len(kept) == 1, (each.on, birthday, kept)
    for year in (2026, 2027, 2028):
        for born in leap_year:
            birthday = Birthday(born.month, born.day, EVER)
            assert is_kept_on(of, birthday, birthday.in_year(year))
