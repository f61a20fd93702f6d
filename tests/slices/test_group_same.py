"""Gathered or one by one: the same requests are answered the same, and leave the same behind."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from jiacan.campaigns.contracts.online import Delivery
from jiacan.campaigns.facade import taking
from jiacan.offers.facade import reading as offers
from jiacan.webhooks import facade as webhooks
from jiacan.webhooks.contracts import EventKind
from tests.slices.gathered import batches, one, wait, writing
from tests.slices.online_shop import AT, PLAN_ID, WHO, assert_books_add_up, cart, go_live, order, refund

pytestmark = pytest.mark.django_db(transaction=True)


def requests(seed: int) -> list[Delivery]:
    """What a shop might send, at times that only grow: orders, again, placed and then paid, and refunds."""
    chance = random.Random(seed)
    made: list[Delivery] = []
    paid: list[int] = []
    for n in range(60):
        after = n * 7
        kind = chance.random()
        if kind < 0.6 or not paid:
            found = [order(n, chance.choice([40, 160, 320, 850]), customer=f"c-{chance.randrange(25)}", after=after)]
            made.append(one(*found))
            paid.append(n)
        elif kind < 0.7:
            made.append(made[chance.randrange(len(made))])
        elif kind < 0.8:
            placed = replace(cart(n, 320), placed_at=AT)
            made += [one(placed), one(replace(placed, paid_at=AT + timedelta(minutes=after)))]
        else:
            made.append(one(refunds=[refund(n, of=chance.choice(paid), after=after)]))
    return made


STORED = {
    "orders_order": "*",
    "orders_orderline": "*",
    "orders_refundrow": "*",
    "offers_settledevent": "*",
    "offers_award": "*",
    "offers_awarditem": "*",
    "offers_clawbackitem": "*",
    "offers_awardpace": "*",
    "offers_orderpace": "*",
    "offers_awardsum": "*",
    "offers_ordersum": "*",
    "ledger_account": "*",
    "ledger_transfer": "(SELECT owner FROM ledger_account WHERE id = debit_id) AS debit,"
    " (SELECT owner FROM ledger_account WHERE id = credit_id) AS credit, *",
    "webhooks_delivery": "*",
}
UNLIKE = {"id", "shop_id", "stored_at", "created_at", "next_try_at", "debit_id", "credit_id", "endpoint_id"}
LEVELS = {"stock.low", "budget.low"}


def stored(shop) -> dict[str, list[dict]]:
    """Everything that is stored of the shop, without what no two runs share."""
    found: dict[str, list[dict]] = {}
    with connection.cursor() as cursor:
        for table, columns in STORED.items():
            cursor.execute(f"SELECT {columns} FROM {table} WHERE shop_id = %s", [shop.id])
            names = [column.name for column in cursor.description]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            found[table] = sorted(
                ({name: value for name, value in row.items() if name not in UNLIKE} for row in rows), key=repr
            )
    for row in found["webhooks_delivery"]:
        del row["public_id"], row["event_id"]
        if row["kind"] in LEVELS:
            del row["data"]  # how little is left when it is told depends on how many were settled with it
    found["webhooks_delivery"].sort(key=repr)
    return found


def listening(slug: str):
    scarce = ("units: 150", "units: 9"), ("amount: 1500}", "amount: 160}")
    shop = go_live(slug, *scarce)
    webhooks.add_endpoint(
        shop.id,
        url="https://hooks.example/",
        kinds=tuple(EventKind),
        actor=WHO,
        at=AT,
        resolver=lambda *_: ("93.184.216.34",),
    )
    return shop


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_gathered_or_not_the_same_requests_are_answered_and_stored_the_same(seed):
    off, on = listening("off"), listening("on")
    sent = requests(seed)
    alone = [outcome for each in sent for outcome in taking.take_each(off, [each])]
    with batches() as sizes, writing() as writers:
        gathered_now = [wait(each) for each in [writers.join(on, each) for each in sent]]
    assert max(sizes) > 3
    assert gathered_now == alone
    assert {award.outcome for award in offers.awards_of(on.id, PLAN_ID)} >= {"granted", "otherwise", "refused"}
    left, right = stored(off), stored(on)
    for table in STORED:
        assert left[table], table
        assert left[table] == right[table], table
    for shop in (off, on):
        assert_books_add_up(shop)
