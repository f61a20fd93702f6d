"""Periods are half-open; moments are UTC inside and local where people write them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiacan.kernel.periods import Period, days_later, end_of, parse_moment, start_of

LONDON, SHANGHAI, KATHMANDU = (ZoneInfo(name) for name in ("Europe/London", "Asia/Shanghai", "Asia/Kathmandu"))
moments = st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def test_a_period_holds_its_beginning_and_not_its_end():
    period = Period(utc(2026, 11, 1), utc(2026, 11, 2))
    assert [at in period for at in (utc(2026, 11, 1), utc(2026, 11, 1, 23, 59), utc(2026, 11, 2))] == [
        True,
        True,
        False,
    ]


def test_periods_that_only_touch_do_not_overlap():
    first, second = Period(utc(2026, 1, 1), utc(2026, 1, 2)), Period(utc(2026, 1, 2), utc(2026, 1, 3))
    assert not first.overlaps(second)
    assert not second.overlaps(first)
    assert first.overlaps(Period(utc(2026, 1, 1, 23), utc(2026, 1, 9)))


@given(moments, moments, moments, moments)
def test_periods_overlap_exactly_where_some_moment_lies_in_both(a, b, c, d):
    first, second = Period(min(a, b), max(a, b)), Period(min(c, d), max(c, d))
    in_both = any(at in first and at in second for at in (a, b, c, d))
    assert first.overlaps(second) == in_both


def test_days_are_those_of_the_zone():
    period = Period(utc(2026, 11, 15, 16), utc(2026, 11, 17, 16))
    assert period.days(SHANGHAI) == (date(2026, 11, 16), date(2026, 11, 17))
    assert period.days(LONDON) == (date(2026, 11, 15), date(2026, 11, 16), date(2026, 11, 17))


@pytest.mark.parametrize("at", [utc(2026, 11, 1), utc(2026, 11, 1, 12)])
def test_a_period_without_a_moment_has_no_day(at):
    assert Period(at, at).days(UTC) == ()


@given(moments, st.integers(1, 10**6), st.sampled_from([LONDON, SHANGHAI, KATHMANDU]))
def test_every_moment_of_a_period_lies_on_one_of_its_days(starts_at, minutes, zone):
    period = Period(starts_at, starts_at + timedelta(minutes=minutes))
    days = period.days(zone)
    assert days[0] == starts_at.astimezone(zone).date()
    assert days[-1] == (period.ends_at - timedelta(microseconds=1)).astimezone(zone).date()
    assert len(days) == (days[-1] - days[0]).days + 1


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-11", date(2026, 11, 11)),
        (" 2026-11-11 ", date(2026, 11, 11)),
        ("2026-11-11T20:00", utc(2026, 11, 11, 12)),
        ("2026-11-11 20:00:30", utc(2026, 11, 11, 12, 0, 30)),
        ("2026-11-11T20:00Z", utc(2026, 11, 11, 20)),
        ("2026-11-11T20:00+05:45", utc(2026, 11, 11, 14, 15)),
    ],
)
def test_a_moment_is_read_in_the_zone_unless_it_says_its_own(text, at):
    assert parse_moment(text, SHANGHAI) == at


@pytest.mark.parametrize("text", ["", "11/11/2026", "2026-13-01", "2026-02-30", "2026-11-11T25:00", "soon"])
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(ValueError):
        parse_moment(text, SHANGHAI)


@pytest.mark.parametrize("text", ["0001-01-01 00:00:00", "9999-12-31T23:00-05:00"])
def test_a_moment_that_utc_cannot_tell_is_refused(text):
    with pytest.raises(ValueError):
        parse_moment(text, SHANGHAI)


def test_a_time_that_comes_twice_means_the_first():
    assert parse_moment("2026-10-25T01:30", LONDON) == utc(2026, 10, 25, 0, 30)


def test_a_bare_date_begins_at_its_midnight_and_ends_at_the_next():
    singles_day = date(2026, 11, 11)
    assert (start_of(singles_day, SHANGHAI), end_of(singles_day, SHANGHAI)) == (
        utc(2026, 11, 10, 16),
        utc(2026, 11, 11, 16),
    )
    at = utc(2026, 11, 11, 3)
    assert (start_of(at, SHANGHAI), end_of(at, SHANGHAI)) == (at, at)


def test_a_day_on_which_the_clock_changes_has_its_own_length():
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    assert end_of(spring, LONDON) - start_of(spring, LONDON) == timedelta(hours=23)
    assert end_of(autumn, LONDON) - start_of(autumn, LONDON) == timedelta(hours=25)


def test_days_later_is_the_same_time_of_day_across_a_change_of_the_clock():
    before = utc(2026, 3, 28, 12)
    assert days_later(before, 2, LONDON) == utc(2026, 3, 30, 11)
    assert days_later(before, 2, SHANGHAI) == utc(2026, 3, 30, 12)
