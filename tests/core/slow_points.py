"""Lots of points, the slow and obvious way: every single point is an object that lies somewhere, worth one cent.

The cents of one award are alike: which of them stands behind which of its points makes no difference.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

LATEST = datetime.max.replace(tzinfo=UTC)
A_WEEK = timedelta(days=7)


@dataclass
class Point:
    """One point of a lot: here, lost by expiry, spent under a reference, or gone. `home` is the lot of its award."""

    lot: str
    earned_at: datetime
    available_at: datetime | None
    expires_at: datetime | None
    home: str
    place: str = "here"
    second_time: bool = False

    @property
    def turn(self):
        return (self.expires_at or LATEST, self.earned_at, self.lot)


@dataclass
class SlowPurse:
    """All points that a customer ever had, one by one, and how many they owe; the cents held and spent, by award."""

    points: list[Point] = field(default_factory=list)
    debt: int = 0
    held: Counter[str] = field(default_factory=Counter)
    spent: Counter[str] = field(default_factory=Counter)

    def earn(self, lot, count, earned_at, available_at, expires_at):
        for _ in range(count):
            point = Point(lot, earned_at, available_at, expires_at, lot)
            self.points.append(point)
            self.held[lot] += 1
            if self.debt:
                self.debt -= 1
                self._pay(point, "gone")

    def _pay(self, point, place):
        """The point is used up; its cent is spent, unless all cents of its award are needed for what is here."""
        point.place = place
        if sum(each.home == point.home for each in self.here()) < self.held[point.home]:
            self.held[point.home] -= 1
            self.spent[point.home] += 1

    def _lose(self, point):
        point.place = "expired"
        self.held[point.home] -= bool(self.held[point.home])

    def here(self):
        return sorted((point for point in self.points if point.place == "here"), key=lambda point: point.turn)

    def spendable(self, at):
        return [
            point
            for point in self.here()
            if point.available_at is not None
            and point.available_at <= at
            and (point.expires_at is None or at < point.expires_at)
        ]

    def spend(self, count, at, reference):
        found = self.spendable(at)
        if len(found) < count:
            return False
        for point in found[:count]:
            self._pay(point, f"spent: {reference}")
        return True

    def give_back(self, reference, at):
        spent = [point for point in self.points if point.place == f"spent: {reference}"]
        for point in sorted(spent, key=lambda point: point.turn):
            if self.debt:
                self.debt -= 1
                point.place = "gone"
                continue
            if self.spent[point.home]:
                self.spent[point.home] -= 1
                self.held[point.home] += 1
            if point.expires_at is None or at < point.expires_at:
                point.place = "here"
            elif point.second_time:
                self._lose(point)
            else:
                point.place = "here"
                point.second_time = True
                point.lot = f"~returned/{reference}/{point.lot}"
                point.earned_at = point.available_at = at
                point.expires_at = at + A_WEEK

    def take_back(self, lot, count):
        for _ in range(count):
            own = [point for point in self.here() if point.lot == lot]
            lost = [point for point in self.points if point.home == lot and point.place == "expired"]
            if own:
                own[0].place = "gone"
                self.held[lot] -= bool(self.held[lot])
                continue
            if lost:
                lost[0].place = "gone"
                continue
            cents = self.spent if self.spent[lot] else self.held
            cents[lot] -= bool(cents[lot])
            if others := self.here():
                self._pay(others[0], "gone")
            else:
                self.debt += 1

    def expire(self, at):
        for point in self.here():
            if point.expires_at is not None and point.expires_at <= at:
                self._lose(point)

    def of_lot(self, lot, place):
        return sum(point.place == place and lot == self._lot_of(point) for point in self.points)

    @staticmethod
    def _lot_of(point):
        """Lost points are kept by the lot that their award was."""
        return point.home if point.place == "expired" else point.lot
