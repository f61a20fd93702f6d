"""How long work will still take, by how long it took so far."""

from __future__ import annotations


def time_left(seconds: float, share: float) -> str:
    """Minutes and seconds that are left when `seconds` brought the share that is done.

    >>> time_left(30, 0.25), time_left(7200, 0.5), time_left(5, 0)
    ('1:30', '120:00', '–')
    """
    if share <= 0:
        return "–"
    left = round(seconds * (1 - share) / share)
    return f"{left // 60}:{left % 60:02}"
