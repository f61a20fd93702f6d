"""How far a zone's clocks stand from UTC, as steps over moments: so that tables need know no zones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from jiacan.kernel.periods import Period


@dataclass(frozen=True, slots=True)
class OffsetFrom:
    """At `since` (UTC) and later, until the next step, local time is `offset` ahead of UTC."""

    since: datetime
    offset: timedelta


def offsets_in(zone: ZoneInfo, period: Period) -> tuple[OffsetFrom, ...]:
    """The zone's offsets over the period, oldest first; the first step is the period's beginning.

    Clock changes less than a day apart are not told apart.

    >>> from datetime import UTC
    >>> year = Period(datetime(2011, 1, 1, tzinfo=UTC), datetime(2012, 1, 1, tzinfo=UTC))
    >>> [f"{step.since:%m-%d %H:%M} {step.offset}" for step in offsets_in(ZoneInfo("Europe/London"), year)]
    ['01-01 00:00 0:00:00', '03-27 01:00 1:00:00', '10-30 01:00 0:00:00']
    """
    at = period.starts_at
    steps = [OffsetFrom(at, _offset(zone, at))]
    while at < period.ends_at:
        later = min(at + timedelta(days=1), period.ends_at)
        if _offset(zone, later) != steps[-1].offset:
            steps.append(OffsetFrom(_change(zone, at, later), _offset(zone, later)))
        at = later
    return tuple(steps)


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None, "a zone has an offset at every moment"
    return offset


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second, after `before`, at which the clocks change from how they stand then; clocks change on seconds."""
    old, second = _offset(zone, before), timedelta(seconds=1)
    low, high = before.replace(microsecond=0), after
    while high - low > second:
        middle = low + second * max(1, (high - low) // second // 2)
        if _offset(zone, middle) == old:
            low = middle
        else:
            high = middle
    return high
