"""A zone's clock over whole arrays of moments, as Python's zoneinfo has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from jiacan.kernel.clocks import offsets_in
from jiacan.kernel.periods import Period
from jiacan.offers.core.arrays.values import Whole

DAY_US = 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ROOM = timedelta(days=2)


def to_us(at: datetime) -> int:
    """The moment in microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def from_us(us: int) -> datetime:
    """The moment that many microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=us)


@dataclass(frozen=True, slots=True)
class Clock:
    """The zone's offsets from UTC: `offsets_us[i]` holds until `changes_us[i]`, the last one for good."""

    changes_us: Whole
    offsets_us: Whole

    def local(self, at_us: Whole) -> Whole:
        """Local times of moments, as microseconds since 1970 on the wall clock."""
        local_us: Whole = at_us + self._offset(self.changes_us, at_us)
        return local_us

    def utc(self, local_us: Whole) -> Whole:
        """Moments of local times: a repeated one is its first, a skipped one keeps the offset from before."""
        ends = self.changes_us + np.maximum(self.offsets_us[:-1], self.offsets_us[1:])
        at_us: Whole = local_us - self._offset(ends, local_us)
        return at_us

    def _offset(self, changes_us: Whole, us: Whole) -> Whole:
        """The offset of each moment; one for all where the clock never changes."""
        places = np.searchsorted(changes_us, us, side="right") if len(changes_us) else 0
        offsets: Whole = self.offsets_us[places]
        return offsets

    def day(self, at_us: Whole) -> Whole:
        """The local day of each moment, in days since 1970."""
        return self.local(at_us) // DAY_US

    def days_later(self, at_us: Whole, days: int) -> Whole:
        """The same local time so many days later."""
        return self.utc(self.local(at_us) + days * DAY_US)


def clock_of(zone: ZoneInfo, first_us: int, last_us: int) -> Clock:
    """The zone's clock between two moments, to the second; changes less than a day apart are not told apart."""
    steps = offsets_in(zone, Period(from_us(first_us) - _ROOM, from_us(last_us) + _ROOM))
    changes = [to_us(step.since) for step in steps[1:]]
    offsets = [step.offset // _MICROSECOND for step in steps]
    return Clock(np.array(changes, np.int64), np.array(offsets, np.int64))
