"""What an hour would have brought without the campaign, told from the same weekday and hour of eight weeks before.

`docs/algorithms/room.md` has the formulas and worked numbers. Added up over a day it is the report's forecast.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from math import sqrt
from statistics import fmean, variance
from zoneinfo import ZoneInfo

from scipy.special import stdtrit

from jiacan.campaigns.contracts.reported import Estimate, Interval
from jiacan.campaigns.core.forecast import WEEKS, history_days
from jiacan.campaigns.core.intervals import TAIL
from jiacan.kernel.periods import Period

HOUR = timedelta(hours=1)
_MINUTES = 60.0
_REACH = float(stdtrit(WEEKS - 1, TAIL))


@dataclass(frozen=True, slots=True)
class HourCount:
    """What one local hour of one day brought."""

    day: date
    hour: int
    amount: int


@dataclass(frozen=True, slots=True, eq=False)
class Week:
    """An ordinary week, hour by hour: mean and variance over the weeks before, by weekday and local hour."""

    zone: ZoneInfo
    means: Mapping[tuple[int, int], float]
    variances: Mapping[tuple[int, int], float]

    def between(self, starts_at: datetime, ends_at: datetime) -> float:
        """What the time would have brought."""
        whole_until = ends_at.replace(minute=0, second=0, microsecond=0)
        if whole_until <= starts_at:
            return self.summed(starts_at, ends_at)
        return _summed_once(self, starts_at, whole_until) + self.summed(whole_until, ends_at)

    def summed(self, starts_at: datetime, ends_at: datetime) -> float:
        """The same, added up hour by hour."""
        return sum(self.means[key] * share for key, share in _hours(starts_at, ends_at, self.zone))

    def share_by(self, at: datetime, period: Period, *, whole: float | None = None) -> float:
        """Which share of the period an ordinary course has behind it by then; by the clock where it is empty.

        `whole` is what the whole period would have brought, where that is known already.
        """
        reached = min(max(at, period.starts_at), period.ends_at)
        expected = self.between(period.starts_at, period.ends_at) if whole is None else whole
        return self.between(period.starts_at, reached) / expected if expected else share_of_time(at, period)

    def a_minute(self, at: datetime, minutes: float) -> Estimate:
        """What a minute brings, as the mean of so many minutes from `at` on, with a 95% prediction interval.

        The spread is that of the hour between the weeks, and chance within the minutes as Poisson has it.
        """
        local = at.astimezone(self.zone)
        key = (local.weekday(), local.hour)
        mean = self.means[key] / _MINUTES
        spread = self.variances[key] / _MINUTES**2 * (1 + 1 / WEEKS) + mean / minutes
        reach = _REACH * sqrt(spread)
        return Estimate(mean, Interval(max(0.0, mean - reach), mean + reach))


@lru_cache(maxsize=512)
def _summed_once(week: Week, starts_at: datetime, ends_at: datetime) -> float:
    """A room that is looked at every second asks for the same whole hours for an hour."""
    return week.summed(starts_at, ends_at)


def share_of_time(at: datetime, period: Period) -> float:
    """Which share of the period is over at that moment."""
    return min(max((at - period.starts_at) / (period.ends_at - period.starts_at), 0.0), 1.0)


def week_of(counts: Iterable[HourCount], before: date, zone: ZoneInfo) -> Week:
    """The ordinary week of the eight weeks that end before `before`; an hour that is not counted had nothing."""
    amounts: dict[tuple[date, int], int] = defaultdict(int)
    for count in counts:
        amounts[count.day, count.hour] += count.amount
    days: dict[int, list[date]] = defaultdict(list)
    for day in history_days(before):
        days[day.weekday()].append(day)
    means, variances = {}, {}
    for weekday, same in days.items():
        for hour in range(24):
            seen = [amounts.get((day, hour), 0) for day in same]
            means[weekday, hour] = fmean(seen)
            variances[weekday, hour] = float(variance(seen))
    return Week(zone, means, variances)


def _hours(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> Iterator[tuple[tuple[int, int], float]]:
    """The local hours that lie in the time, and which share of each; clocks that jump have whole hours."""
    at = starts_at
    while at < ends_at:
        whole = at.replace(minute=0, second=0, microsecond=0) + HOUR
        until = min(_local_hour_end(at, whole, zone), ends_at)
        local = at.astimezone(zone)
        yield (local.weekday(), local.hour), (until - at) / HOUR
        at = until


def _local_hour_end(at: datetime, whole: datetime, zone: ZoneInfo) -> datetime:
    """The end of the local hour that holds `at`: zones may stand half an hour beside UTC."""
    offset = at.astimezone(zone).utcoffset() or timedelta(0)
    beside = timedelta(minutes=offset.total_seconds() / 60 % 60)
    end = whole - beside
    return end if end > at else end + HOUR
