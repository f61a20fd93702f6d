"""Eight processes at one mall: the last piece is had once, a code is one customer's, points come back once.

A child process imports this file by its name, so everything it runs stands at the top level.
"""

from __future__ import annotations

from collections import Counter
from threading import Barrier

from django.db import transaction

import jiacan.project.start  # noqa: F401 - readies the models in a child process, before the facades are imported
from jiacan.members.contracts.mall import NotToBeHad, NotToCancel, ShownRedemption
from jiacan.members.facade import mall as members_mall
from jiacan.members.models.mall import MallCode, Redemption
from jiacan.members.store import mall_codes
from jiacan.offers.facade import reading
from jiacan.project import database
from jiacan.tenancy import facade as tenancy
from tests.slices.mall_shop import MallShop, day, mall_shop
from tests.slices.online_shop import PLAN_ID, granted, rules
from tests.slices.processes import at_once

PROCESSES, EACH = 8, 6
PATIENCE_SECONDS = 120
NO_LIMIT = ("    limit: {per_customer: 2, per_day: 4}\n", "")
TABLETS = ("give: {gift: mug}", "give: {gift: tablet}")
NO_LINE = ("    budget: {gift: gifts}\n", "")


def begin(url: str, barrier: Barrier) -> MallShop:
    """The shop, in a child process that begins with the others."""
    database.connect(url)
    shop = MallShop(tenancy.get_shop("gifts"))
    barrier.wait(PATIENCE_SECONDS)
    return shop


def redeem_much(shop: MallShop, item: str, number: int) -> list[ShownRedemption]:
    """Redeem time after time, by customers of the process's own and one whom all share."""
    made = []
    for n in range(EACH):
        customer = "anna" if n % 2 else f"c-{number}"
        try:
            made.append(shop.redeem(item, customer=customer, key=f"{number}-{n}"))
        except NotToBeHad:
            continue
    return made


def race_for_the_last(url: str, barrier: Barrier, number: int) -> int:
    return len(redeem_much(begin(url, barrier), "mall-mug", number))


def race_for_codes(url: str, barrier: Barrier, number: int) -> list[str]:
    shop = begin(url, barrier)
    made = redeem_much(shop, "mall-cinema", number)
    return [shop.show_code(each, customer=each.redemption.customer_id) for each in made]


def take_codes_without_the_plans_lock(url: str, barrier: Barrier, number: int) -> int:
    """Give codes to redemptions with nothing but the database's own rule between the processes."""
    shop = begin(url, barrier)
    got = 0
    for each in Redemption.objects.filter(key__startswith=f"{number}-").order_by("key"):
        with transaction.atomic():
            got += mall_codes.take(shop.shop.id, each.plan_id, "mall-cinema", str(each.id))
    return got


def redeem_the_same(url: str, barrier: Barrier, number: int) -> str:
    """Redeem by one key, which every process sends."""
    return begin(url, barrier).redeem(key="same").redemption.id


def cancel_or_send(url: str, barrier: Barrier, number: int) -> str:
    """The customer cancels, the staff send, and the clock lets go: whoever comes first."""
    shop = begin(url, barrier)
    found = Redemption.objects.get()
    made = members_mall.get_redemption(shop.shop.id, str(found.id))
    if number % 2:
        members_mall.let_due_go(shop.shop.id, day(1))
        return "let go"
    try:
        shop.cancel(ShownRedemption(made, None, (), None, can_cancel=True))
    except NotToCancel:
        return "kept"
    return "cancelled"


def test_the_last_pieces_are_had_once_each_and_paid_for_once_each(processes, test_database_url):
    shop = mall_shop(NO_LIMIT, TABLETS, NO_LINE)
    pieces = reading.stock_balances(shop.shop.id, rules(shop.shop))["tablet"].available
    assert pieces
    assert pieces < PROCESSES * EACH
    for customer in ("anna", *(f"c-{n}" for n in range(PROCESSES))):
        shop.give_points(100_000, customer=customer)
    assert sum(at_once(processes, race_for_the_last, test_database_url)) == pieces
    balance = reading.stock_balances(shop.shop.id, rules(shop.shop))["tablet"]
    assert (balance.available, balance.held) == (0, pieces)
    spent = sum(100_000 - shop.has(customer) for customer in ("anna", *(f"c-{n}" for n in range(PROCESSES))))
    assert (spent, Redemption.objects.count()) == (pieces * 800, pieces)
    shop.assert_agreed()


def test_no_two_customers_have_one_code_and_no_code_is_lost(processes, test_database_url):
    shop = mall_shop()
    codes = [f"FILM-{n:04}" for n in range(30)]
    assert shop.upload("\n".join(codes)).taken == 30 < PROCESSES * EACH
    for customer in ("anna", *(f"c-{n}" for n in range(PROCESSES))):
        shop.give_points(100_000, customer=customer)
    told = [code for each in at_once(processes, race_for_codes, test_database_url) for code in each]
    assert Counter(told) == Counter(codes)
    assert granted(shop.shop, "sample") == 30
    shop.assert_agreed()


def test_without_the_plans_lock_the_database_still_gives_a_code_once(processes, test_database_url):
    shop = mall_shop(("codes: true", "codes: false"))
    shop.give_points(100_000)
    for number in range(PROCESSES):
        for n in range(EACH):
            shop.redeem("mall-cinema", key=f"{number}-{n}")
    mall_codes.add(shop.shop.id, PLAN_ID, "mall-cinema", [(f"FILM-{n:04}", "") for n in range(30)], at=day(0))
    assert sum(at_once(processes, take_codes_without_the_plans_lock, test_database_url)) == 30
    had = MallCode.objects.values_list("redemption_id", flat=True)
    assert (len(had), len(set(had)), None in set(had)) == (30, 30, False)


def test_a_key_that_every_process_sends_redeems_once(processes, test_database_url):
    shop = mall_shop()
    shop.give_points(10_000)
    assert len(set(at_once(processes, redeem_the_same, test_database_url))) == 1
    assert (shop.has(), Redemption.objects.count()) == (9_200, 1)
    shop.assert_agreed()


def test_points_come_back_once_whoever_ends_a_redemption(processes, test_database_url):
    shop = mall_shop()
    shop.give_points(1000)
    left = shop.shown()["mall-tablet"].left
    shop.redeem("mall-tablet")
    ended = at_once(processes, cancel_or_send, test_database_url)
    assert set(ended) <= {"let go", "cancelled", "kept"}
    assert (shop.has(), shop.shown()["mall-tablet"].left) == (1000, left)
    shop.assert_agreed()
