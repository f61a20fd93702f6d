"""Which days can be birthdays, and how people write them."""

from __future__ import annotations

import re
from datetime import date

from jiacan.customers.contracts import BirthDate, BirthdayWrong
from jiacan.kernel.messages import tell

FIRST_YEAR = 1900
A_LEAP_YEAR = 2000
"""Where no year is told: it has every day that some year has."""

_WRITTEN = re.compile(
    r"(?:(?P<year>\d{4})(?:-|/|年)|--)?(?P<month>\d{1,2})(?:-|/|月)(?P<day>\d{1,2})日?(?:[T ]00:00(?::00(?:\.0+)?)?)?"
)


def check_birth_date(born: BirthDate, *, today: date) -> None:
    """Whether someone can have been born on that day.

    Raises:
        BirthdayWrong: nobody can.
    """
    year = A_LEAP_YEAR if born.year is None else born.year
    told = f"{born.month:02}-{born.day:02}" if born.year is None else f"{born.year:04}-{born.month:02}-{born.day:02}"
    if not FIRST_YEAR <= year <= today.year:
        raise BirthdayWrong(
            tell(
                "{told} is not in a year from {first} to {last}; correct the year or leave it out",
                told=told,
                first=str(FIRST_YEAR),
                last=str(today.year),
            )
        )
    try:
        day = date(year, born.month, born.day)
    except ValueError:
        raise BirthdayWrong(tell("{told} is no day of the calendar; correct it", told=told)) from None
    if born.year is not None and day > today:
        raise BirthdayWrong(tell("{told} is still to come; correct it", told=told))


def read_birth_date(text: str) -> BirthDate:
    """The birth date that is written so; whether there is such a day is not asked.

    >>> read_birth_date("1990-02-14"), read_birth_date("2月29日")
    (BirthDate(month=2, day=14, year=1990), BirthDate(month=2, day=29, year=None))

    Raises:
        BirthdayWrong: nothing of the kind is written.
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise BirthdayWrong(
            tell("{cell} is not a day; write it as 1990-02-14, or 02-14 without the year", cell=repr(text))
        )
    year = found["year"]
    return BirthDate(int(found["month"]), int(found["day"]), None if year is None else int(year))
