"""`birthday`: which birthdays count."""

from __future__ import annotations

from jiacan.plans.core.parts.part import Part
from jiacan.plans.core.parts.times import WholeDays


class BirthdayPart(Part):
    """The terms of birthdays."""

    known_for: WholeDays = 0
    """For how many days a birthday must be known, unchanged, when it comes; told that day will do when left out."""
