"""Several processes at the same birthdays: each comes once, and no more is given than there is.

A child process imports this file by its name, so everything it runs stands at the top level.
"""

from __future__ import annotations

from threading import Barrier

from django.db import connection

import jiacan.project.start  # noqa: F401 - readies the models in a child process, before the facades are imported
from jiacan.campaigns.facade import standing
from jiacan.members.models.birthdays import BirthdayTurn
from jiacan.members.models.tiers import TierGift, TierStep
from jiacan.offers.facade import reading
from jiacan.project import database
from jiacan.tenancy import facade as tenancy
from tests.slices.birthday_shop import birthday_shop, born, look, moment
from tests.slices.online_shop import PLAN_ID, assert_books_add_up, assert_counters_agree, granted, rules
from tests.slices.processes import at_once
from tests.slices.test_birthday_gifts import TIERS

PROCESSES, PATIENCE_SECONDS = 4, 120


def look_with_others(url: str, barrier: Barrier, number: int) -> None:
    """The same days, again and again."""
    database.connect(url)
    shop = tenancy.get_shop("gifts")
    barrier.wait(PATIENCE_SECONDS)
    for hour in range(3):
        look(shop, 3, 7, hour)
    connection.close()


def test_processes_that_look_at_the_same_days_give_once_and_no_more_than_there_is(processes, test_database_url):
    shop = birthday_shop(("{gift: mug}", "{gift: tablet}"), ("budget: {gift: gifts}", "budget: {gift: prizes}"))
    for day in (5, 6, 7):
        born(shop, 3, day, *(f"c-{day}-{n}" for n in range(3)))
    at_once(processes, look_with_others, test_database_url)
    balance = reading.stock_balances(shop.id, rules(shop))["tablet"]
    assert (granted(shop, "tablet"), balance.available, BirthdayTurn.objects.count()) == (4, 0, 9)
    assert sum(1 for _ in reading.awards_of(shop.id, PLAN_ID)) == 9
    assert_books_add_up(shop)
    assert_counters_agree(shop)


def lift_with_others(url: str, barrier: Barrier, number: int) -> None:
    """The same birthdays, and the clock that ends what they gave."""
    database.connect(url)
    shop = tenancy.get_shop("gifts")
    barrier.wait(PATIENCE_SECONDS)
    look(shop, 3, 5, number)
    standing.follow_all(moment(4, 20))
    connection.close()


def test_processes_that_give_the_same_tier_and_end_it_take_each_step_once(processes, test_database_url):
    shop = birthday_shop(
        ("    give: [{gift: mug}]\n    budget: {gift: gifts}", "    give: [{tier: gold, for: 30d}]"), terms=TIERS
    )
    born(shop, 3, 5, *(f"c-{n}" for n in range(6)))
    at_once(processes, lift_with_others, test_database_url)
    standing.follow_all(moment(4, 20))
    assert TierGift.objects.count() == 6
    steps = TierStep.objects.order_by("customer_id", "id").values_list("customer_id", "after", "cause")
    assert list(steps) == [step for n in range(6) for step in ((f"c-{n}", "gold", "given"), (f"c-{n}", "", "over"))]
