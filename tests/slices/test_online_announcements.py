"""What is told to other systems, in the transaction that settles, and only if someone asked."""

from __future__ import annotations

import pytest
from django.db import transaction

from jiacan.campaigns.facade import awards, online, running
from jiacan.orders import facade as orders
from jiacan.webhooks import facade as webhooks
from jiacan.webhooks.contracts import EventKind
from tests.slices.online_shop import AT, LADDER, PLAN_ID, WHO, cart, go_live, order, refund, rules

pytestmark = pytest.mark.django_db

ADDRESS = "https://hooks.example/jiacan"
TEN_MUGS = ("units: 150", "units: 10")


class Listener:
    """An endpoint of a shop, and what is on its way to it."""

    def __init__(self, shop, *kinds: EventKind) -> None:
        self.shop = shop
        endpoint, _ = webhooks.add_endpoint(
            shop.id,
            url=ADDRESS,
            kinds=kinds or tuple(EventKind),
            actor=WHO,
            at=AT,
            resolver=lambda *_: ("93.184.216.34",),
        )
        self.endpoint_id = endpoint.id

    def heard(self) -> list[tuple[str, str]]:
        """Kind and subject of every delivery, in no particular order."""
        found = webhooks.deliveries_of(self.shop.id, self.endpoint_id, limit=200)
        return sorted((each.kind, each.subject) for each in found)


def of_ladder(heard):
    return [(kind, subject) for kind, subject in heard if LADDER in subject]


def test_awards_refusals_and_claw_backs_are_announced_once_however_often_they_are_delivered():
    shop = go_live("gifts", TEN_MUGS)
    listener = Listener(shop)
    for _ in range(2):
        online.take(shop, [order(1, customer="c"), order(2, customer="c", after=1)], [refund(of=1)], at=AT)
    assert of_ladder(listener.heard()) == [
        ("award.clawed_back", f"{PLAN_ID}/o-1/{LADDER}/r-1"),
        ("award.granted", f"{PLAN_ID}/o-1/{LADDER}"),
        ("award.refused", f"{PLAN_ID}/o-2/{LADDER}"),
    ]


def test_a_run_and_a_hand_announce_too():
    shop = go_live("gifts", TEN_MUGS)
    listener = Listener(shop)
    orders.take(shop.id, [order()], (), currency="GBP")
    running.settle_recorded(shop.id, rules(shop), on_progress=lambda *_: None)
    back = awards.take_back(shop, PLAN_ID, "o-1", LADDER, reason="mistake", actor=WHO, at=AT)
    assert of_ladder(listener.heard()) == [
        ("award.clawed_back", f"{PLAN_ID}/o-1/{LADDER}/{back.refund_id}"),
        ("award.granted", f"{PLAN_ID}/o-1/{LADDER}"),
    ]


def test_stock_below_its_watch_is_announced_once_for_each_time_it_falls():
    shop = go_live("gifts", TEN_MUGS, ("stock(mug) < 10%", "stock(mug) < 50%"))
    listener = Listener(shop, EventKind.STOCK_LOW)
    online.take(shop, [order(n, after=n) for n in range(5)], (), at=AT)
    assert listener.heard() == []
    online.take(shop, [order(5, after=5)], (), at=AT)
    online.take(shop, [order(6, after=6)], (), at=AT)
    assert listener.heard() == [("stock.low", f"{PLAN_ID}/stock/mug/gift-short")]


def test_a_budget_that_no_risk_watches_is_low_below_a_tenth_and_a_reservation_counts():
    shop = go_live("gifts", ("amount: 900}", "amount: 16}"))
    listener = Listener(shop, EventKind.BUDGET_LOW)
    online.reserve(shop, cart(1, 900), at=AT, hold_seconds=900, actor=WHO)
    assert listener.heard() == []
    online.reserve(shop, cart(2, 5000), at=AT, hold_seconds=900, actor=WHO)
    assert [subject for _, subject in listener.heard()] == [f"{PLAN_ID}/budget/gifts"]


def test_nothing_is_announced_of_what_was_rolled_back_or_that_nobody_asked_for():
    shop = go_live("gifts", TEN_MUGS)
    listener = Listener(shop, EventKind.CAMPAIGN_OVER)
    online.take(shop, [order(1)], (), at=AT)
    everything = Listener(shop)
    with transaction.atomic():
        online.take(shop, [order(2)], (), at=AT)
        transaction.set_rollback(True)
    assert (listener.heard(), everything.heard()) == ([], [])
