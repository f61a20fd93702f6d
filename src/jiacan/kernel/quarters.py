"""Quarters of a year in UTC: by these, tables that only grow are kept in parts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

MANY_ROWS = 100_000
"""So many rows of one quarter have a partition of their own; fewer lie with the rest, so that partitions stay few."""


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """Three months, by their first day.

    >>> Quarter.of(date(2024, 11, 5)).after(1)
    Quarter(first=datetime.date(2025, 1, 1))
    """

    first: date

    @classmethod
    def of(cls, day: date) -> Quarter:
        """The quarter that the day is in."""
        return cls(date(day.year, (day.month - 1) // 3 * 3 + 1, 1))

    def after(self, count: int) -> Quarter:
        """So many quarters later."""
        quarters = self.first.year * 4 + (self.first.month - 1) // 3 + count
        return Quarter(date(quarters // 4, quarters % 4 * 3 + 1, 1))

    @property
    def name(self) -> str:
        """As `2024q4`."""
        return f"{self.first.year}q{(self.first.month + 2) // 3}"

    @property
    def starts_at(self) -> datetime:
        """Its first moment."""
        return datetime.combine(self.first, time(), UTC)

    @property
    def ends_at(self) -> datetime:
        """The first moment after it."""
        return self.after(1).starts_at
