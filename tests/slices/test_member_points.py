"""Points of customers on a real database: lots, ledger and statement never disagree."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from jiacan.campaigns.facade import online
from jiacan.campaigns.facade.live import find_live
from jiacan.members.contracts.points import (
    Disagreement,
    Move,
    NotEnoughPoints,
    ReferenceUsed,
    SpendingBound,
    SpendingUnknown,
)
from jiacan.members.facade import expiring, reading
from jiacan.members.models.points import Line as LineRow
from jiacan.members.models.points import Lot as LotRow
from jiacan.offers.contracts.occasions import Occasion, Revocation
from jiacan.offers.contracts.rules import Trigger
from jiacan.offers.facade import occasions, taking_back
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import AuditQuery
from tests.slices.members_shop import day, points_shop
from tests.slices.online_shop import AT, PLAN_ID, WHO, go_live, order

pytestmark = pytest.mark.django_db


def moves(shop, customer="anna"):
    """The customer's statement, the first line first: what it was, how many, and the balance after it."""
    lines = reading.statement(shop.shop.id, customer).lines
    return [(each.line.move, each.line.points, each.after) for each in reversed(lines)]


def test_points_pend_until_their_order_is_received():
    shop = points_shop()
    shop.buy(1, 100, received=None)
    assert shop.has(days=6.9) == (0, 100, 0)
    assert shop.has(days=7) == (100, 0, 0)
    shop.buy(2, 40, received=3)
    assert shop.has(days=2.9) == (0, 140, 0)
    assert shop.has(days=3) == (40, 100, 0)
    shop.assert_agreed()


def test_without_a_part_on_points_they_are_there_at_once_and_for_ever():
    shop = points_shop(("points_value: 0.01", "points_value: 0.01"))
    shop.buy(1, 100, received=None)
    (lot,) = shop.points(days=0).lots
    assert (shop.has(days=0), lot.expires_at) == ((100, 0, 0), None)


def test_a_receipt_that_is_told_later_counts_from_its_own_moment():
    shop = points_shop()
    shop.buy(1, 100, received=None)
    assert shop.has(days=2) == (0, 100, 0)
    shop.buy(1, 100, received=1)
    assert shop.has(days=2) == (100, 0, 0)
    assert moves(shop) == [(Move.EARNED, 100, 100)]


def test_the_first_to_expire_are_spent_first_and_a_reference_counts_once():
    shop = points_shop()
    shop.buy(1, 100)
    shop.correct(30, days=1, lasts=5)
    line = shop.spend(50)
    assert [(part.lot, part.points) for part in line.parts] == [
        ("~by-hand/fix-1", 30),
        ("order-bonus-2011/o-1/a-point-a-pound", 20),
    ]
    assert shop.spend(50) == line
    assert shop.has() == (80, 0, 0)
    with pytest.raises(ReferenceUsed):
        shop.spend(51)
    with pytest.raises(ReferenceUsed):
        shop.spend(50, customer="ben")
    shop.assert_agreed()


def test_nobody_spends_more_than_they_have():
    shop = points_shop()
    shop.buy(1, 100)
    shop.buy(2, 500, received=None)
    with pytest.raises(NotEnoughPoints) as refused:
        shop.spend(101)
    assert (refused.value.asked, refused.value.available) == (101, 100)
    assert shop.has() == (100, 500, 0)
    assert moves(shop) == [(Move.EARNED, 100, 100), (Move.EARNED, 500, 600)]


def test_a_return_takes_points_back_into_debt_which_the_next_ones_pay():
    shop = points_shop()
    shop.buy(1, 100)
    shop.spend(80, days=0.5)
    shop.bring_back(1)
    assert shop.has() == (0, 0, 80)
    shop.buy(2, 130, days=2)
    assert shop.has() == (50, 0, 0)
    shop.buy(3, 10, days=3)
    assert moves(shop) == [
        (Move.EARNED, 100, 100),
        (Move.SPENT, -80, 20),
        (Move.TAKEN_BACK, -100, -80),
        (Move.EARNED, 130, 50),
        (Move.EARNED, 10, 60),
    ]
    shop.assert_agreed()


def test_what_is_taken_back_leaves_other_lots_alone_where_its_own_has_enough():
    shop = points_shop()
    shop.buy(1, 100)
    shop.buy(2, 40)
    shop.bring_back(1)
    assert [(lot.order_id, lot.left) for lot in shop.points().lots] == [("o-2", 40)]
    shop.assert_agreed()


def test_points_expire_at_the_midnight_that_ends_their_last_day():
    shop = points_shop()
    shop.buy(1, 100)
    midnight = 90 + 14 / 24
    assert shop.expire(days=midnight - 0.001) == 0
    assert shop.has(days=midnight - 0.001) == (100, 0, 0)
    assert shop.has(days=midnight) == (0, 0, 0)
    assert [shop.expire(days=midnight), shop.expire(days=midnight)] == [1, 0]
    assert moves(shop) == [(Move.EARNED, 100, 100), (Move.EXPIRED, -100, 0)]
    shop.assert_agreed()


def test_a_return_of_what_had_expired_costs_nothing_more():
    shop = points_shop()
    shop.buy(1, 100)
    shop.correct(30, days=1)
    shop.expire(days=100)
    shop.bring_back(1, days=101)
    assert moves(shop)[-3:] == [(Move.EXPIRED, -100, 30), (Move.SET_OFF, 100, 130), (Move.TAKEN_BACK, -100, 30)]
    assert shop.has(days=101) == (30, 0, 0)
    shop.assert_agreed()


def test_what_is_over_is_lost_before_anything_is_spent():
    shop = points_shop()
    shop.buy(1, 100)
    shop.correct(30, days=1)
    shop.spend(10, days=100)
    assert moves(shop)[-2:] == [(Move.EXPIRED, -100, 30), (Move.SPENT, -10, 20)]
    shop.assert_agreed()


def test_a_correction_is_audited_with_its_reason_and_cannot_make_a_debt():
    shop = points_shop()
    shop.correct(30)
    assert shop.correct(30) == shop.correct(30)
    (entry,) = tenancy.search_audit(shop.shop.id, AuditQuery(action="points corrected"), limit=9)
    assert (entry.subject, entry.before, entry.after) == (
        "anna",
        {"points": 0},
        {"points": 30, "reason": "A late parcel", "reference": "fix-1"},
    )
    with pytest.raises(NotEnoughPoints):
        shop.correct(-31, reference="fix-2")
    shop.correct(-30, reference="fix-3")
    assert shop.has() == (0, 0, 0)
    shop.assert_agreed()


def test_who_loses_how_much_when_is_known_beforehand():
    shop = points_shop()
    shop.buy(1, 100)
    shop.buy(2, 30, customer="ben", days=1)
    found = expiring.expiring(shop.shop.id, day(62), within=day(30) - day(0), limit=9)
    assert [(each.customer_id, each.points) for each in found] == [("anna", 100), ("ben", 30)]
    assert expiring.expiring(shop.shop.id, day(60), within=day(30) - day(0), limit=9) == ()


def test_a_statement_is_read_page_by_page():
    shop = points_shop()
    for number in range(5):
        shop.buy(number, 10 + number)
    first = reading.statement(shop.shop.id, "anna", limit=3)
    assert [(each.before, each.after) for each in first.lines] == [(46, 60), (33, 46), (21, 33)]
    rest = reading.statement(shop.shop.id, "anna", before=first.next, limit=3)
    assert [(each.before, each.after) for each in rest.lines] == [(10, 21), (0, 10)]
    assert rest.next is None


def test_a_line_is_never_rewritten():
    shop = points_shop()
    shop.buy(1, 10)
    for change in (lambda: LineRow.objects.update(points=11), lambda: LineRow.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert moves(shop) == [(Move.EARNED, 10, 10)]


def test_lots_that_disagree_with_the_ledger_are_named():
    shop = points_shop()
    shop.buy(1, 10)
    assert reading.disagreements(shop.shop.id) == ()
    LotRow.objects.update(left=9)
    assert reading.disagreements(shop.shop.id) == (Disagreement("anna", ledger=10, lots=9),)


def test_points_that_were_given_before_there_were_lots_are_lots_of_what_is_left():
    shop = points_shop()
    shop.buy(1, 100)
    shop.buy(2, 40, customer="ben")
    shop.bring_back(1)
    shop.buy(3, 7)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE members_lot, members_line")
        cursor.execute(import_module("jiacan.members.migrations.0002_lots_of_old_awards").FROM_AWARDS)
    assert [(lot.order_id, lot.left, lot.expires_at) for lot in shop.points().lots] == [("o-3", 7, None)]
    assert moves(shop) == [(Move.EARNED, 7, 7)]
    shop.assert_agreed("anna", "ben")


def test_an_award_that_is_taken_back_by_hand_takes_its_points():
    shop = points_shop()
    shop.buy(1, 100)
    rules = find_live(shop.shop.id, PLAN_ID)
    taking_back.take_back(
        *(shop.shop.id, rules.rules, "o-1", "a-point-a-pound"), rules_of=rules, reason="Why", actor=WHO, at=day(1)
    )
    assert [(move, points) for move, points, _ in moves(shop)] == [(Move.EARNED, 100), (Move.TAKEN_BACK, -100)]
    shop.assert_agreed()


def test_points_of_occasions_are_lots_that_do_not_pend():
    shop = points_shop()
    live = find_live(shop.shop.id, PLAN_ID)
    drawn = Occasion("~draw/lucky-draw/t1", Trigger.TICKET_DRAWN, "anna", AT, AT, 4, "lucky-draw")
    held = replace(drawn, id="~draw/lucky-draw/t2")
    occasions.give(shop.shop.id, live.rules, [drawn], rules_of=live, at=AT)
    assert shop.has(days=0) == (20, 0, 0)
    occasions.hold(shop.shop.id, live.rules, [held], rules_of=live, at=AT)
    assert shop.has(days=0) == (20, 0, 0)
    occasions.confirm(shop.shop.id, live.rules, [held.id], rules_of=live, at=AT)
    assert shop.has(days=0) == (40, 0, 0)
    back = Revocation("r-1", drawn.id, day(1))
    occasions.take_back(shop.shop.id, live.rules, [back], rules_of=live)
    assert shop.has(days=1) == (20, 0, 0)
    shop.assert_agreed()


@pytest.mark.parametrize(("spend", "asks"), [(60, False), (160, True)])
def test_an_order_that_earns_no_points_asks_nothing_of_members(spend, asks):
    shop = go_live("gifts")
    with CaptureQueriesContext(connection) as seen:
        online.take(shop, [order(1, spend)], [], at=AT)
    assert any("members_" in query["sql"] for query in seen) == asks
    assert any("offers_award" in query["sql"] for query in seen)


def test_a_spending_is_cancelled_once_and_only_by_its_own_customer():
    shop = points_shop()
    shop.buy(1, 100)
    shop.spend(80)
    with pytest.raises(SpendingUnknown):
        shop.give_back(customer="ben")
    assert shop.has(days=3) == (20, 0, 0)
    assert shop.give_back() == shop.give_back(days=4)
    assert shop.has(days=4) == (100, 0, 0)
    assert moves(shop) == [(Move.EARNED, 100, 100), (Move.SPENT, -80, 20), (Move.RETURNED, 80, 100)]
    shop.assert_agreed()


def test_a_spending_that_something_here_stands_for_is_not_cancelled_by_itself():
    shop = points_shop()
    shop.buy(1, 100)
    shop.spend(80, reference="~mall/1")
    with pytest.raises(SpendingBound):
        shop.give_back(reference="~mall/1")
    assert shop.has(days=3) == (20, 0, 0)


def test_points_that_come_back_after_their_end_last_a_week():
    shop = points_shop()
    shop.buy(1, 100)
    shop.spend(80)
    shop.expire(days=100)
    shop.give_back(days=101)
    assert (shop.has(days=107), shop.has(days=108)) == ((80, 0, 0), (0, 0, 0))
    assert shop.expire(days=109) == 1
    shop.assert_agreed()
