"""Tiers on a real database: up with the order, down by the clock, every step kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from jiacan.campaigns.facade import online, running, standing
from jiacan.campaigns.facade.live import find_live
from jiacan.members.models.tiers import Standing, TierStep
from jiacan.orders import facade as orders
from jiacan.orders.contracts import KeptOrder, OrderLine, Refund, RefundLine, Returned
from tests.slices.members_shop import day
from tests.slices.online_shop import AT, PLAN_ID, go_live, order, refund

pytestmark = pytest.mark.django_db

TIERS = """\
tiers:
  - id: silver
    name: {zh: 银卡, en: Silver}
    needs: {spend: 100}
    privileges: [{name: {zh: 专属顾问, en: An adviser}}]
  - {id: gold, name: {zh: 金卡, en: Gold}, needs: {spend: 300}}
membership: {within: 60d, grace: 10d}

offers:
"""


def tiers_shop(slug="gifts"):
    return go_live(slug, ("offers:\n", TIERS))


def buy(shop, number, spend, *, days=0, customer="anna"):
    paid = order(number, spend, customer=customer, after=days * 24 * 60)
    online.take(shop, [paid], [], at=paid.paid_at)


def steps(shop, customer="anna"):
    rows = TierStep.objects.filter(shop_id=shop.id, customer_id=customer).order_by("id")
    return [(row.before, row.after, (row.at - AT).days, row.had) for row in rows]


def tier(shop, days, customer="anna"):
    (found,) = standing.tiers_of(shop.id, customer, at=day(days))
    return found


def test_an_order_that_reaches_a_tier_promotes_at_once_and_says_what_is_missing():
    shop = tiers_shop()
    buy(shop, 1, 120)
    assert steps(shop) == [("", "silver", 0, 12_000)]
    found = tier(shop, 1)
    assert (found.tier.id, found.next.id, found.has, found.missing, found.since) == (
        *("silver", "gold", 12_000, 18_000),
        AT,
    )
    buy(shop, 2, 200, days=2)
    assert steps(shop)[1:] == [("silver", "gold", 2, 32_000)]
    assert (tier(shop, 2).next, tier(shop, 2).missing) == (None, 0)
    assert steps(shop, "ben") == []


def test_the_clock_takes_down_a_step_after_each_grace_and_however_late_it_runs():
    shop = tiers_shop()
    buy(shop, 1, 320)
    assert standing.follow_all(day(59)) == 0
    assert standing.follow_all(day(61)) == 0
    assert tier(shop, 61).grace_until == day(70)
    assert standing.follow_all(day(200)) == 2
    assert steps(shop)[1:] == [("gold", "silver", 70, 0), ("silver", "", 80, 0)]
    assert standing.follow_all(day(400)) == 0


def test_a_return_begins_a_grace_and_a_new_order_ends_it():
    shop = tiers_shop()
    buy(shop, 1, 120)
    buy(shop, 2, 200, days=1)
    online.take(shop, [], [refund(2, of=2, after=3 * 24 * 60)], at=day(3))
    found = tier(shop, 3)
    assert (found.tier.id, found.has, found.grace_until) == ("gold", 12_000, day(13))
    buy(shop, 3, 190, days=5)
    assert (tier(shop, 5).tier.id, tier(shop, 5).grace_until) == ("gold", None)
    assert standing.follow_all(day(20)) == 0


def test_part_of_an_order_that_was_kept_counts():
    shop = tiers_shop()
    paid = order(1, 0, customer="anna")
    lines = (OrderLine("pot", 2, 60_000_000), OrderLine("cup", 1, 5_000_000))
    back = Refund("r-1", "o-1", day(1), (RefundLine("pot", 1),))
    online.take(shop, [replace(paid, lines=lines)], [back], at=day(1))
    kept = orders.kept_since(shop.id, ["anna"], AT, currency="GBP")
    assert kept == {"anna": (KeptOrder("o-1", AT, 6_500, (Returned(day(1), 12_500),)),)}
    assert steps(shop) == [("", "silver", 0, 12_500)]
    assert tier(shop, 1).grace_until == day(11)


def test_orders_from_files_reach_tiers_as_those_that_come_one_by_one_do():
    found = []
    for slug in ("one-by-one", "files"):
        shop = tiers_shop(slug)
        paid = [order(n, 110, customer=f"c-{n % 2}", after=n * 24 * 60) for n in range(6)]
        if slug == "files":
            orders.take(shop.id, paid, [], currency="GBP")
            live = find_live(shop.id, PLAN_ID)
            for _ in range(2):
                running.settle_recorded(shop.id, live.rules, on_progress=lambda *_: None, now=lambda: day(6))
        else:
            for each in paid:
                online.take(shop, [each], [], at=each.paid_at)
        found.append([steps(shop, f"c-{n}") for n in range(2)])
    assert found[0] == found[1]
    assert found[0][0] == [("", "silver", 0, 11_000), ("silver", "gold", 4, 33_000)]


def test_customers_are_walked_page_by_page_each_once():
    shop = tiers_shop()
    orders.take(shop.id, [order(n, 10, customer=f"c-{n // 2}") for n in range(8)], [], currency="GBP")
    first = orders.customers_after(shop.id, "", limit=3)
    assert first == ["c-0", "c-1", "c-2"]
    assert orders.customers_after(shop.id, first[-1], limit=3) == ["c-3"]
    assert orders.customers_after(shop.id, "c-3", limit=3) == []


def test_a_plan_without_a_ladder_keeps_nothing():
    shop = go_live("gifts")
    buy(shop, 1, 500)
    assert standing.follow_all(day(1)) == 0
    assert standing.tiers_of(shop.id, "anna", at=day(1)) == ()
    assert Standing.objects.count() == TierStep.objects.count() == 0


def test_a_step_is_never_rewritten():
    shop = tiers_shop()
    buy(shop, 1, 120)
    with pytest.raises(IntegrityError), transaction.atomic():
        TierStep.objects.update(at=AT + timedelta(days=1))
    assert steps(shop) == [("", "silver", 0, 12_000)]
