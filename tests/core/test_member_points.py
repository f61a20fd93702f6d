"""Lots of points against a slow model of single points, and what no history can break."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from jiacan.members.contracts.points import Lot, Move, NotEnoughPoints
from jiacan.members.core.lasting import expires_at, lot_of, months_later
from jiacan.members.core.points import GRACE, Purse, earn, expire, give_back, spend, take_back
from jiacan.members.core.used import used
from jiacan.offers.contracts.points import PointsGiven, PointsTaken, PointsTerms
from jiacan.offers.core.backing import Backing, following
from jiacan.offers.core.backing import taken_back as core_taken_back
from tests.core.slow_points import A_WEEK, SlowPurse

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
HISTORIES = 10_000


def lot(name, points, *, day=0, available=0, expires=None):
    """A lot earned on a day, to be spent so many days after it, and lost on that day."""
    earned = BEGIN + timedelta(days=day)
    return Lot(
        name=name,
        plan_id="plan",
        order_id=f"o-{name}",
        offer_id="offer",
        points=points,
        left=points,
        expired=0,
        earned_at=earned,
        available_at=None if available is None else earned + timedelta(days=available),
        expires_at=None if expires is None else BEGIN + timedelta(days=expires),
    )


def at(day):
    return BEGIN + timedelta(days=day)


class Both:
    """The same done to a purse and to the slow model; the lines are kept, and what moves in the ledger."""

    def __init__(self):
        self.purse, self.slow, self.lines, self.ledger = Purse(), SlowPurse(), [], 0
        self.money = {}

    def _keep(self, done, *moved):
        for each in used(self.purse, done.purse, at=BEGIN, plan_id="plan", moved=moved):
            name = each.order_id.removeprefix("o-")
            before = self.money[name]
            self.money[name] = following(
                replace(before, spent=before.spent + each.spent, lost=before.lost + each.lost)
            )
        self.purse = done.purse
        self.lines += done.lines
        self.ledger += sum(line.points for line in done.lines)

    def earn(self, made):
        self.money[made.name] = Backing(points=made.points, worth_minor=made.points)
        given = PointsGiven(made.order_id, "offer", "anna", made.points, made.earned_at)
        self._keep(earn(self.purse, made), given)
        self.slow.earn(made.name, made.points, made.earned_at, made.available_at, made.expires_at)

    def spend(self, points, when):
        """Whether so many could be spent."""
        name = f"s-{len(self.lines)}"
        try:
            self._keep(spend(self.purse, points, name=name, reason="", at=when))
            done = True
        except NotEnoughPoints:
            done = False
        assert self.slow.spend(points, when, name) == done
        return done

    def give_back(self, spent, when):
        """What was spent comes back; what is over by then goes first, as the facade lets it."""
        self.expire(when)
        self._keep(give_back(self.purse, spent, reason="", at=when))
        self.slow.give_back(spent.name, when)

    def take_back(self, name, points, when):
        before = self.money[name]
        after = core_taken_back(before, points, points)
        # What was lost is set off in lots, whose word counts.
        self.money[name] = replace(after, lost=before.lost)
        taken = PointsTaken(f"o-{name}", "offer", "anna", "r", points, when)
        self._keep(take_back(self.purse, name, points, name=f"b-{len(self.lines)}", subject="", at=when), taken)
        self.slow.take_back(name, points)

    def expire(self, when):
        self._keep(expire(self.purse, when))
        self.slow.expire(when)

    def assert_equal(self, when):
        purse, slow = self.purse, self.slow
        assert {name: (each.left, each.expired) for name, each in purse.lots.items()} == {
            name: (slow.of_lot(name, "here"), slow.of_lot(name, "expired")) for name in purse.lots
        }
        assert purse.debt == slow.debt
        assert purse.available(when) == len(slow.spendable(when))
        assert purse.balance == self.ledger == len(slow.here()) - slow.debt
        assert purse.debt == 0 or not slow.here()
        for name, money in self.money.items():
            assert (money.held_minor, money.spent_minor) == (slow.held[name], slow.spent[name])
            assert money.backed_minor == max(0, money.points - money.lost)


def one_history(random):
    """Ten things happen on ten days, some of them a week apart, in any order and to any lot."""
    both, given, spent, day = Both(), [], [], 0
    for _ in range(10):
        day += random.choice([1, 1, 1, 8])
        what = random.randrange(6)
        if what <= 1 or not given:
            points = random.randint(1, 9)
            expires = random.choice([None, None, day + 1, day + 2, day + 5])
            both.earn(lot(f"l{day}", points, day=day, available=random.choice([0, 0, 2, None]), expires=expires))
            given.append((f"l{day}", points))
        elif what == 2:
            if both.spend(random.randint(1, 12), at(day)):
                spent.append(both.lines[-1])
        elif what == 3 and spent:
            both.give_back(spent.pop(random.randrange(len(spent))), at(day))
        elif what == 4:
            name, points = given.pop(random.randrange(len(given)))
            back = random.randint(1, points)
            both.take_back(name, back, at(day))
            if back < points:
                given.append((name, points - back))
        else:
            both.expire(at(day))
        both.assert_equal(at(day))


def test_ten_thousand_histories_are_those_of_single_points():
    random = Random(20261101)
    for _ in range(HISTORIES):
        one_history(random)


def test_what_is_taken_back_comes_from_its_own_lot_then_from_others_then_is_owed():
    both = Both()
    both.earn(lot("a", 100))
    both.earn(lot("b", 30, expires=9))
    both.spend(110, at(1))
    assert [(part.lot, part.points) for part in both.lines[-1].parts] == [("b", 30), ("a", 80)]
    both.earn(lot("c", 5, available=None))
    both.take_back("a", 100, at(2))
    assert [(part.lot, part.points) for part in both.lines[-1].parts] == [("a", 20), ("c", 5)]
    assert (both.purse.debt, both.purse.balance) == (75, -75)
    both.earn(lot("d", 80, day=3))
    assert (both.purse.debt, both.purse.lots["d"].left) == (0, 5)


def test_what_was_spent_comes_back_to_its_lots_with_their_ends_as_they_were():
    both = Both()
    both.earn(lot("a", 30, expires=9))
    both.earn(lot("b", 100))
    both.spend(50, at(1))
    both.give_back(both.lines[-1], at(2))
    assert (both.purse.lots["a"], both.purse.lots["b"]) == (lot("a", 30, expires=9), lot("b", 100))
    assert [(part.lot, part.points) for part in both.lines[-1].parts] == [("a", 30), ("b", 20)]


def test_what_comes_back_after_its_end_lasts_a_week_once():
    assert GRACE == A_WEEK
    both = Both()
    both.earn(lot("a", 30, expires=3))
    both.spend(30, at(1))
    first = both.lines[-1]
    both.give_back(first, at(4))
    (again,) = [each for each in both.purse.lots.values() if each.left]
    assert (again.left, again.expires_at, both.purse.available(at(10)), both.purse.available(at(11))) == (
        *(30, at(11), 30, 0),
    )
    both.spend(30, at(10))
    both.give_back(both.lines[-1], at(12))
    assert [(line.move, line.points) for line in both.lines[-2:]] == [(Move.RETURNED, 30), (Move.EXPIRED, -30)]
    assert both.purse.balance == 0


def test_what_comes_back_pays_what_is_owed_first():
    both = Both()
    both.earn(lot("a", 100))
    both.spend(80, at(1))
    spent = both.lines[-1]
    both.take_back("a", 100, at(2))
    both.give_back(spent, at(3))
    assert (both.purse.debt, both.purse.balance, both.purse.lots["a"].left) == (0, 0, 0)


def test_points_that_had_expired_are_not_taken_a_second_time():
    both = Both()
    both.earn(lot("a", 100, expires=1))
    both.earn(lot("b", 50))
    both.expire(at(1))
    both.take_back("a", 100, at(2))
    assert [(line.move, line.points) for line in both.lines[-2:]] == [(Move.SET_OFF, 100), (Move.TAKEN_BACK, -100)]
    assert (both.purse.balance, both.purse.lots["b"].left) == (50, 50)


def test_pending_points_are_not_spent_and_can_expire():
    both = Both()
    both.earn(lot("a", 10, available=None, expires=5))
    both.spend(1, at(4))
    assert both.lines[1:] == []
    both.expire(at(5))
    assert (both.purse.balance, both.purse.lots["a"].expired) == (0, 10)


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (PointsTerms(), None),
        (PointsTerms(months=12), datetime(2027, 11, 11, 16, tzinfo=UTC)),
        (PointsTerms(days=30), datetime(2026, 12, 11, 16, tzinfo=UTC)),
        (PointsTerms(to_year_end=True), datetime(2026, 12, 31, 16, tzinfo=UTC)),
    ],
)
def test_points_go_with_the_midnight_that_ends_their_last_day_in_the_plans_zone(terms, expected):
    assert expires_at(datetime(2026, 11, 10, 20, tzinfo=UTC), terms, SHANGHAI) == expected


def test_a_month_later_is_the_same_day_or_the_months_last():
    assert months_later(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert months_later(date(2026, 12, 15), 1) == date(2027, 1, 15)
    assert months_later(date(2024, 2, 29), 12) == date(2025, 2, 28)


def test_points_of_orders_pend_and_those_of_occasions_do_not():
    terms = PointsTerms(until_received=True, assume_received_after=timedelta(days=7))
    given = PointsGiven("o-1", "offer", "c-1", 5, BEGIN)
    assert lot_of(given, "plan", terms, SHANGHAI).available_at == at(7)
    assert lot_of(given, "plan", PointsTerms(until_received=True), SHANGHAI).available_at is None
    assert lot_of(given, "plan", PointsTerms(), SHANGHAI).available_at == BEGIN
    drawn = PointsGiven("~t/1", "wheel", "c-1", 5, BEGIN)
    assert lot_of(drawn, "plan", terms, SHANGHAI).available_at == BEGIN


def test_points_that_came_back_late_and_were_lost_are_not_taken_a_second_time():
    both = Both()
    both.earn(lot("a", 30, expires=3))
    both.earn(lot("b", 20, day=1))
    both.spend(30, at(1))
    both.give_back(both.lines[-1], at(4))
    both.expire(at(11))
    both.take_back("a", 30, at(12))
    assert [(line.move, line.points) for line in both.lines[-2:]] == [(Move.SET_OFF, 30), (Move.TAKEN_BACK, -30)]
    assert (both.purse.debt, both.purse.lots["b"].left) == (0, 20)
    both.assert_equal(at(12))
