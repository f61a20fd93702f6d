"""Pace, what burns down, and the ordinary week: rules of the room."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiacan.campaigns.contracts.reported import Tone, Unknown
from jiacan.campaigns.contracts.room import Clock, Empty, GoalPace, Lasts, NotBurning, RunsOut, Standing, Still
from jiacan.campaigns.core.burn import Taken, fate_of, hourly_rate
from jiacan.campaigns.core.clock import clock_at
from jiacan.campaigns.core.forecast import expected_on
from jiacan.campaigns.core.hourly import HourCount, share_of_time, week_of
from jiacan.campaigns.core.pace import (
    BINS,
    Counted,
    beside_goal,
    bin_starts,
    bins,
    goal_paces,
    hour_before,
    last_hour,
)
from jiacan.kernel.messages import tell
from jiacan.kernel.periods import Period, start_of
from jiacan.plans.contracts.document import Baseline, ChangeTarget, Goal, LevelTarget, Measure

NOW = datetime(2026, 3, 18, 14, 30, 20, tzinfo=UTC)
RUN = Period(datetime(2026, 3, 13, tzinfo=UTC), datetime(2026, 3, 27, tzinfo=UTC))
PHASES = {
    "warm_up": Period(datetime(2026, 3, 6, tzinfo=UTC), RUN.starts_at),
    "run": RUN,
    "wrap_up": Period(RUN.ends_at, datetime(2026, 4, 10, tzinfo=UTC)),
}
LIVE = clock_at(PHASES, RUN, NOW)
HOUR = timedelta(hours=1)
LONDON, SHANGHAI, DELHI = ZoneInfo("Europe/London"), ZoneInfo("Asia/Shanghai"), ZoneInfo("Asia/Kolkata")


# --- the clock --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "standing", "phase", "following", "change"),
    [
        (datetime(2026, 3, 1, tzinfo=UTC), Standing.COMING, "", "warm_up", PHASES["warm_up"].starts_at),
        (datetime(2026, 3, 7, tzinfo=UTC), Standing.COMING, "warm_up", "run", RUN.starts_at),
        (NOW, Standing.LIVE, "run", "wrap_up", RUN.ends_at),
        (RUN.ends_at, Standing.CLOSING, "wrap_up", "", PHASES["wrap_up"].ends_at),
        (PHASES["wrap_up"].ends_at, Standing.OVER, "", "", None),
    ],
)
def test_a_campaign_is_told_by_its_phases(at, standing, phase, following, change):
    assert clock_at(PHASES, RUN, at) == Clock(at, standing, RUN, phase, following, change)


def test_without_phases_the_time_of_its_offers_is_its_run():
    assert clock_at({}, RUN, NOW) == Clock(NOW, Standing.LIVE, RUN, "run", "", RUN.ends_at)
    assert clock_at({}, RUN, RUN.ends_at).standing is Standing.OVER


# --- steps of five minutes --------------------------------------------------------------------------------


def test_the_last_step_ends_with_the_last_whole_minute():
    minute = datetime(2026, 3, 18, 14, 29, tzinfo=UTC)
    steps = bins([(minute, 3), (minute + timedelta(minutes=1), 9), (minute - timedelta(minutes=5), 2)], NOW)
    assert steps[-2:] == (2, 3)
    assert sum(steps) == 5
    assert bin_starts(NOW)[-1] == datetime(2026, 3, 18, 14, 25, tzinfo=UTC)


@given(st.lists(st.tuples(st.integers(-200, 5), st.integers(0, 50))))
def test_steps_hold_every_point_of_the_two_hours_once(points):
    ends_at = NOW.replace(second=0)
    moments = [(ends_at + timedelta(minutes=back), amount) for back, amount in points]
    steps = bins(moments, NOW)
    within = [amount for at, amount in moments if ends_at - timedelta(hours=2) <= at < ends_at]
    assert (len(steps), sum(steps)) == (BINS, sum(within))
    assert last_hour(steps) + hour_before(steps) == sum(steps)


# --- goals ------------------------------------------------------------------------------------------------

COUNTED = Counted(orders=640, sales_minor=64_000, new_customers=30, awards=500, refused=9, replaced=3)


def paced(*goals: Goal, baselines=None, share=0.5):
    return goal_paces(goals, COUNTED, baselines or {}, share=share, currency="GBP")


def test_a_goal_is_held_against_the_share_of_the_run_that_is_behind():
    goal = Goal(Measure.ORDERS, LevelTarget(Decimal(1200)), None)
    assert paced(goal) == ((GoalPace(Measure.ORDERS, 640, 1200.0, 600.0),), ())


def test_a_change_is_counted_from_its_baseline():
    goal = Goal(Measure.ORDERS, ChangeTarget(Decimal("0.15")), Baseline.FORECAST)
    ((pace,), _) = paced(goal, baselines={(Measure.ORDERS, Baseline.FORECAST): 1000.0})
    assert (pace.target, pace.by_now) == pytest.approx((1150.0, 575.0))


def test_a_baseline_that_is_not_known_gives_no_pace_and_says_why():
    why = Unknown(tell("No orders are recorded."))
    goal = Goal(Measure.ORDERS, ChangeTarget(Decimal("0.15")), Baseline.FORECAST)
    ((pace,), _) = paced(goal, baselines={(Measure.ORDERS, Baseline.FORECAST): why})
    assert (pace.target, pace.by_now) == (why, why)
    assert beside_goal(pace, "GBP").says == why.why


def test_the_order_value_has_no_pace_but_its_target():
    goal = Goal(Measure.AVERAGE_ORDER_VALUE, LevelTarget(Decimal("1.20")), None)
    ((pace,), _) = paced(goal)
    assert (pace.value, pace.target, pace.by_now) == (100.0, 120.0, 120.0)


def test_what_counters_cannot_tell_is_told_elsewhere():
    goals = [
        Goal(measure, LevelTarget(Decimal(1)), None) for measure in (Measure.REPURCHASE_RATE, Measure.RETURN_ON_SPEND)
    ]
    live, elsewhere = paced(*goals)
    assert live == ()
    assert [goal.measure for goal in elsewhere] == [Measure.REPURCHASE_RATE, Measure.RETURN_ON_SPEND]


@pytest.mark.parametrize(("value", "tone"), [(600, Tone.GOOD), (599, Tone.WATCH), (540, Tone.WATCH), (539, Tone.ACT)])
def test_below_nine_tenths_of_the_pace_somebody_should_act(value, tone):
    assert beside_goal(GoalPace(Measure.ORDERS, value, 1200.0, 600.0), "GBP").tone is tone


# --- the ordinary week ------------------------------------------------------------------------------------


def history(zone_hours: dict[int, int]) -> list[HourCount]:
    return [
        HourCount(date(2026, 3, 6) - timedelta(days=n), hour, amount)
        for n in range(1, 57)
        for hour, amount in zone_hours.items()
    ]


def test_hours_added_up_over_a_day_are_the_forecast_of_the_report():
    counts = history({9: 3, 20: 8})
    by_day = {one.day: 11.0 for one in counts}
    week = week_of(counts, date(2026, 3, 6), LONDON)
    day = date(2026, 3, 18)
    between = week.between(start_of(day, LONDON), start_of(day + timedelta(days=1), LONDON))
    assert between == pytest.approx(expected_on(day, by_day, date(2026, 3, 6)))


@pytest.mark.parametrize("zone", [LONDON, SHANGHAI, DELHI, ZoneInfo("Asia/Kathmandu")])
def test_hours_are_those_of_the_plans_zone_also_where_it_stands_half_an_hour_beside(zone):
    week = week_of(history({20: 6}), date(2026, 3, 6), zone)
    evening = datetime(2026, 3, 18, 20, 0, tzinfo=zone).astimezone(UTC)
    assert week.between(evening - HOUR, evening) == 0.0
    assert week.between(evening, evening + HOUR / 2) == pytest.approx(3.0)
    assert week.between(evening - HOUR, evening + 2 * HOUR) == pytest.approx(6.0)


def test_a_day_on_which_clocks_go_forward_lacks_an_hour():
    week = week_of(history(dict.fromkeys(range(24), 1)), date(2026, 3, 6), LONDON)
    day = date(2026, 3, 29)
    assert week.between(start_of(day, LONDON), start_of(day + timedelta(days=1), LONDON)) == pytest.approx(23.0)


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_share_of_the_run_grows_from_nothing_to_all(first, second):
    week = week_of(history({9: 3, 20: 8}), date(2026, 3, 6), LONDON)
    earlier, later = sorted(RUN.starts_at + (RUN.ends_at - RUN.starts_at) * share for share in (first, second))
    assert 0.0 <= week.share_by(earlier, RUN) <= week.share_by(later, RUN) + 1e-9
    assert week.share_by(RUN.ends_at, RUN) == pytest.approx(1.0)
    assert week.share_by(RUN.starts_at, RUN) == 0.0


def test_without_any_order_in_the_weeks_before_the_share_is_that_of_the_time():
    week = week_of([], date(2026, 3, 6), LONDON)
    assert week.share_by(NOW, RUN) == share_of_time(NOW, RUN)


# --- burning ----------------------------------------------------------------------------------------------


def pieces(count: int) -> Taken:
    return Taken(count, count, 1)


def test_what_is_left_lasts_as_long_as_the_pace_says():
    fate = fate_of(20, pieces(10), HOUR, LIVE)
    assert isinstance(fate, RunsOut)
    assert fate.at == NOW + 2 * HOUR
    assert fate.earliest < fate.at < fate.latest


def test_few_awards_cannot_tell_that_it_runs_out_before_the_end():
    fate = fate_of(150, pieces(1), HOUR, LIVE)
    assert isinstance(fate, RunsOut)
    assert fate.latest is None


def test_what_reaches_the_end_says_what_would_be_left_then():
    left_hours = (RUN.ends_at - NOW) / HOUR
    assert fate_of(1000, pieces(1), HOUR, LIVE) == Lasts(at_end=round(1000 - left_hours))


def test_nothing_taken_is_no_pace_and_nothing_left_is_empty():
    assert fate_of(5, Taken(), HOUR, LIVE) == Still()
    assert fate_of(0, pieces(3), HOUR, LIVE) == Empty()
    assert fate_of(5, pieces(3), HOUR, clock_at(PHASES, RUN, RUN.ends_at)) == NotBurning()


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=60), st.integers(5, 60))
def test_the_interval_holds_the_pace_and_more_awards_make_it_narrower(amounts, minutes):
    taken = Taken(sum(amounts), sum(one**2 for one in amounts), max(amounts))
    rate = hourly_rate(taken, timedelta(minutes=minutes))
    assert rate.interval is not None
    assert rate.interval.low < rate.value < rate.interval.high
    often = Taken(taken.amount * 9, taken.squares * 9, taken.most)
    many = hourly_rate(often, timedelta(minutes=minutes * 9))
    assert many.interval is not None
    assert many.interval.high - many.interval.low < rate.interval.high - rate.interval.low


@given(st.integers(1, 10**9), st.integers(1, 10**6))
def test_any_stock_at_any_pace_has_a_fate(left, taken):
    fate = fate_of(left, pieces(taken), HOUR, LIVE)
    assert isinstance(fate, RunsOut | Lasts)
    if isinstance(fate, RunsOut):
        assert NOW <= fate.earliest <= fate.at < RUN.ends_at
