"""Half-open periods of time, and how people write the moments that bound them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Period:
    """`[starts_at, ends_at)`, both in UTC."""

    starts_at: datetime
    ends_at: datetime

    def __contains__(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at

    def overlaps(self, other: Period) -> bool:
        """Whether some moment lies in both."""
        return max(self.starts_at, other.starts_at) < min(self.ends_at, other.ends_at)

    def days(self, zone: ZoneInfo) -> tuple[date, ...]:
        """Every calendar day in `zone` that has a moment in the period, in order."""
        if self.starts_at >= self.ends_at:
            return ()
        first = self.starts_at.astimezone(zone).date()
        last = (self.ends_at - timedelta(microseconds=1)).astimezone(zone).date()
        return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def parse_moment(text: str, zone: ZoneInfo) -> datetime | date:
    """A date, or a moment in UTC; without an offset it is told in `zone`.

    A local time that a clock change repeats means its first occurrence.

    Raises:
        ValueError: the text is not ISO 8601, or a moment that UTC cannot tell.
    """
    stripped = text.strip()
    if len(stripped) == len("2011-11-14"):
        return date.fromisoformat(stripped)
    moment = datetime.fromisoformat(stripped)
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text} is too near the end of the calendar") from error


def start_of(moment: datetime | date, zone: ZoneInfo) -> datetime:
    """The moment itself, or the midnight that begins the day, in UTC."""
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time(0), zone).astimezone(UTC)


def end_of(moment: datetime | date, zone: ZoneInfo) -> datetime:
    """The moment itself, or the midnight that ends the day, in UTC."""
    if isinstance(moment, datetime):
        return moment
    return start_of(moment + timedelta(days=1), zone)


def days_later(at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The same local time `days` calendar days later, in UTC."""
    return (at.astimezone(zone) + timedelta(days=days)).astimezone(UTC)
