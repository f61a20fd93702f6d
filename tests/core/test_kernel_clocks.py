"""Offsets over a period say of every moment in it what the zone says."""

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from jiacan.kernel.clocks import offsets_in
from jiacan.kernel.periods import Period

ZONES = (
    "Europe/London",
    "America/New_York",
    "Asia/Shanghai",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Asia/Gaza",
)
moments = st.integers(0, 4 * 10**15).map(lambda us: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ZONES), moments, st.integers(1, 900 * 86_400 * 10**6), st.lists(st.floats(0, 1), max_size=20))
def test_every_moment_has_the_offset_of_the_last_step_before_it(name, starts_at, microseconds, shares):
    zone, length = ZoneInfo(name), timedelta(microseconds=microseconds)
    steps = offsets_in(zone, Period(starts_at, starts_at + length))
    assert steps[0].since == starts_at
    tick = timedelta(microseconds=1)
    around = [at for step in steps[1:] for at in (step.since - tick, step.since)]
    for at in [starts_at + length * share for share in shares if share < 1] + around:
        place = bisect_right([step.since for step in steps], at) - 1
        assert steps[place].offset == at.astimezone(zone).utcoffset()


def test_midnight_can_be_where_clocks_change():
    zone = ZoneInfo("America/Sao_Paulo")
    steps = offsets_in(zone, Period(datetime(2017, 1, 1, tzinfo=UTC), datetime(2018, 1, 1, tzinfo=UTC)))
    assert [step.since for step in steps[1:]] == [
        datetime(2017, 2, 19, 2, tzinfo=UTC),
        datetime(2017, 10, 15, 3, tzinfo=UTC),
    ]


def test_a_period_without_a_moment_has_one_step():
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert [step.since for step in offsets_in(ZoneInfo("Asia/Shanghai"), Period(at, at))] == [at]
