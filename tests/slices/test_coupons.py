"""Coupons: each once, on an order that it is good for, and back when that is cancelled."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from jiacan.campaigns.facade import coupons, online
from jiacan.members.contracts.coupons import (
    CouponExpired,
    CouponUnknown,
    CouponUsed,
    CouponVoid,
    Ending,
    NothingToTakeOff,
    NotTheirs,
    NotUsedOnOrder,
    OtherCurrency,
    State,
    TooLittleSpend,
)
from jiacan.members.models.coupons import Coupon as CouponRow
from jiacan.members.models.coupons import CouponUse
from jiacan.offers.facade import taking_back, using
from jiacan.orders.contracts import OrderLine
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import AuditQuery, Shop
from tests.slices.coupon_shop import (
    DAY,
    LITTLE,
    PERCENT,
    TWO_EACH,
    asked,
    earn,
    made,
    make,
    mine,
    money,
    states,
    undo,
    use,
)
from tests.slices.online_shop import AT, LADDER, WHO, assert_books_add_up, go_live, order, refund, rules

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return go_live("gifts", TWO_EACH)


# --- awarded ----------------------------------------------------------------------------------------------


def test_a_coupon_gets_its_code_when_it_is_first_asked_for_and_keeps_it(shop):
    online.take(shop, [order(1, 320)], [], at=AT)
    assert CouponRow.objects.count() == 0
    first = mine(shop)
    assert [each.code for each in first] == [each.code for each in mine(shop)]
    assert len({each.code for each in first}) == 2
    assert states(shop) == ["open", "open"]
    assert mine(shop, "c-2") == []


def test_using_a_coupon_spends_what_it_takes_off_and_using_it_again_the_same_way_takes_nothing_more(shop):
    first, second = earn(shop)
    assert money(shop) == (146_000, 4_000, 0)
    assert use(shop, first).off_minor == 2_000
    assert use(shop, first).off_minor == 2_000
    assert money(shop) == (146_000, 2_000, 2_000)
    assert states(shop) == ["used", "open"]
    with pytest.raises(CouponUsed) as told:
        use(shop, first, asked("n-2"))
    assert (told.value.order_id, told.value.used_at) == ("n-1", AT)
    with pytest.raises(CouponUsed):
        use(shop, first, asked("n-1", spend=300))
    use(shop, second, asked("n-2"))
    assert money(shop) == (146_000, 0, 4_000)
    assert_books_add_up(shop)


def test_what_a_percentage_does_not_take_off_is_free_again():
    shop = go_live("cups", PERCENT)
    (coupon,) = earn(shop)
    assert money(shop) == (148_000, 2_000, 0)
    assert use(shop, coupon, asked(spend=55)).off_minor == 550
    assert money(shop) == (149_450, 0, 550)
    assert undo(shop, coupon).state is State.OPEN
    assert money(shop) == (148_000, 2_000, 0)
    assert use(shop, coupon, asked("n-2", spend=999)).off_minor == 2_000
    assert_books_add_up(shop)


def test_a_coupon_is_refused_with_the_fact(shop):
    coupon, other = earn(shop)
    with pytest.raises(TooLittleSpend) as told:
        use(shop, coupon, asked(spend=149))
    assert (told.value.least.minor, told.value.spend.minor) == (15_000, 14_900)
    with pytest.raises(NotTheirs):
        use(shop, coupon, asked(customer="c-2"))
    with pytest.raises(OtherCurrency):
        use(shop, coupon, asked(currency="CNY"))
    for unknown in ("AAAAA-AAAAA-AAAAA", "", "22222-22222-22222", "满减券"):
        with pytest.raises(CouponUnknown):
            coupons.use(shop.id, unknown, asked(), by="till", at=AT)
    with pytest.raises(CouponExpired) as over:
        use(shop, coupon, at=AT + 30 * DAY)
    assert over.value.expired_at == coupon.expires_at == AT + 30 * DAY
    assert money(shop) == (146_000, 4_000, 0)
    assert CouponUse.objects.count() == 0
    use(shop, other, at=AT + 30 * DAY - timedelta(seconds=1))


def test_coupons_on_one_order_never_take_off_more_than_it_comes_to():
    shop = go_live("cups", TWO_EACH, ("off: 20, min_spend: 150", "off: 20, min_spend: 10"))
    first, second = earn(shop)
    assert use(shop, first, asked(spend=30)).off_minor == 2_000
    assert use(shop, second, asked(spend=30)).off_minor == 1_000
    (third, _) = earn(shop, 2)
    with pytest.raises(NothingToTakeOff):
        use(shop, third, asked(spend=30, customer="c-2"))
    assert_books_add_up(shop)


def test_another_shop_knows_nothing_of_the_code(shop):
    (coupon, _) = earn(shop)
    elsewhere = go_live("cups")
    with pytest.raises(CouponUnknown):
        use(elsewhere, coupon)
    with pytest.raises(CouponUnknown):
        coupons.get_coupon(elsewhere.id, coupon.code, at=AT)


# --- undone -----------------------------------------------------------------------------------------------


def test_a_cancelled_order_gives_the_coupon_back_as_it_was_and_cancelling_twice_changes_nothing(shop):
    coupon, _ = earn(shop)
    use(shop, coupon)
    back = undo(shop, coupon, at=AT + DAY)
    assert (back.state, back.expires_at) == (State.OPEN, AT + 30 * DAY)
    assert undo(shop, coupon, at=AT + DAY).state is State.OPEN
    assert money(shop) == (146_000, 4_000, 0)
    assert states(shop) == ["open", "open"]
    use(shop, coupon, asked("n-2"))
    with pytest.raises(NotUsedOnOrder):
        undo(shop, coupon)
    assert [(each.order_id, each.came_back) for each in mine(shop)[0].uses] == [("n-1", State.OPEN), ("n-2", None)]
    assert_books_add_up(shop)


def test_what_comes_back_after_its_time_is_over_has_expired_and_its_money_is_free(shop):
    coupon, other = earn(shop)
    use(shop, coupon)
    assert undo(shop, coupon, at=AT + 31 * DAY).state is State.EXPIRED
    assert money(shop) == (148_000, 2_000, 0)
    with pytest.raises(CouponExpired):
        use(shop, coupon, asked("n-2"), at=AT)
    assert undo(shop, coupon, at=AT + 32 * DAY).state is State.EXPIRED
    assert states(shop) == ["expired", "open"]
    assert other.state is State.OPEN
    assert_books_add_up(shop)


def test_what_the_line_cannot_bear_again_is_void_and_says_so():
    shop = go_live("cups", PERCENT, LITTLE)
    (coupon,) = earn(shop)
    use(shop, coupon, asked(spend=50))
    (other,) = made(shop, make(shop, 1))
    use(shop, other, asked("n-2", spend=50))
    assert money(shop) == (3_000, 0, 1_000)
    make(shop, 1)
    back = undo(shop, coupon)
    assert (back.state, back.ending) == (State.VOID, Ending.OUT_OF_BUDGET)
    assert money(shop) == (1_500, 2_000, 500)
    assert states(shop) == ["used", "void"]
    with pytest.raises(CouponVoid):
        use(shop, coupon, asked("n-3"))
    assert_books_add_up(shop)


# --- taken back -------------------------------------------------------------------------------------------


def test_a_return_takes_the_unused_coupon_and_leaves_the_used_one_with_its_order(shop):
    first, _ = earn(shop)
    use(shop, first)
    online.take(shop, [], [refund()], at=AT)
    assert states(shop) == ["used", "taken_back"]
    assert money(shop) == (148_000, 0, 2_000)
    taken = mine(shop)[1]
    assert (taken.ending, taken.ended_by) == (Ending.REFUND, "r-1")
    with pytest.raises(CouponVoid):
        use(shop, taken, asked("n-2"))
    assert undo(shop, first).state is State.TAKEN_BACK
    assert money(shop) == (150_000, 0, 0)
    assert states(shop) == ["taken_back", "taken_back"]
    assert_books_add_up(shop)


def test_a_used_coupon_is_what_the_kept_goods_deserve():
    two = (
        "{when: {spend: 800}, give: [{gift: hamper}, {coupon: next-20}]}",
        "{when: {spend: 800}, give: [{coupon: next-20, quantity: 2}]}",
    )
    shop = go_live("cups", two)
    goods = OrderLine("pot", 2, 450_000_000)
    online.take(shop, [replace(order(1), lines=(goods,))], [], at=AT)
    first, second = mine(shop)
    use(shop, first)
    online.take(shop, [], [refund()], at=AT)
    assert states(shop) == ["used", "taken_back"]
    assert undo(shop, first).state is State.OPEN
    assert states(shop) == ["open", "taken_back"]
    assert money(shop) == (148_000, 2_000, 0)
    assert second.state is State.OPEN
    assert_books_add_up(shop)


def test_an_award_taken_back_by_hand_leaves_nothing_to_use(shop):
    coupon, _ = earn(shop)
    taking_back.take_back(
        shop.id, rules(shop), "o-1", LADDER, rules_of=lambda _: rules(shop), reason="error", actor=WHO, at=AT
    )
    assert states(shop) == ["taken_back", "taken_back"]
    with pytest.raises(CouponVoid):
        use(shop, coupon)
    assert money(shop) == (150_000, 0, 0)


# --- the clock --------------------------------------------------------------------------------------------


def lapse(shop: Shop, *, until: datetime, after: datetime = AT - DAY) -> None:
    of_shop = rules(shop)
    for _ in using.lapse_due(shop.id, of_shop, rules_of=lambda _: of_shop, after=after, until=until):
        continue


def test_the_clock_ends_what_is_over_and_nothing_else(shop):
    coupon, _ = earn(shop)
    use(shop, coupon)
    lapse(shop, until=AT + 30 * DAY - timedelta(seconds=1))
    assert money(shop) == (146_000, 2_000, 2_000)
    lapse(shop, until=AT + 30 * DAY)
    lapse(shop, until=AT + 31 * DAY)
    assert money(shop) == (148_000, 0, 2_000)
    assert states(shop, at=AT + 30 * DAY) == ["used", "expired"]
    assert undo(shop, coupon, at=AT + 31 * DAY).state is State.EXPIRED
    assert money(shop) == (150_000, 0, 0)
    assert_books_add_up(shop)


def test_of_a_history_that_is_run_after_the_fact_nothing_ends_by_the_clock(shop):
    earn(shop)
    make(shop, 2)
    coupons.expire_at_shop(shop.id, AT + 4_000 * DAY)
    assert money(shop) == (146_000, 4_000, 0)
    assert states(shop, at=AT + 31 * DAY) == ["expired", "expired"]


# --- by hand ----------------------------------------------------------------------------------------------


def test_what_is_done_by_hand_is_audited_without_the_code(shop):
    coupon, _ = earn(shop)
    coupons.use_by_hand(shop.id, coupon.code, asked(), actor=WHO, at=AT)
    coupons.undo_by_hand(shop.id, coupon.code, "n-1", reason="cancelled", actor=WHO, at=AT)
    found = list(tenancy.walk_audit(shop.id, AuditQuery(text="coupon use")))
    assert [each.action for each in found] == ["coupon use undone", "coupon used"]
    assert not any(coupon.code in str(each) for each in found)


def test_the_database_refuses_a_second_use(shop):
    coupon, _ = earn(shop)
    use(shop, coupon)
    row = CouponUse.objects.get()
    row.pk, row.number = None, 1
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
