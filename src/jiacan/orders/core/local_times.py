"""How far a zone's clocks stand from UTC, as steps over local time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from jiacan.kernel.clocks import offsets_in
from jiacan.kernel.periods import Period

_ROOM = timedelta(days=2)


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
    period = Period(first.replace(tzinfo=UTC) - _ROOM, last.replace(tzinfo=UTC) + _ROOM)
    steps = offsets_in(zone, period)
    # Both before a repeated hour's end and before a skipped hour's end the old offset holds.
    ended = [
        OffsetUntil((then.since + max(now.offset, then.offset)).replace(tzinfo=None), now.offset)
        for now, then in pairwise(steps)
    ]
    return (*ended, OffsetUntil(None, steps[-1].offset))
