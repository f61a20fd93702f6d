"""Reservations: what is held for a cart is nobody else's until it is paid, let go, or its time is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from jiacan.campaigns.facade import online, running
from jiacan.kernel.messages import ENGLISH
from jiacan.offers.contracts.reservations import (
    OrderPaidAlready,
    ReservationOver,
    ReservationState,
    ReservationUnknown,
)
from jiacan.offers.facade import reading
from jiacan.orders import facade as orders
from jiacan.orders.contracts import OrderUnusable, Taken
from tests.slices.online_shop import (
    AT,
    LADDER,
    PLAN_ID,
    WHO,
    assert_books_add_up,
    cart,
    given,
    go_live,
    granted,
    mugs_left,
    order,
    refund,
    rules,
)

pytestmark = pytest.mark.django_db

ONE_MUG = ("units: 150", "units: 1")
HOLD_SECONDS = 900
OVER = AT + timedelta(seconds=HOLD_SECONDS)


@pytest.fixture
def shop():
    return go_live("gifts", ONE_MUG)


def reserve(shop, of=None, *, at: datetime = AT):
    return online.reserve(shop, of or cart(), at=at, hold_seconds=HOLD_SECONDS, actor=WHO)


def take(shop, *found, at: datetime = AT, refunds=()):
    return online.take(shop, found, refunds, at=at).orders


def commit(shop, reservation, *, at: datetime = AT, paid_at: datetime | None = None):
    return online.commit(shop, reservation.id, paid_at=paid_at or at, at=at)


def held(shop):
    """How many mugs and how much of the gifts' budget are held."""
    stock, budget = reading.stock_balances(shop.id, rules(shop)), reading.budget_balances(shop.id, rules(shop))
    return [stock["mug"].held, budget["gifts"].held]


# --- held -------------------------------------------------------------------------------------------------


def test_what_is_reserved_is_nobody_elses(shop):
    reserved = reserve(shop)
    assert (reserved.state, given(reserved.awards)) == (ReservationState.OPEN, [("granted", "mug")])
    assert (mugs_left(shop), held(shop)) == (0, [1, 320])
    (other,) = take(shop, order(2))
    assert given(other.awards) == [("otherwise", "sample")]
    assert granted(shop, "mug") == 0
    assert_books_add_up(shop)


def test_a_customers_allowance_is_held_too(shop):
    reserve(shop, cart(1, customer="c"))
    (other,) = take(shop, order(2, customer="c"))
    (answer,) = [award for award in other.awards[PLAN_ID] if award.offer_id == LADDER]
    assert (answer.outcome, answer.refusal.code) == ("refused", "limit:per_customer")


def test_the_same_cart_again_gives_the_same_reservation(shop):
    first = reserve(shop)
    assert reserve(shop, at=AT + timedelta(minutes=1)) == first
    assert held(shop) == [1, 320]


def test_another_cart_of_the_same_order_takes_its_place(shop):
    first = reserve(shop)
    second = reserve(shop, cart(1, 900))
    assert second.id != first.id
    assert given(second.awards) == [("granted", "hamper"), ("granted", "next-20")]
    assert (mugs_left(shop), held(shop)) == (1, [0, 1400])
    assert online.find_reservation(shop.id, first.id).state is ReservationState.REPLACED
    with pytest.raises(ReservationOver):
        commit(shop, first)
    assert_books_add_up(shop)


def test_a_guests_cart_and_one_outside_every_plans_time_can_be_reserved_and_hold_nothing(shop):
    guest = reserve(shop, cart(customer=None))
    assert (guest.awards, held(shop)) == ({PLAN_ID: ()}, [0, 0])
    early = reserve(shop, cart(2), at=AT - timedelta(days=300))
    assert early.awards == {}
    assert commit(shop, early, at=AT - timedelta(days=300)).awards == {}
    assert online.find_reservation(shop.id, early.id).state is ReservationState.COMMITTED


def test_a_paid_order_cannot_be_reserved(shop):
    take(shop, order())
    with pytest.raises(OrderPaidAlready, match="paid before"):
        reserve(shop)


def test_a_cart_that_could_not_be_recorded_cannot_be_reserved(shop):
    with pytest.raises(OrderUnusable):
        reserve(shop, replace(cart(), lines=()))


# --- committed --------------------------------------------------------------------------------------------


def test_a_commit_gives_exactly_what_was_reserved_and_records_the_order(shop):
    reserved = reserve(shop)
    paid_at = AT + timedelta(minutes=5)
    committed = commit(shop, reserved, at=paid_at)
    assert committed.reservation.state is ReservationState.COMMITTED
    assert committed.awards == {
        PLAN_ID: tuple(replace(award, settled_for=paid_at) for award in reserved.awards[PLAN_ID])
    }
    assert orders.find_order(shop.id, "o-1").order == replace(cart(), paid_at=paid_at)
    assert (granted(shop), mugs_left(shop), held(shop)) == (1, 0, [0, 0])
    assert_books_add_up(shop)


def test_committing_twice_gives_the_same_answer_and_no_more(shop):
    reserved = reserve(shop)
    assert commit(shop, reserved) == commit(shop, reserved, at=OVER + timedelta(days=9))
    assert granted(shop) == 1
    assert_books_add_up(shop)


@pytest.mark.parametrize(
    "edit",
    [
        ("when: {spend: 150}, give: [{gift: mug}]", "when: {spend: 200}, give: [{gift: mug}]"),
        ("{when: {spend: 150}, give: [{gift: mug}]}", "{when: {spend: 150}, give: [{gift: mug}, {points: 9}]}"),
        ("    limit: {per_customer: 1}\n", "    limit: {per_customer: 1, total: 1}\n"),
    ],
)
def test_later_versions_of_the_plan_change_nothing_of_what_was_reserved(shop, edit):
    reserved = reserve(shop)
    go_live("gifts", ONE_MUG, edit)
    committed = commit(shop, reserved)
    assert {award.plan_version for award in committed.awards[PLAN_ID]} == {1}
    assert [award.items for award in committed.awards[PLAN_ID]] == [award.items for award in reserved.awards[PLAN_ID]]
    online.take(shop, (), [refund()], at=AT)
    assert {back.offer_id for back in reading.claw_backs_of(shop.id, PLAN_ID)} >= {LADDER}
    assert_books_add_up(shop)


def test_what_was_reserved_before_midnight_counts_for_the_day_it_was_reserved(shop):
    go_live("gifts", ONE_MUG, ("limit: {per_customer: 1}", "limit: {per_day: 1}"))
    midnight = AT.replace(hour=0) + timedelta(days=1)
    reserved = reserve(shop, at=midnight - timedelta(minutes=1))
    commit(shop, reserved, at=midnight + timedelta(minutes=1))
    (other,) = take(shop, replace(order(2), paid_at=midnight + timedelta(minutes=2)), at=midnight)
    assert given(other.awards) == [("otherwise", "sample")]


def test_what_a_commit_gave_is_taken_back_by_a_refund_like_anything_else(shop):
    commit(shop, reserve(shop))
    (back,) = online.take(shop, (), [refund()], at=AT).refunds
    assert LADDER in {each.offer_id for each in back.claw_backs[PLAN_ID]}
    assert_books_add_up(shop)


def test_an_order_that_comes_paid_uses_its_reservation_up(shop):
    reserved = reserve(shop)
    take(shop, order(2))
    (paid,) = take(shop, order(after=3))
    assert given(paid.awards) == [("granted", "mug")]
    assert online.find_reservation(shop.id, reserved.id).state is ReservationState.COMMITTED
    assert given(commit(shop, reserved).awards) == [("granted", "mug")]
    assert (granted(shop), held(shop)) == (1, [0, 0])
    assert_books_add_up(shop)


def test_an_order_that_comes_paid_with_other_goods_gets_what_they_deserve_and_frees_what_was_held(shop):
    reserved = reserve(shop)
    (paid,) = take(shop, order(1, 900))
    assert given(paid.awards) == [("granted", "hamper"), ("granted", "next-20")]
    assert (mugs_left(shop), held(shop)[0]) == (1, 0)
    with pytest.raises(ReservationOver):
        commit(shop, reserved)
    assert_books_add_up(shop)


def test_a_run_over_files_uses_a_reservation_up_as_well(shop):
    reserved = reserve(shop)
    take(shop, order(2))
    orders.take(shop.id, [order()], (), currency="GBP")
    running.settle_recorded(shop.id, rules(shop), on_progress=lambda *_: None, now=lambda: AT)
    assert granted(shop) == 1
    assert online.find_reservation(shop.id, reserved.id).state is ReservationState.COMMITTED
    assert_books_add_up(shop)


def test_a_plan_that_went_live_after_the_reservation_answers_like_for_any_order(shop):
    reserved = reserve(shop)
    go_live("gifts", ("id: order-bonus-2011", "id: second"))
    assert set(commit(shop, reserved).awards) == {PLAN_ID, "second"}
    assert_books_add_up(shop)


# --- let go -----------------------------------------------------------------------------------------------


def test_what_is_released_is_free_and_releasing_twice_says_the_same(shop):
    reserved = reserve(shop)
    released = online.release(shop, reserved.id, at=AT)
    assert (released.state, mugs_left(shop), held(shop)) == (ReservationState.RELEASED, 1, [0, 0])
    assert online.release(shop, reserved.id, at=OVER) == released
    with pytest.raises(ReservationOver) as refused:
        commit(shop, reserved)
    assert "was released at" in ENGLISH.say(refused.value.message())
    (paid,) = take(shop, order())
    assert (paid.state, given(paid.awards)) == (Taken.NEW, [("granted", "mug")])
    assert_books_add_up(shop)


def test_what_was_committed_cannot_be_released(shop):
    reserved = reserve(shop)
    commit(shop, reserved)
    with pytest.raises(ReservationOver, match="was paid at"):
        online.release(shop, reserved.id, at=AT)
    assert granted(shop) == 1


def test_a_reservation_whose_time_is_over_is_refused_and_its_order_gets_what_is_left(shop):
    reserved = reserve(shop)
    commit_late = OVER
    with pytest.raises(ReservationOver, match="is free again"):
        commit(shop, reserved, at=commit_late)
    (paid,) = take(shop, order(), at=OVER)
    assert given(paid.awards) == [("granted", "mug")]
    assert online.find_reservation(shop.id, reserved.id).state is ReservationState.EXPIRED
    assert_books_add_up(shop)


def test_the_worker_lets_go_what_is_due_and_nothing_else(shop):
    go_live("gifts", ("units: 150", "units: 3"))
    reserve(shop)
    later = reserve(shop, cart(2), at=AT + timedelta(minutes=5))
    reserve(shop, cart(3, customer=None))
    assert online.expire_due(OVER - timedelta(seconds=1)) == 0
    assert online.expire_due(OVER) == 2
    assert online.expire_due(OVER) == 0
    assert (mugs_left(shop), held(shop)[0]) == (2, 1)
    assert online.find_reservation(shop.id, later.id).state is ReservationState.OPEN
    assert_books_add_up(shop)


def test_whoever_takes_the_plan_next_lets_go_what_is_due_without_waiting_for_the_worker(shop):
    reserve(shop)
    (other,) = take(shop, order(2, after=20), at=OVER)
    assert given(other.awards) == [("granted", "mug")]
    reserve(shop, cart(3), at=OVER)
    assert_books_add_up(shop)


def test_no_one_finds_a_reservation_that_was_never_made_or_is_another_shops(shop):
    reserved = reserve(shop)
    other = go_live("other")
    for work in (
        lambda: commit(other, reserved),
        lambda: online.release(other, reserved.id, at=AT),
        lambda: online.release(shop, "nothing", at=AT),
    ):
        with pytest.raises(ReservationUnknown):
            work()
    assert online.find_reservation(other.id, reserved.id) is None


def test_the_database_lets_no_reservation_come_back(shop):
    reserved = reserve(shop)
    online.release(shop, reserved.id, at=AT)
    for change in (
        "UPDATE offers_reservation SET state = 'open', ended_at = NULL",
        "UPDATE offers_reservationpart SET state = 'open'",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
