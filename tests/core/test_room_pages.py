"""The worked numbers of docs/algorithms/room.md come out as they are printed."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from jiacan.campaigns.core.burn import Taken, hourly_rate
from jiacan.campaigns.core.hourly import HourCount, week_of
from tests.core.worked_cases import find_tables

ALARMS, BURNING, EXPECTED = find_tables("room.md")
UTC_ZONE = ZoneInfo("UTC")
BEFORE = date(2026, 3, 2)


def taken(text: str) -> Taken:
    whole = Taken()
    for part in text.split(", "):
        amount, times = (int(number) for number in part.split(" ×"))
        for _ in range(times):
            whole = whole.plus(Taken(amount, amount**2, amount))
    return whole


@pytest.mark.parametrize("row", BURNING, ids=str)
def test_the_pace_of_burning_is_as_the_page_says(row):
    rate = hourly_rate(taken(row["taken"]), timedelta(minutes=int(row["minutes"])))
    assert rate.interval is not None
    printed = [f"{value:.2f}" for value in (rate.value, rate.interval.low, rate.interval.high)]
    assert printed == [row["an hour"], row["low"], row["high"]]


@pytest.mark.parametrize("row", EXPECTED, ids=str)
def test_an_ordinary_hour_is_as_the_page_says(row):
    weeks = [int(number) for number in row["weeks"].split(", ")]
    counts = [HourCount(BEFORE - timedelta(weeks=n + 1), 20, amount) for n, amount in enumerate(weeks)]
    expected = week_of(counts, BEFORE, UTC_ZONE).a_minute(datetime(2026, 3, 9, 20, 15, tzinfo=UTC), 5)
    assert expected.interval is not None
    printed = [f"{value:.2f}" for value in (expected.value, expected.interval.low, expected.interval.high)]
    assert printed == [row["a minute"], row["low"], row["high"]]
