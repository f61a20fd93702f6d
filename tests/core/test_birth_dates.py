"""Which days can be birthdays, how they are written, and when they are kept."""

from datetime import UTC, date, datetime

import pytest

from jiacan.customers.contracts import BirthDate, Birthday, BirthdayWrong
from jiacan.customers.core.birthdays import check_birth_date, read_birth_date

TODAY = date(2026, 11, 22)
KNOWN = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "born"),
    [
        ("1990-02-14", BirthDate(2, 14, 1990)),
        ("1990/2/4 00:00:00", BirthDate(2, 4, 1990)),
        ("1990年2月4日", BirthDate(2, 4, 1990)),
        ("02-14", BirthDate(2, 14)),
        ("--02-14", BirthDate(2, 14)),
        (" 2月29日 ", BirthDate(2, 29)),
    ],
)
def test_a_birth_date_is_read_as_people_write_it(text, born):
    assert read_birth_date(text) == born
    check_birth_date(born, today=TODAY)


@pytest.mark.parametrize("text", ["", "14 Feb", "1990", "90-02-14", "2.14", "1990-02-14 08:30", "02-14-1990"])
def test_what_is_no_day_is_refused_with_how_to_write_one(text):
    with pytest.raises(BirthdayWrong) as caught:
        read_birth_date(text)
    assert str(caught.value).endswith("is not a day; write it as 1990-02-14, or 02-14 without the year.")


@pytest.mark.parametrize(
    ("born", "why"),
    [
        (BirthDate(2, 29, 1990), "1990-02-29 is no day of the calendar; correct it"),
        (BirthDate(2, 30), "02-30 is no day of the calendar; correct it"),
        (BirthDate(13, 1), "13-01 is no day of the calendar; correct it"),
        (BirthDate(0, 0, 2000), "2000-00-00 is no day of the calendar; correct it"),
        (BirthDate(11, 23, 2026), "2026-11-23 is still to come; correct it"),
        (BirthDate(1, 1, 1899), "1899-01-01 is not in a year from 1900 to 2026; correct the year or leave it out"),
        (BirthDate(1, 1, 2027), "2027-01-01 is not in a year from 1900 to 2026; correct the year or leave it out"),
    ],
)
def test_a_day_on_which_nobody_was_born_is_refused(born, why):
    with pytest.raises(BirthdayWrong) as caught:
        check_birth_date(born, today=TODAY)
    assert str(caught.value) == f"This cannot be a birthday: {why}."


def test_the_29th_of_february_is_kept_on_the_28th_where_there_is_none():
    leap = Birthday(2, 29, KNOWN)
    kept = [leap.in_year(year) for year in (1900, 2000, 2026, 2028)]
    assert kept == [date(1900, 2, 28), date(2000, 2, 29), date(2026, 2, 28), date(2028, 2, 29)]
    assert Birthday(2, 28, KNOWN).in_year(2028) == date(2028, 2, 28)


def test_a_birthday_stands_since_it_was_last_changed():
    changed = datetime(2026, 6, 1, tzinfo=UTC)
    assert Birthday(3, 5, KNOWN).stands_since == KNOWN
    assert Birthday(3, 5, KNOWN, changed_at=changed).stands_since == changed
