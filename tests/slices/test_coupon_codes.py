"""Codes made in bulk: never beyond the budget, one customer's, withdrawn and over."""

from __future__ import annotations

import pytest

from jiacan.campaigns.facade import coupons
from jiacan.members.contracts.coupons import (
    AlreadyTheirs,
    BatchWithdrawn,
    CouponVoid,
    NoSuchCoupon,
    NoSuchLine,
    NotTheirs,
    OverBefore,
    State,
    TooManyCodes,
)
from jiacan.members.facade import coupon_batches
from jiacan.members.models.coupons import Coupon as CouponRow
from jiacan.offers.contracts.errors import BeyondBudget
from jiacan.tenancy.contracts import Shop
from tests.slices.coupon_shop import DAY, TWO_EACH, asked, earn, made, make, money, states, undo, use
from tests.slices.online_shop import AT, PLAN_ID, WHO, assert_books_add_up, go_live, rules

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return go_live("gifts", TWO_EACH)


# --- codes in bulk ----------------------------------------------------------------------------------------


def test_codes_hold_their_face_value_and_are_made_all_or_none(shop):
    batch = make(shop, 75)
    assert money(shop) == (0, 150_000, 0)
    assert len({each.code for each in made(shop, batch)}) == 75
    with pytest.raises(BeyondBudget) as told:
        make(shop, 1)
    assert (told.value.asked_minor, told.value.left_minor) == (2_000, 0)
    assert CouponRow.objects.count() == 75
    assert [each.codes for each in coupon_batches.batches_of(shop.id)] == [75]
    assert earn(shop) == []
    assert_books_add_up(shop)


def test_what_makes_no_sense_is_not_made(shop):
    with pytest.raises(NoSuchCoupon):
        make(shop, coupon="none")
    with pytest.raises(NoSuchLine):
        make(shop, line="none")
    with pytest.raises(TooManyCodes):
        make(shop, 20_001)
    with pytest.raises(TooManyCodes):
        make(shop, 0)
    with pytest.raises(OverBefore):
        make(shop, until=AT)
    assert money(shop) == (150_000, 0, 0)


def test_a_code_becomes_the_customers_who_uses_it_or_is_given_it(shop):
    batch = make(shop)
    first, second, third = made(shop, batch)
    assert use(shop, first).off_minor == 2_000
    coupons.assign(shop.id, second.code, "c-1", actor=WHO, at=AT)
    coupons.assign(shop.id, second.code, "c-1", actor=WHO, at=AT)
    with pytest.raises(AlreadyTheirs):
        coupons.assign(shop.id, second.code, "c-2", actor=WHO, at=AT)
    with pytest.raises(NotTheirs):
        use(shop, second, asked("n-2", customer="c-2"))
    assert sorted(states(shop)) == ["open", "used"]
    assert undo(shop, first).state is State.OPEN
    with pytest.raises(NotTheirs):
        use(shop, first, asked("n-3", customer="c-2"))
    assert third.customer_id is None
    assert money(shop) == (144_000, 6_000, 0)
    assert_books_add_up(shop)


def test_a_withdrawn_batch_keeps_what_customers_have(shop):
    batch = make(shop)
    first, second, third = made(shop, batch)
    coupons.assign(shop.id, first.code, "c-1", actor=WHO, at=AT)
    use(shop, second, asked(customer="c-2"))
    assert coupons.withdraw(shop.id, batch.id, reason="misprint", actor=WHO, at=AT) == 1
    with pytest.raises(BatchWithdrawn):
        coupons.withdraw(shop.id, batch.id, reason="again", actor=WHO, at=AT)
    with pytest.raises(CouponVoid):
        use(shop, third)
    assert use(shop, first).off_minor == 2_000
    assert money(shop) == (146_000, 0, 4_000)
    assert_books_add_up(shop)


def test_codes_end_by_the_clock(shop):
    batch = make(shop)
    first, second, _ = made(shop, batch)
    use(shop, first)
    coupons.assign(shop.id, second.code, "c-1", actor=WHO, at=AT)
    ended = [
        coupon_batches.expire_codes(shop.id, PLAN_ID, lambda *_: rules(shop), at=AT + days * DAY)
        for days in (9, 10, 11)
    ]
    assert ended == [0, 2, 0]
    assert money(shop) == (148_000, 0, 2_000)
    assert undo(shop, first, at=AT + 10 * DAY).state is State.EXPIRED
    assert money(shop) == (150_000, 0, 0)
    assert_books_add_up(shop)
