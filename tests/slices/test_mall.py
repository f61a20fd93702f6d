"""The points mall on a real database: points and goods change hands together, and come back together."""

from __future__ import annotations

from contextlib import suppress
from random import Random

import pytest
from django.db import IntegrityError, transaction

from jiacan.campaigns.facade import online, public, running
from jiacan.members.contracts.mall import (
    ItemUnknown,
    KeyUsed,
    NoCode,
    NoLongerHeld,
    NotToBeHad,
    NotToCancel,
    NotToShip,
    PaidBefore,
    RedemptionUnknown,
    State,
)
from jiacan.members.contracts.points import NotEnoughPoints
from jiacan.members.facade import mall as members_mall
from jiacan.members.models.mall import MallCode, Redemption
from jiacan.members.store import mall as store
from jiacan.offers.facade import reading
from jiacan.plans import facade as plans
from tests.slices.mall_shop import MallShop, day, mall_shop
from tests.slices.online_shop import AT, PLAN_ID, WHO, granted, mugs_left, order, rules

pytestmark = pytest.mark.django_db


def gifts_line(shop: MallShop) -> tuple[int, int]:
    """What the line of gifts has left and holds."""
    balance = reading.budget_balances(shop.shop.id, rules(shop.shop))["gifts"]
    return balance.available or 0, balance.held


def test_a_gift_is_held_for_points_and_given_when_it_is_sent():
    shop = mall_shop()
    shop.give_points(1000)
    mugs, line = mugs_left(shop.shop), gifts_line(shop)
    made = shop.redeem()
    assert (made.redemption.state, made.can_cancel, shop.has()) == (State.TO_SHIP, True, 200)
    assert (mugs_left(shop.shop), granted(shop.shop)) == (mugs - 1, 0)
    sent = shop.ship(made, days=1)
    assert (sent.redemption.state, sent.redemption.parcel, granted(shop.shop)) == (State.SHIPPED, "P-1", 1)
    assert sent == shop.ship(made, days=2)
    assert gifts_line(shop) == (line[0] - 320, line[1])
    with pytest.raises(NotToCancel):
        shop.cancel(made)
    with pytest.raises(NotToShip):
        shop.ship(made, parcel="P-2")
    shop.assert_agreed()


def test_the_same_key_redeems_once():
    shop = mall_shop()
    shop.give_points(2000)
    assert shop.redeem() == shop.redeem(days=0.1)
    assert (shop.has(), Redemption.objects.count()) == (1200, 1)
    with pytest.raises(KeyUsed):
        shop.redeem("mall-coupon")
    with pytest.raises(KeyUsed):
        shop.redeem(customer="ben")


def test_whoever_cannot_have_it_keeps_everything():
    shop = mall_shop()
    shop.give_points(700)
    mugs = mugs_left(shop.shop)
    with pytest.raises(NotEnoughPoints):
        shop.redeem()
    with pytest.raises(NotToBeHad, match="staff do not take part"):
        shop.redeem(customer="staff-1")
    with pytest.raises(NotToBeHad, match="it could be had until"):
        shop.redeem(days=100)
    assert (shop.has(), mugs_left(shop.shop), Redemption.objects.count()) == (700, mugs, 0)
    shop.give_points(5000)
    shop.redeem(key="a")
    shop.redeem(key="b")
    with pytest.raises(NotToBeHad, match="given 2 time"):
        shop.redeem(key="c")
    assert (shop.has(), mugs_left(shop.shop)) == (4100, mugs - 2)
    shop.assert_agreed()


def test_what_is_cancelled_comes_back_whole_and_can_be_had_again():
    shop = mall_shop(("per_customer: 2", "per_customer: 1"))
    shop.give_points(500, lasts=30)
    shop.give_points(500)
    mugs, line = mugs_left(shop.shop), gifts_line(shop)
    made = shop.redeem()
    with pytest.raises(RedemptionUnknown):
        shop.cancel(made, customer="ben")
    gone = shop.cancel(made, days=1)
    assert gone == shop.cancel(made, days=2)
    assert (gone.redemption.state, gone.can_cancel) == (State.CANCELLED, False)
    assert (shop.has(days=1), shop.has(days=31), mugs_left(shop.shop), gifts_line(shop)) == (1000, 500, mugs, line)
    assert shop.redeem(key="k-2", days=1).redemption.state is State.TO_SHIP
    shop.assert_agreed()


def test_what_costs_money_too_waits_for_its_payment():
    shop = mall_shop()
    shop.give_points(1000)
    made = shop.redeem("mall-tablet")
    assert (made.redemption.state, made.redemption.money_minor, shop.has()) == (State.UNPAID, 1990, 700)
    with pytest.raises(NotToShip):
        shop.ship(made)
    paid = shop.pay(made)
    assert (paid.redemption.state, paid.redemption.payment) == (State.TO_SHIP, "pay-1")
    assert shop.pay(made) == paid
    with pytest.raises(PaidBefore):
        shop.pay(made, payment="pay-2")
    assert shop.ship(made).redemption.state is State.SHIPPED
    shop.assert_agreed()


def test_what_is_not_paid_within_its_hour_is_let_go():
    shop = mall_shop()
    shop.give_points(1000)
    left = shop.shown()["mall-tablet"].left
    made = shop.redeem("mall-tablet")
    assert members_mall.let_due_go(shop.shop.id, day(0.9 / 24)) == 0
    assert shop.shown()["mall-tablet"].left == left - 1
    assert members_mall.let_due_go(shop.shop.id, day(1 / 24)) == 1
    assert members_mall.let_due_go(shop.shop.id, day(1 / 24)) == 0
    assert (shop.has(), shop.shown()["mall-tablet"].left) == (1000, left)
    with pytest.raises(NoLongerHeld):
        shop.pay(made)
    with pytest.raises(NotToCancel):
        shop.cancel(made)
    shop.assert_agreed()


def test_a_coupon_is_the_customers_at_once_and_only_the_staff_take_it_back():
    shop = mall_shop()
    shop.give_points(1000)
    made = shop.redeem("mall-coupon")
    assert (made.redemption.state, granted(shop.shop, "next-20"), shop.has()) == (State.DONE, 1, 900)
    with pytest.raises(NotToCancel):
        shop.cancel(made)
    gone = shop.cancel_by_hand(made, days=1)
    assert (gone.redemption.state, gone.redemption.reason, shop.has(days=1)) == (State.CANCELLED, "Broken", 1000)
    later = shop.redeem("mall-coupon", key="k-2")
    with pytest.raises(NotToCancel):
        shop.cancel_by_hand(later, days=60)
    assert shop.has(days=60) == 900
    shop.assert_agreed()


def test_codes_are_given_one_by_one_and_seen_by_their_customer_alone():
    shop = mall_shop()
    shop.give_points(1000)
    assert shop.shown()["mall-cinema"].left == 0
    with pytest.raises(NotToBeHad, match="all its codes"):
        shop.redeem("mall-cinema")
    found = shop.upload("code\nFILM-0001\nFILM-0002\nFILM-0001\nxy\n\nFILM 3\n")
    assert (found.taken, [each.line for each in found.bad]) == (2, [4, 5, 7])
    again = shop.upload("FILM-0002,\nFILM-0009")
    assert (again.taken, [str(each.says) for each in again.bad]) == (1, ["it was uploaded before"])
    assert not any("FILM" in each.sealed for each in MallCode.objects.all())
    made = shop.redeem("mall-cinema")
    assert (made.redemption.state, made.redemption.code_end) == (State.READY, "0001")
    with pytest.raises(RedemptionUnknown):
        shop.show_code(made, customer="ben")
    assert shop.show_code(made) == "FILM-0001" == shop.show_code(made, days=1)
    with pytest.raises(NotToCancel, match="its code was shown"):
        shop.cancel(made)
    shop.cancel_by_hand(made)
    assert (shop.has(), shop.shown()["mall-cinema"].left) == (1000, 2)
    with pytest.raises(NoCode):
        shop.show_code(made)
    shop.assert_agreed()


def test_a_code_that_nobody_saw_is_there_for_another():
    shop = mall_shop()
    shop.give_points(1000)
    shop.upload("FILM-0001")
    made = shop.redeem("mall-cinema")
    assert shop.shown()["mall-cinema"].left == 0
    shop.cancel(made)
    assert (shop.has(), shop.shown()["mall-cinema"].left) == (1000, 1)
    assert shop.show_code(shop.redeem("mall-cinema", key="k-2")) == "FILM-0001"


def test_the_mall_says_what_is_left_and_why_not():
    shop = mall_shop()
    shop.give_points(900)
    seen = shop.shown()
    assert (seen["mall-mug"].left, seen["mall-mug"].why_not, [str(each) for each in seen["mall-mug"].gives]) == (
        *(4, None, ["Custom mug × 1, worth 8.00 GBP"]),
    )
    assert str(seen["mall-cinema"].why_not) == "all its codes have been given"
    shop.redeem()
    assert (shop.shown()["mall-mug"].left, str(shop.shown()["mall-mug"].why_not)) == (
        *(3, "it costs 800 points, 700 more than there are to spend"),
    )
    assert str(shop.shown("staff-1")["mall-mug"].why_not) == "staff do not take part"


@pytest.mark.parametrize("seed", range(4))
def test_the_mall_promises_exactly_what_can_be_had(seed):
    random, shop, had = Random(seed), mall_shop(("per_day: 4", "per_day: 3"), ("points: 100}", "points: 400}")), []
    shop.upload("FILM-0001\nFILM-0002\nFILM-0003")
    for customer in ("anna", "ben", "staff-1"):
        shop.give_points(random.choice([900, 2500]), customer=customer)
    for step in range(25):
        customer = random.choice(["anna", "ben", "staff-1"])
        days = step / 10
        if had and random.random() < 0.3:
            with suppress(NotToCancel):
                made = had.pop(random.randrange(len(had)))
                shop.cancel(made, customer=made.redemption.customer_id, days=days)
            continue
        item = random.choice(["mall-mug", "mall-tablet", "mall-coupon", "mall-cinema"])
        promised = shop.shown(customer, days=days)[item].why_not is None
        before = shop.has(customer, days=days)
        try:
            had.append(shop.redeem(item, customer=customer, key=f"k-{step}", days=days))
        except (NotToBeHad, NotEnoughPoints):
            assert not promised
            assert shop.has(customer, days=days) == before
        else:
            assert promised
            assert shop.has(customer, days=days) == before - had[-1].redemption.points
    assert had
    shop.assert_agreed()


def test_only_those_who_stand_on_its_tiers_can_have_it():
    tiers = "tiers:\n  - {id: silver, needs: {spend: 100}}\n  - {id: gold, needs: {spend: 500}}\n"
    shop = mall_shop(
        ("\nmall:\n", f"\n{tiers}mall:\n"), ("price: {points: 100}", "price: {points: 100}\n    tiers: [gold]")
    )
    shop.give_points(1000)
    with pytest.raises(NotToBeHad, match="it is for gold"):
        shop.redeem("mall-coupon")
    assert str(shop.shown()["mall-coupon"].why_not) == "it is for gold"
    online.take(shop.shop, [order(1, 600, customer="anna")], [], at=AT)
    assert shop.shown(days=0.1)["mall-coupon"].why_not is None
    assert shop.redeem("mall-coupon", days=0.1).redemption.state is State.DONE


def test_a_customer_who_is_held_out_gets_what_they_pay_points_for():
    shop = mall_shop(("\nmall:\n", "\nholdout: {share: 99%}\nmall:\n"))
    customers = [f"c-{n}" for n in range(20)]
    for each in customers:
        shop.give_points(100, customer=each)
    states = [shop.redeem("mall-coupon", customer=each, key=each).redemption.state for each in customers]
    assert (set(states), granted(shop.shop, "next-20")) == ({State.DONE}, 20)


def test_what_was_redeemed_by_an_earlier_version_is_sent_by_it():
    shop = mall_shop()
    shop.give_points(2000)
    made = shop.redeem()
    text = plans.version_text(shop.shop.id, PLAN_ID, 1)
    without = text.replace(text[text.index("  - id: mall-mug") : text.index("  - id: mall-tablet")], "")
    running.go_live(shop.shop.id, plans.check_text(without, "plan"), actor=WHO)
    assert "mall-mug" not in shop.shown()
    with pytest.raises(ItemUnknown):
        shop.redeem(key="k-2")
    assert shop.ship(made, days=1).name.en == "A mug"
    assert granted(shop.shop) == 1
    shop.assert_agreed()


def test_two_redemptions_by_one_key_are_refused_by_the_database_too(monkeypatch):
    shop = mall_shop()
    shop.give_points(2000)
    shop.redeem()
    monkeypatch.setattr(store, "find_by_key", lambda shop_id, key: None)
    with pytest.raises(IntegrityError), transaction.atomic():
        shop.redeem()
    assert (shop.has(), Redemption.objects.count()) == (1200, 1)
    shop.assert_agreed()


def test_the_public_page_tells_what_an_item_costs():
    shop = mall_shop()
    found = public.find_campaign(shop.shop.slug, PLAN_ID, at=AT)
    said = {str(each.title): str(each.says) for each in found.terms}
    assert said["For points: A tablet"].startswith("300 points and 19.90 GBP, until ")
