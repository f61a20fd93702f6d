"""Several processes buy, bring back, spend, cancel and lose points at once: the books stay exact.

A child process imports this file by its name, so everything it runs stands at the top level.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from random import Random
from threading import Barrier

from django.db import connection, transaction

import jiacan.project.start  # noqa: F401 - readies the models in a child process, before the facades are imported
from jiacan.campaigns.facade import online
from jiacan.ledger import facade as ledger
from jiacan.members.contracts.points import NotEnoughPoints, SpendingUnknown
from jiacan.members.facade import expiring, spending
from jiacan.offers.core.accounts import budget_account, spent_account
from jiacan.offers.facade import awarding, backing
from jiacan.offers.models import AwardItem, PointsUsed
from jiacan.project import database
from jiacan.tenancy import facade as tenancy
from tests.slices.members_shop import day, money_shop
from tests.slices.online_shop import PLAN_ID, order, refund
from tests.slices.processes import at_once

CUSTOMERS = ("anna", "ben", "chen")
PROCESSES, STEPS = 4, 24
PATIENCE_SECONDS = 120
BUDGET, SPENT = budget_account(PLAN_ID, "points", "GBP"), spent_account(PLAN_ID, "points", "GBP")


def begin(url: str, barrier: Barrier) -> int:
    """The shop, in a child process that begins with the others."""
    database.connect(url)
    shop = tenancy.get_shop("gifts")
    barrier.wait(PATIENCE_SECONDS)
    return shop.id


def live_on(url: str, barrier: Barrier, number: int) -> int:
    """Do a bit of everything, to customers whom the others have too; says how often points were spent."""
    shop_id, random, spent = begin(url, barrier), Random(number), 0
    shop = tenancy.get_shop("gifts")
    for n in range(STEPS):
        customer, name = random.choice(CUSTOMERS), f"{number}-{n}"
        match random.randrange(5):
            case 0 | 1:
                made = order(name, random.randint(1, 60), customer=customer, after=n)
                online.take(shop, [replace(made, received_at=made.paid_at)], [], at=day(1))
                if random.random() < 0.5:
                    back = refund(name, of=name, after=60 + n)
                    online.take(shop, [], [back], at=day(1))
            case 2:
                with suppress(NotEnoughPoints):
                    spending.spend_points(
                        *(shop_id, customer, random.randint(1, 50)), reference=name, reason="", at=day(1)
                    )
                    spent += 1
            case 3:
                with suppress(SpendingUnknown):
                    reference = f"{number}-{random.randrange(STEPS)}"
                    spending.cancel_spending(shop_id, customer, reference=reference, reason="", at=day(2))
            case _:
                expiring.expire_due(shop_id, day(random.choice([2, 100])))
    return spent


def spend_a_lot(url: str, barrier: Barrier, number: int) -> int:
    """Spend what is there while another process holds the plan's lock, which nobody here waits for."""
    shop_id = begin(url, barrier)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '60s'")
    spending.spend_points(shop_id, f"c-{number}", 10, reference=f"s-{number}", reason="", at=day(2))
    return 10


def money():
    """What of the line is held, spent and free."""
    shop = tenancy.get_shop("gifts")
    balances = ledger.load_balances(shop.id, [BUDGET, SPENT])
    return balances[BUDGET].held, balances[SPENT].posted, balances[BUDGET].available


def test_whatever_processes_do_at_once_the_money_is_where_the_points_are(processes, test_database_url):
    shop = money_shop("2.00")
    for number, customer in enumerate(CUSTOMERS):
        shop.buy(number, 40, customer=customer)
    assert sum(at_once(processes, live_on, test_database_url)) > 0
    shop.assert_agreed(*CUSTOMERS)
    backing.follow_all(shop.shop.id)
    assert PointsUsed.objects.count() == 0
    shop.assert_agreed(*CUSTOMERS)
    held, spent, free = money()
    items = AwardItem.objects.filter(kind="points", offer_id="a-point-a-pound")
    assert held == sum(item.amount_left_minor - item.freed_minor - item.spent_minor for item in items)
    assert spent == sum(item.spent_minor for item in items)
    assert (held + spent + free, free >= 0) == (200, True)


def test_spendings_do_not_wait_for_a_plan_that_is_at_work(processes, test_database_url):
    shop = money_shop()
    parties = processes[1].parties
    for number in range(parties):
        shop.buy(number, 30, customer=f"c-{number}")
    with transaction.atomic():
        awarding.lock_plans(shop.shop.id, [PLAN_ID])
        assert at_once(processes, spend_a_lot, test_database_url) == [10] * parties
    assert money() == (30 * parties, 0, 1000 - 30 * parties)
    assert backing.follow_all(shop.shop.id) == parties
    assert money() == (20 * parties, 10 * parties, 1000 - 30 * parties)
    shop.assert_agreed(*(f"c-{number}" for number in range(parties)))
