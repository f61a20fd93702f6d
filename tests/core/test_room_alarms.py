"""What asks for a person, and what does not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from jiacan.campaigns.contracts.reported import Tone
from jiacan.campaigns.contracts.room import Burn, Empty, Fate, Lasts, RunsOut, Still
from jiacan.campaigns.core.alarms import Signs, Silence, alarms
from jiacan.campaigns.core.clock import clock_at
from jiacan.kernel.messages import Name
from jiacan.kernel.periods import Period
from jiacan.plans.contracts.document import BelowAmount, BelowShare, Risk, Watched

NOW = datetime(2026, 3, 18, 14, 30, tzinfo=UTC)
RUN = Period(datetime(2026, 3, 13, tzinfo=UTC), datetime(2026, 3, 27, tzinfo=UTC))
SHORT = Risk(
    "gift-short",
    Name("赠品断货", "Gifts run out"),
    BelowShare(Watched.STOCK, "mug", Decimal("0.10")),
    "Call the supplier",
    "warehouse",
    "operations",
)


def burn(left: int, fate: Fate = Still(), *, watched: Watched = Watched.STOCK, named: str = "mug") -> Burn:  # noqa: B008
    return Burn(watched, named, Name(named, named), 150, left, 0, 0, timedelta(hours=1), 0.0, None, fate)


def signs(*burns: Burn, short=None, silence=None, waiting_since=None, at=NOW) -> Signs:
    return Signs(clock_at({}, RUN, at), burns, short or {}, silence, waiting_since, "GBP")


def keys(*risks: Risk, of: Signs) -> list[str]:
    return [alarm.key for alarm in alarms(risks, of)]


def test_a_risk_is_raised_below_its_watch_and_not_at_it():
    assert keys(SHORT, of=signs(burn(15))) == []
    assert keys(SHORT, of=signs(burn(14))) == ["risk:gift-short"]


def test_a_risk_that_watches_an_amount_counts_it():
    watch = replace(SHORT, watch=BelowAmount(Watched.STOCK, "mug", 20))
    assert keys(watch, of=signs(burn(20))) == []
    assert keys(watch, of=signs(burn(19))) == ["risk:gift-short"]


def test_a_risk_brings_its_runbook_and_its_people():
    (alarm,) = alarms([SHORT], signs(burn(14)))
    assert (alarm.tone, str(alarm.do), alarm.owner, alarm.backup) == (
        Tone.ACT,
        "Call the supplier",
        "warehouse",
        "operations",
    )
    assert str(alarm.says) == "Gifts run out: 14 pieces of 150 pieces left of mug"


def test_what_a_crossed_risk_watches_raises_no_second_alarm():
    assert keys(SHORT, of=signs(burn(0, Empty()))) == ["risk:gift-short"]
    assert keys(of=signs(burn(0, Empty()))) == ["empty:stock:mug"]


def test_what_an_award_lately_could_not_have_is_as_good_as_empty():
    budget = burn(800, watched=Watched.BUDGET, named="gifts")
    assert keys(of=signs(budget, short={"budget:gifts": 3})) == ["empty:budget:gifts"]
    assert keys(of=signs(budget, short={"budget:coupons": 3})) == []


def test_only_what_surely_runs_out_before_the_end_is_an_alarm():
    sure = RunsOut(NOW + timedelta(hours=3), NOW + timedelta(hours=2), NOW + timedelta(hours=5))
    unsure = replace(sure, latest=None)
    assert keys(of=signs(burn(30, sure))) == ["runs-out:stock:mug"]
    assert keys(of=signs(burn(30, unsure))) == []
    assert keys(of=signs(burn(30, Lasts(4)))) == []


@pytest.mark.parametrize(("expected", "raised"), [(9.9, []), (10.0, ["silence"])])
def test_silence_is_an_alarm_where_ten_orders_were_to_be_expected(expected, raised):
    assert keys(of=signs(silence=Silence(NOW - timedelta(minutes=14), expected))) == raised


def test_silence_outside_the_run_is_none():
    quiet = Silence(NOW - timedelta(minutes=14), 99.0)
    assert keys(of=signs(silence=quiet, at=RUN.starts_at - timedelta(hours=1))) == []


def test_work_that_waits_five_minutes_is_an_alarm():
    assert keys(of=signs(waiting_since=NOW - timedelta(minutes=4, seconds=59))) == []
    assert keys(of=signs(waiting_since=NOW - timedelta(minutes=5))) == ["jobs"]


def test_what_asks_to_act_stands_before_what_asks_to_watch():
    sure = RunsOut(NOW + timedelta(hours=3), NOW + timedelta(hours=2), NOW + timedelta(hours=5))
    found = keys(SHORT, of=signs(burn(30, sure, named="cup"), burn(10)))
    assert found == ["risk:gift-short", "runs-out:stock:cup"]


def test_a_campaign_that_is_over_raises_nothing():
    assert keys(SHORT, of=signs(burn(0, Empty()), at=RUN.ends_at)) == []
