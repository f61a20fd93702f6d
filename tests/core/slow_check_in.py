"""Check-in challenges the obvious way: every day of a calendar in turn, with what it brings written beside it."""

from __future__ import annotations

from datetime import date, timedelta


def rewards(
    first: date, days: int, done: set[date], ladder: list[int], *, again: bool
) -> list[tuple[int, int, date]]:
    """Every reward of a calendar: round, days in a row, and the day."""
    found: list[tuple[int, int, date]] = []
    number, row = 1, 0
    for offset in range(days):
        day = first + timedelta(days=offset)
        row = row + 1 if day in done else 0
        if day in done and row in ladder and not any((number, row) == each[:2] for each in found):
            found.append((number, row, day))
        if again and row == max(ladder):
            number, row = number + 1, 0
    return found
