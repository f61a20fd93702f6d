"""Orders that come one at a time: settled at once, answered the same ever after."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from jiacan.campaigns.facade import online
from jiacan.offers.facade import reading
from jiacan.orders.contracts import OrderLine, Taken
from tests.slices.online_shop import (
    AT,
    LADDER,
    PLAN_ID,
    assert_books_add_up,
    cart,
    given,
    go_live,
    granted,
    mugs_left,
    order,
    refund,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return go_live("gifts", ("units: 150", "units: 2"))


def take(shop, *orders, refunds=()):
    return online.take(shop, orders, refunds, at=AT)


def test_a_paid_order_is_answered_with_its_awards_and_a_second_delivery_awards_nothing(shop):
    (first,) = take(shop, order()).orders
    assert (first.order_id, first.state, given(first.awards)) == ("o-1", Taken.NEW, [("granted", "mug")])
    (again,) = take(shop, order()).orders
    assert (again.state, again.awards) == (Taken.KNOWN, first.awards)
    assert (mugs_left(shop), granted(shop)) == (1, 1)
    assert_books_add_up(shop)


def test_an_order_earns_when_it_is_paid_and_not_before(shop):
    (placed,) = take(shop, cart()).orders
    assert (placed.state, placed.awards, mugs_left(shop)) == (Taken.NEW, {}, 2)
    (paid,) = take(shop, order()).orders
    assert (paid.state, given(paid.awards), mugs_left(shop)) == (Taken.COMPLETED, [("granted", "mug")], 1)


def test_a_batch_is_settled_as_it_was_paid_and_a_conflict_stops_no_one(shop):
    take(shop, order(1))
    other = replace(order(1), lines=(OrderLine("cup", 9, 1),))
    conflict, late, early = take(shop, other, order(3, after=2), order(2, after=1)).orders
    assert (conflict.state, given(conflict.awards)) == (Taken.CONFLICT, [("granted", "mug")])
    assert given(early.awards) == [("granted", "mug")]
    assert given(late.awards) == [("otherwise", "sample")]
    assert (mugs_left(shop), granted(shop)) == (0, 2)
    assert_books_add_up(shop)


def test_a_refund_takes_back_and_says_so_again_when_it_is_delivered_again(shop):
    take(shop, order())
    (first,) = take(shop, refunds=[refund()]).refunds
    taken = {item.id for back in first.claw_backs[PLAN_ID] for item in back.items}
    assert (first.state, "mug" in taken) == (Taken.NEW, True)
    (again,) = take(shop, refunds=[refund()]).refunds
    assert (again.state, again.claw_backs) == (Taken.KNOWN, first.claw_backs)
    assert len(list(reading.claw_backs_of(shop.id, PLAN_ID))) == len(first.claw_backs[PLAN_ID])
    assert_books_add_up(shop)


def test_a_refund_that_comes_before_its_order_is_settled_with_it(shop):
    (waiting,) = take(shop, refunds=[refund()]).refunds
    assert (waiting.state, waiting.claw_backs) == (Taken.NEW, {})
    take(shop, order())
    backs = reading.claw_backs_of(shop.id, PLAN_ID)
    assert [back.refund_id for back in backs if back.offer_id == LADDER] == ["r-1"]
    assert_books_add_up(shop)


def test_an_order_outside_every_plans_time_is_recorded_and_earns_nothing(shop):
    (before,) = take(shop, order(after=-60 * 24 * 30)).orders
    assert (before.state, before.awards) == (Taken.NEW, {})


def test_a_shop_without_a_plan_records_orders(shop):
    other = replace(shop, id=shop.id + 1000)
    (taken,) = take(other, order()).orders
    assert (taken.state, taken.awards) == (Taken.NEW, {})


def test_two_plans_of_a_shop_both_answer(shop):
    go_live("gifts", ("id: order-bonus-2011", "id: second"), ("units: 150", "units: 7"))
    (taken,) = take(shop, order()).orders
    assert set(taken.awards) == {PLAN_ID, "second"}
    assert take(shop, order()).orders[0].awards == taken.awards
    assert_books_add_up(shop)


def test_a_quote_promises_what_the_order_then_gets_and_holds_nothing(shop):
    (quoted,) = online.quote(shop, cart(), at=AT)
    assert mugs_left(shop) == 2
    promised = {offer.offer_id for offer in quoted.offers if offer.outcome == "granted"}
    (taken,) = take(shop, order()).orders
    assert {award.offer_id for award in taken.awards[PLAN_ID]} == promised
    assert online.quote(shop, cart(), at=AT + timedelta(days=900)) == ()
