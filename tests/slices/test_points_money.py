"""The money that a plan's budget holds for points goes where they go: spent, free again, or held anew."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from random import Random

import pytest
from django.db import connection

from jiacan.campaigns.facade import budget, online
from jiacan.campaigns.facade.live import find_live
from jiacan.ledger import facade as ledger
from jiacan.members.contracts.points import NotEnoughPoints, SpendingUnknown
from jiacan.members.facade import expiring, reading
from jiacan.members.models.points import Lot
from jiacan.offers.contracts.awards import Outcome
from jiacan.offers.core.accounts import budget_account, spent_account
from jiacan.offers.core.backing import value_of
from jiacan.offers.facade import awarding, backing, bulk, taking_back
from jiacan.offers.models import AwardItem, PointsUsed
from jiacan.orders import facade as orders
from tests.slices.members_shop import day, money_shop, points_shop
from tests.slices.online_shop import PLAN_ID, WHO, cart, order, refund

pytestmark = pytest.mark.django_db

BUDGET, SPENT = budget_account(PLAN_ID, "points", "GBP"), spent_account(PLAN_ID, "points", "GBP")


def money(shop):
    """What of the line is held, spent and free, in pence."""
    balances = ledger.load_balances(shop.shop.id, [BUDGET, SPENT])
    spent = balances[SPENT].posted if SPENT in balances else 0
    budget = balances[BUDGET]
    assert budget.available is not None
    assert budget.available >= 0
    return budget.held, spent, budget.available


def outcomes(answers):
    """What became of the offer of points."""
    (answer,) = answers.orders
    return [award.outcome for award in answer.awards[PLAN_ID] if award.offer_id == "a-point-a-pound"]


def test_points_that_are_spent_turn_what_is_held_into_spent_money():
    shop = money_shop()
    shop.buy(1, 100)
    assert money(shop) == (100, 0, 900)
    shop.spend(30)
    assert money(shop) == (70, 30, 900)
    shop.correct(-20)
    assert money(shop) == (50, 50, 900)
    shop.spend(50, reference="mall-2")
    assert money(shop) == (0, 100, 900)
    shop.assert_agreed()


def test_what_expires_is_free_for_the_next_award_at_once():
    shop = money_shop("1.20")
    shop.buy(1, 100)
    shop.spend(10)
    assert outcomes(shop.buy(2, 30, customer="ben", days=1)) == [Outcome.REFUSED]
    shop.expire(days=100)
    assert money(shop) == (0, 10, 110)
    assert outcomes(shop.buy(3, 110, customer="ben", days=6)) == [Outcome.GRANTED]
    assert money(shop) == (110, 10, 0)
    shop.assert_agreed("anna", "ben")


def test_what_expires_while_the_plan_is_at_work_is_free_for_whoever_settles_next(monkeypatch):
    shop = money_shop("1.20")
    shop.buy(1, 100)
    with monkeypatch.context() as patch:
        patch.setattr(backing.store, "try_lock_plan", lambda *_: False)
        shop.expire(days=100)
        shop.assert_agreed()
    assert money(shop) == (100, 0, 20)
    assert outcomes(shop.buy(3, 110, customer="ben", days=6)) == [Outcome.GRANTED]
    assert money(shop) == (110, 0, 10)
    shop.assert_agreed("anna", "ben")


def test_the_clock_lets_follow_what_nobody_else_did(monkeypatch):
    shop = money_shop()
    for number in range(3):
        shop.buy(number, 20, customer=f"c-{number}")
    with monkeypatch.context() as patch:
        patch.setattr(backing.store, "try_lock_plan", lambda *_: False)
        for number in range(3):
            shop.spend(5, customer=f"c-{number}", reference=f"s-{number}")
    assert money(shop) == (60, 0, 940)
    monkeypatch.setattr(backing, "AT_ONCE", 2)
    assert backing.follow_everywhere() == 3
    assert money(shop) == (45, 15, 940)
    assert (backing.follow_everywhere(), PointsUsed.objects.count()) == (0, 0)


def test_what_expires_at_once_of_many_is_all_free_when_the_clock_is_done(monkeypatch):
    shop = money_shop()
    for number in range(5):
        shop.buy(number, 20, customer=f"c-{number}")
    monkeypatch.setattr(backing, "AT_ONCE", 2)
    assert expiring.expire_everywhere(day(100)) == 5
    assert (money(shop), PointsUsed.objects.count()) == ((0, 0, 1000), 0)
    shop.assert_agreed(*(f"c-{number}" for number in range(5)))


def test_a_spending_that_is_cancelled_is_held_for_again_where_the_budget_is_empty():
    shop = money_shop("1.00")
    shop.buy(1, 100)
    shop.spend(100)
    assert money(shop) == (0, 100, 0)
    shop.give_back()
    assert money(shop) == (100, 0, 0)
    shop.assert_agreed()


def test_what_comes_back_after_its_end_is_held_for_a_week_and_then_free():
    shop = money_shop("1.00")
    shop.buy(1, 100)
    shop.spend(60)
    shop.give_back(days=100)
    assert money(shop) == (60, 0, 40)
    shop.spend(50, days=101, reference="mall-2")
    assert money(shop) == (10, 50, 40)
    shop.expire(days=108)
    assert money(shop) == (0, 50, 50)
    shop.give_back(days=110, reference="mall-2")
    assert money(shop) == (0, 0, 100)
    shop.bring_back(1, days=111)
    assert (money(shop), shop.has(days=111)) == ((0, 0, 100), (0, 0, 0))
    shop.assert_agreed()


def test_a_return_frees_the_money_of_its_award_and_what_pays_for_it_is_spent():
    shop = money_shop()
    shop.buy(1, 100)
    shop.spend(80, days=0.5)
    shop.buy(2, 30, days=1)
    assert money(shop) == (50, 80, 870)
    shop.bring_back(1, days=2)
    assert (money(shop), shop.has(days=2)) == ((0, 30, 970), (0, 0, 50))
    shop.buy(3, 70, days=3)
    assert (money(shop), shop.has(days=3)) == ((20, 80, 900), (20, 0, 0))
    shop.assert_agreed()


def test_a_return_by_hand_frees_what_was_held_and_spent():
    shop = money_shop()
    shop.buy(1, 100)
    shop.spend(30)
    live = find_live(shop.shop.id, PLAN_ID)
    taking_back.take_back(
        *(shop.shop.id, live.rules, "o-1", "a-point-a-pound"), rules_of=live, reason="fraud", actor=WHO, at=day(3)
    )
    assert (money(shop), shop.has(days=3)) == ((0, 0, 1000), (0, 0, 30))
    shop.assert_agreed()


def test_a_return_of_what_had_expired_frees_only_what_was_not_free():
    shop = money_shop()
    shop.buy(1, 100)
    shop.spend(30)
    shop.expire(days=100)
    assert money(shop) == (0, 30, 970)
    shop.bring_back(1, days=101)
    assert (money(shop), shop.has(days=101)) == ((0, 0, 1000), (0, 0, 30))
    shop.assert_agreed()


def test_the_page_of_the_budget_says_what_is_promised_and_spent():
    shop = money_shop()
    shop.buy(1, 100)
    shop.spend(30)
    shop.buy(2, 20, customer="ben", days=1)
    (line,) = [each for each in budget.books(shop.shop.id, PLAN_ID, at=day(3)).budget if each.id == "points"]
    assert (line.planned, line.promised, line.spent, line.left) == (1000, 90, 30, 880)


def test_points_of_part_of_a_penny_round_once_over_all_of_them():
    shop = money_shop(value="0.004")
    shop.buy(1, 7)
    assert money(shop) == (3, 0, 997)
    seen = []
    for n in range(7):
        shop.spend(1, reference=f"s-{n}")
        seen.append(money(shop))
    assert seen == [(3 - spent, spent, 997) for spent in (0, 1, 1, 2, 2, 3, 3)]
    shop.assert_agreed()


def test_where_points_are_worth_nothing_no_money_follows_them():
    shop = points_shop()
    shop.buy(1, 100)
    with_points = ledger.audit(shop.shop.id).transfers
    shop.spend(30)
    shop.expire(days=100)
    assert ledger.audit(shop.shop.id).transfers == with_points + 2
    assert PointsUsed.objects.count() == 0
    shop.assert_agreed()


@pytest.mark.parametrize(("seed", "value"), [(seed, value) for seed in range(8) for value in ("0.01", "0.004")])
def test_after_every_step_of_any_history_the_money_is_where_the_points_are(seed, value):
    shop, random = money_shop("0.90", value=value), Random(seed)
    bought = []
    for step in range(14):
        days, customer = step / 2, random.choice(("anna", "ben"))
        match random.randrange(7):
            case 0 | 1 | 2:
                shop.buy(step, random.randint(1, 60), customer=customer, days=days, received=0)
                bought.append(step)
            case 3 if bought:
                shop.bring_back(bought.pop(random.randrange(len(bought))), days=days)
            case 4:
                with suppress(NotEnoughPoints):
                    shop.spend(random.randint(1, 50), customer=customer, days=days, reference=f"s-{step}")
            case 5 if step:
                with suppress(SpendingUnknown):
                    reference = f"s-{random.randrange(step)}"
                    shop.give_back(customer=customer, days=days * random.choice([1, 1, 30]), reference=reference)
            case _:
                shop.expire(days=random.choice([days, 92]))
        _assert_money_with_points(shop)
    shop.expire(days=400)
    _assert_money_with_points(shop)
    assert money(shop)[0] == 0


def _assert_money_with_points(shop):
    """Of every award: what is held and spent is what those points are worth that are neither lost nor taken back."""
    shop.assert_agreed("anna", "ben")
    held, spent, _ = money(shop)
    items = AwardItem.objects.filter(shop_id=shop.shop.id, kind="points", offer_id="a-point-a-pound")
    standing = [item for item in items if item.hold_keys or item.spent_minor]
    for item in standing:
        kept = item.quantity_left - item.points_lost
        backed = item.amount_left_minor - item.freed_minor
        worth = value_of(kept, of=item.quantity_left, minor=item.amount_left_minor)
        assert worth - 1 <= backed <= worth
        lots = Lot.objects.filter(shop_id=shop.shop.id, order_id=item.order_id, offer_id=item.offer_id)
        in_lots = sum(lot.left for lot in lots)
        assert in_lots == kept - item.points_spent
        assert item.spent_minor == value_of(item.points_spent, of=kept, minor=backed)
    assert held == sum(item.amount_left_minor - item.freed_minor - item.spent_minor for item in standing)
    assert spent == sum(item.spent_minor for item in standing)


def test_by_the_chunk_what_was_used_before_is_settled_as_it_is_one_by_one():
    found = []
    for settle in (bulk.settle_one_by_one, bulk.settle_by_tables):
        shop = money_shop(slug=f"shop-{len(found)}")
        live = find_live(shop.shop.id, PLAN_ID)
        what = bulk.Settling(shop.shop.id, live.rules, live, lambda: day(30), lambda settled: None)
        made = [order(number, 20 + number, customer=f"c-{number % 3}", after=60 * number) for number in range(9)]
        paid = [replace(each, received_at=each.paid_at) for each in made]
        orders.take(shop.shop.id, paid[:6], [], currency="GBP")
        list(settle(what, live.window(), events=4))
        shop.spend(30, customer="c-0", days=1)
        shop.spend(45, customer="c-1", days=1, reference="mall-2")
        back = [refund(number, of=number, after=1500) for number in (0, 1, 5, 7)]
        orders.take(shop.shop.id, paid[6:], back, currency="GBP")
        list(settle(what, live.window(), events=4))
        shop.assert_agreed("c-0", "c-1", "c-2")
        found.append((money(shop), [shop.has(f"c-{n}") for n in range(3)]))
    assert found[0] == found[1]


def test_points_that_were_used_before_money_followed_them_are_caught_up_with(monkeypatch):
    shop = money_shop()
    for number in range(3):
        shop.buy(number, 100, customer=f"c-{number}")
    with monkeypatch.context() as patch:
        patch.setattr(backing, "use", lambda *_: None)
        patch.setattr(backing, "use_while_settling", lambda *_: None)
        shop.spend(30, customer="c-0")
        shop.spend(80, customer="c-1", reference="mall-2")
        shop.expire(days=100)
        shop.give_back(customer="c-1", days=101, reference="mall-2")
        shop.expire(days=120)
    assert money(shop) == (300, 0, 700)
    migration = import_module("jiacan.members.migrations.0060_money_behind_points")
    with connection.cursor() as cursor:
        cursor.execute(migration.LOST_AT_HOME)
        cursor.execute(migration.USED_BEFORE)
    assert backing.follow_all(shop.shop.id) == 3
    assert money(shop) == (0, 30, 970)
    shop.assert_agreed("c-0", "c-1", "c-2")


def test_the_audit_says_where_money_is_not_with_its_points():
    shop = money_shop()
    shop.buy(1, 100)
    shop.spend(30)
    Lot.objects.update(left=60)
    (found,) = reading.money_astray(shop.shop.id)
    assert (found.order_id, found.left, found.money_left) == ("o-1", 60, 70)


def test_no_one_who_spends_waits_for_a_plan_that_is_at_work(monkeypatch):
    shop = money_shop()
    shop.buy(1, 100)
    asked = []
    monkeypatch.setattr(backing.store, "try_lock_plan", lambda shop_id, plan_id: asked.append(plan_id) or False)
    monkeypatch.setattr(awarding.store, "lock_plans", lambda *_: asked.append("waited"))
    shop.spend(30)
    shop.give_back()
    shop.expire(days=100)
    assert set(asked) == {PLAN_ID}


def test_a_cart_sees_what_was_freed_meanwhile(monkeypatch):
    shop = money_shop("1.20")
    shop.buy(1, 100)
    with monkeypatch.context() as patch:
        patch.setattr(backing.store, "try_lock_plan", lambda *_: False)
        shop.expire(days=100)
    held = online.reserve(shop.shop, cart(3, 110, customer="ben"), at=day(6), hold_seconds=60, actor=WHO)
    given = {award.offer_id: award.outcome for award in held.awards[PLAN_ID]}
    assert given["a-point-a-pound"] == Outcome.GRANTED
    assert money(shop) == (110, 0, 10)
