"""How fast stock and budgets burn down, and when each runs out at the present pace.

`docs/algorithms/room.md` has the formulas and worked numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from scipy.special import gammaincinv

from jiacan.campaigns.contracts.reported import Estimate, Interval
from jiacan.campaigns.contracts.room import Burn, Clock, Empty, Fate, Lasts, NotBurning, RunsOut, Standing, Still
from jiacan.campaigns.core.hourly import HOUR
from jiacan.campaigns.core.intervals import TAIL

WINDOW = timedelta(hours=1)
_FAR_HOURS = 24.0 * 3650


@dataclass(frozen=True, slots=True)
class Taken:
    """What awards took in a window: how much together, the sum of the squares of each, and the most of one."""

    amount: int = 0
    squares: int = 0
    most: int = 0

    def plus(self, other: Taken) -> Taken:
        """Both together."""
        return Taken(self.amount + other.amount, self.squares + other.squares, max(self.most, other.most))


def hourly_rate(taken: Taken, window: timedelta) -> Estimate:
    """How much is taken an hour, with a 95% gamma interval; awards are many or few, large or small.

    Source: M. P. Fay and E. J. Feuer, Statistics in Medicine 16 (1997) 791-801.
    """
    hours = window / HOUR
    if taken.amount == 0:
        return Estimate(0.0)
    low = _gamma_bound(taken.amount, taken.squares, 1 - TAIL)
    high = _gamma_bound(taken.amount + taken.most, taken.squares + taken.most**2, TAIL)
    return Estimate(taken.amount / hours, Interval(low / hours, high / hours))


def _gamma_bound(amount: int, squares: int, chance: float) -> float:
    return squares / amount * float(gammaincinv(amount**2 / squares, chance))


def fate_of(left: int, taken: Taken, window: timedelta, clock: Clock) -> Fate:
    """When it runs out if it goes on as in the window, or that it lasts to the end of the run."""
    if left <= 0:
        return Empty()
    if clock.standing is not Standing.LIVE:
        return NotBurning()
    if taken.amount == 0:
        return Still()
    rate = hourly_rate(taken, window)
    assert rate.interval is not None, "what was taken has an interval"
    at = clock.at + _until(left, rate.value)
    if at >= clock.run.ends_at:
        return Lasts(at_end=max(0, round(left - rate.value * ((clock.run.ends_at - clock.at) / HOUR))))
    latest = clock.at + _until(left, rate.interval.low)
    return RunsOut(
        at=at,
        earliest=clock.at + _until(left, rate.interval.high),
        latest=None if latest >= clock.run.ends_at else latest,
    )


def _until(left: int, an_hour: float) -> timedelta:
    hours = left / an_hour if an_hour else _FAR_HOURS
    return min(hours, _FAR_HOURS) * HOUR


def by_urgency(burn: Burn) -> tuple[int, float, float]:
    """Sorts what is empty or runs out first to the front, and then what has least of its plan left."""
    share_left = burn.left / burn.planned if burn.planned else 1.0
    match burn.fate:
        case Empty():
            return 0, 0.0, share_left
        case RunsOut(at=at):
            return 1, at.timestamp(), share_left
        case Lasts():
            return 2, share_left, share_left
        case Still():
            return 3, share_left, share_left
        case NotBurning():
            return 4, share_left, share_left
