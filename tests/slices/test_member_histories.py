"""No history makes a balance disagree with its lots; one order at a time and by the chunk the lots are the same."""

from __future__ import annotations

from contextlib import suppress
from random import Random

import pytest

from jiacan.campaigns.facade import running
from jiacan.campaigns.facade.live import find_live
from jiacan.members.contracts.points import NotEnoughPoints, SpendingUnknown
from jiacan.members.models.points import Debt, Line, Lot
from jiacan.offers.facade import bulk
from jiacan.orders import facade as orders
from tests.slices.members_shop import day, points_shop
from tests.slices.online_shop import PLAN_ID, order, refund

pytestmark = pytest.mark.django_db

CUSTOMERS = ("anna", "ben", "chen")


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_ledger_lots_and_statement_say_the_same(seed):
    shop, random = points_shop(), Random(seed)
    bought = []
    for step in range(14):
        days, customer = step / 2, random.choice(CUSTOMERS)
        match random.randrange(7):
            case 0 | 1:
                received = random.choice([None, 0, 1])
                shop.buy(step, random.randint(1, 60), customer=customer, days=days, received=received)
                bought.append(step)
            case 2 if bought:
                shop.bring_back(bought.pop(random.randrange(len(bought))), days=days)
            case 3:
                with suppress(NotEnoughPoints):
                    shop.spend(random.randint(1, 50), customer=customer, days=days, reference=f"s-{step}")
            case 4 if step:
                with suppress(SpendingUnknown):
                    reference = f"s-{random.randrange(step)}"
                    shop.give_back(customer=customer, days=days * random.choice([1, 1, 15]), reference=reference)
            case 5:
                with suppress(NotEnoughPoints):
                    points = random.choice([-20, 5, 15])
                    shop.correct(points, customer=customer, days=days, reference=f"f-{step}", lasts=1)
            case _:
                shop.expire(days=days)
    shop.expire(days=200)
    shop.assert_agreed(*CUSTOMERS)


def kept(shop):
    """Everything that is kept of customers' points, by name."""
    lots = Lot.objects.filter(shop_id=shop.id).order_by("name")
    lines = Line.objects.filter(shop_id=shop.id).order_by("customer_id", "id")
    return (
        list(lots.values_list("customer_id", "name", "points", "left", "expires_at", "available_at")),
        list(lines.values_list("customer_id", "move", "name", "points", "at", "subject", "parts")),
        list(Debt.objects.filter(shop_id=shop.id).order_by("customer_id").values_list("customer_id", "points")),
    )


def history(random):
    """Thirty orders of three customers, some of which come back."""
    paid = [
        order(number, random.randint(1, 60), customer=random.choice(CUSTOMERS), after=60 * number)
        for number in range(30)
    ]
    back = [refund(number, of=number, after=60 * number + random.choice([30, 300])) for number in range(0, 30, 4)]
    return paid, back


@pytest.mark.parametrize("seed", range(4))
def test_by_the_chunk_points_are_kept_as_they_are_one_by_one(seed):
    paid, back = history(Random(seed))
    found = []
    for settle in (bulk.settle_one_by_one, bulk.settle_by_tables):
        shop = points_shop(slug=f"shop-{len(found)}").shop
        orders.take(shop.id, paid, back, currency="GBP")
        live = find_live(shop.id, PLAN_ID)
        what = bulk.Settling(shop.id, live.rules, live, lambda: day(30), lambda settled: None)
        ways = [each.by_tables for each in settle(what, live.window(), events=11) if each.settled]
        assert ways == [settle is bulk.settle_by_tables] * len(ways)
        found.append(kept(shop))
    assert found[0] == found[1]
    assert found[0][1]


def test_running_the_same_orders_again_gives_no_lot_twice(monkeypatch):
    monkeypatch.setattr(running, "MANY_ORDERS", 1)
    shop = points_shop()
    paid, back = history(Random(7))
    orders.take(shop.shop.id, paid, back, currency="GBP")
    live = find_live(shop.shop.id, PLAN_ID)
    for _ in range(2):
        running.settle_recorded(shop.shop.id, live.rules, on_progress=lambda *_: None, now=lambda: day(40))
        before = kept(shop.shop)
    assert kept(shop.shop) == before
    shop.assert_agreed(*CUSTOMERS)
