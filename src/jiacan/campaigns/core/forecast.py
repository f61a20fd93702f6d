"""What a period would have brought without the campaign, told from the weeks before it.

`docs/algorithms/figures.md` has the formulas and worked numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from math import sqrt
from statistics import fmean, variance

from scipy.special import stdtrit

from jiacan.campaigns.contracts.reported import Estimate, Interval, Unknown
from jiacan.campaigns.core.intervals import TAIL
from jiacan.kernel.messages import tell

WEEKS = 8


def history_days(before: date) -> tuple[date, ...]:
    """The days that a forecast looks at: the eight weeks that end before `before`."""
    return tuple(before - timedelta(days=n) for n in range(7 * WEEKS, 0, -1))


def history_missing(before: date, first_known: date) -> Unknown | None:
    """Why no forecast can be made, if orders do not reach back far enough."""
    wanted = history_days(before)[0]
    if first_known <= wanted:
        return None
    return Unknown(
        tell(
            "The forecast needs {weeks} weeks of orders before {before}, from {wanted} on; they begin on {first}.",
            weeks=WEEKS,
            before=before,
            wanted=wanted,
            first=first_known,
        )
    )


def expected_on(day: date, history: Mapping[date, float], before: date) -> float:
    """The mean of that weekday over the weeks before; a day that `history` does not name had none."""
    return fmean(history.get(each, 0.0) for each in history_days(before) if each.weekday() == day.weekday())


def expected_total(days: Sequence[date], history: Mapping[date, float], before: date) -> Estimate:
    """The sum of the days' expectations, with a 95% prediction interval by Student's t.

    Each past week is told in the weekdays of `days`, so that the spread between weeks holds what the days of one
    week have in common. It knows weekdays, and neither trend nor season.
    """
    weekdays = Counter(day.weekday() for day in days)
    past = history_days(before)
    weeks = [past[n : n + 7] for n in range(0, len(past), 7)]
    totals = [sum(weekdays[day.weekday()] * history.get(day, 0.0) for day in week) for week in weeks]
    expected = fmean(totals)
    own_weeks = max(len(days) / 7, 1.0)
    reach = float(stdtrit(WEEKS - 1, TAIL)) * sqrt(variance(totals) * (1 / own_weeks + 1 / WEEKS))
    return Estimate(expected, Interval(expected - reach, expected + reach))
