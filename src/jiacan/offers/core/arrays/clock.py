"""A zone's clock over whole arrays of moments, as Python's zoneinfo has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from jiacan.offers.core.arrays.values import Whole

DAY_US = 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


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
    at, end = from_us(first_us) - timedelta(days=2), from_us(last_us) + timedelta(days=2)
    offset = _offset_us(zone, at)
    changes, offsets = [], [offset]
    while at < end:
        tomorrow = at + timedelta(days=1)
        later = _offset_us(zone, tomorrow)
        if later != offset:
            changes.append(to_us(_change(zone, at, tomorrow)))
            offsets.append(later)
            offset = later
        at = tomorrow
    return Clock(np.array(changes, np.int64), np.array(offsets, np.int64))


def _offset_us(zone: ZoneInfo, at: datetime) -> int:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None, "a zone has an offset at every moment"
    return offset // _MICROSECOND


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The whole second from which the later offset holds."""
    before = before.replace(microsecond=0)
    old = _offset_us(zone, before)
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if _offset_us(zone, middle) == old:
            before = middle
        else:
            after = middle
    return before + timedelta(seconds=1)
