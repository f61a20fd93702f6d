"""Templates: a plan's text with dates to fill in, written relative to the day the campaign starts."""

from __future__ import annotations

import re
from datetime import date, timedelta

_DATE = re.compile(r'"\{\{starts_on(?: ([+-]) (\d+))?\}\}"')


def fill_dates(template: str, starts_on: date) -> str:
    """The template with every date filled in.

    >>> fill_dates('from: "{{starts_on - 7}}"', date(2026, 11, 11))
    'from: 2026-11-04'
    """

    def day(found: re.Match[str]) -> str:
        offset = timedelta(days=int(found[2] or 0))
        return (starts_on - offset if found[1] == "-" else starts_on + offset).isoformat()

    return _DATE.sub(day, template)
