"""Lots of points, the slow and obvious way: every single point is an object that lies somewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

LATEST = datetime.max.replace(tzinfo=UTC)
A_WEEK = timedelta(days=7)


@dataclass
class Point:
    """One point of a lot: here, lost by expiry, spent under a reference, or gone."""

    lot: str
    earned_at: datetime
    available_at: datetime | None
    expires_at: datetime | None
    place: str = "here"
    second_time: bool = False

    @property
    def turn(self):
        return (self.expires_at or LATEST, self.earned_at, self.lot)


@dataclass
class SlowPurse:
    """All points that a customer ever had, one by one, and how many they owe."""

    points: list[Point] = field(default_factory=list)
    debt: int = 0

    def earn(self, lot, count, earned_at, available_at, expires_at):
        for _ in range(count):
            point = Point(lot, earned_at, available_at, expires_at)
            if self.debt:
                self.debt -= 1
                point.place = "gone"
            self.points.append(point)

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
            point.place = f"spent: {reference}"
        return True

    def give_back(self, reference, at):
        spent = [point for point in self.points if point.place == f"spent: {reference}"]
        for point in sorted(spent, key=lambda point: point.turn):
            if self.debt:
                self.debt -= 1
                point.place = "gone"
            elif point.expires_at is None or at < point.expires_at:
                point.place = "here"
            elif point.second_time:
                point.place = "expired"
            else:
                point.place = "here"
                point.second_time = True
                point.lot = f"~returned/{reference}/{point.lot}"
                point.earned_at = point.available_at = at
                point.expires_at = at + A_WEEK

    def take_back(self, lot, count):
        for _ in range(count):
            own = [point for point in self.here() if point.lot == lot]
            lost = [point for point in self.points if point.lot == lot and point.place == "expired"]
            first = (own or lost or self.here() or [None])[0]
            if first is None:
                self.debt += 1
            else:
                first.place = "gone"

    def expire(self, at):
        for point in self.here():
            if point.expires_at is not None and point.expires_at <= at:
                point.place = "expired"

    def of_lot(self, lot, place):
        return sum(point.lot == lot and point.place == place for point in self.points)
