"""How far a zone's clocks stand from UTC, as steps over local time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class OffsetUntil:
    """Local times before `until` (and not before the previous step) stand `offset` ahead of UTC; None is never."""

    until: datetime | None
    offset: timedelta


def offset_steps(zone: ZoneInfo, first: datetime, last: datetime) -> tuple[OffsetUntil, ...]:
    """The zone's offsets over local times from `first` to `last`, oldest first; the last step has no end.

    A repeated local time means its first occurrence and a skipped one keeps the offset from before the skip,
    as Python's zoneinfo has it. Clock changes less than a day apart are not told apart.

    >>> steps = offset_steps(ZoneInfo("Europe/London"), datetime(2011, 1, 1), datetime(2011, 6, 1))
    >>> [str(step.offset) for step in steps]
    ['0:00:00', '1:00:00']
    """
    at = first.replace(tzinfo=UTC, microsecond=0) - timedelta(days=2)
    end = last.replace(tzinfo=UTC) + timedelta(days=2)
    offset = _offset(zone, at)
    steps = []
    while at < end:
        tomorrow = at + timedelta(days=1)
        later = _offset(zone, tomorrow)
        if later != offset:
            # Both before a repeated hour's end and before a skipped hour's end the old offset holds.
            change = _change(zone, at, tomorrow)
            steps.append(OffsetUntil((change + max(offset, later)).replace(tzinfo=None), offset))
            offset = later
        at = tomorrow
    return (*steps, OffsetUntil(None, offset))


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None, "a zone has an offset at every moment"
    return offset


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    old = _offset(zone, before)
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if middle <= before:
            break
        if _offset(zone, middle) == old:
            before = middle
        else:
            after = middle
    return after
