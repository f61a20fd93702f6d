"""Several processes at one plan's occasions: each once, the last piece once.

A child process imports this file by its name, so everything it runs stands at the top level.
"""

from __future__ import annotations

from threading import Barrier

from django.db import connection

import jiacan.project.start  # noqa: F401 - readies the models in a child process, before the facades are imported
from jiacan.offers.contracts.occasions import Occasion
from jiacan.offers.contracts.rules import Trigger
from jiacan.offers.facade import occasions, reading
from jiacan.project import database
from jiacan.tenancy import facade as tenancy
from tests.slices.online_shop import AT, PLAN_ID, assert_books_add_up, assert_counters_agree, go_live, granted, rules
from tests.slices.processes import at_once

PROCESSES, TICKETS_EACH = 4, 12
PATIENCE_SECONDS = 120
TABLETS = ("units: 4, ", "units: 5, ")
MONEY = ("name: {zh: 奖品, en: Prizes},         amount: 1200", "name: {zh: 奖品, en: Prizes},         amount: 9000")


def begin(url: str, barrier: Barrier):
    """The shop and its rules, in a child process that begins with the others."""
    database.connect(url)
    shop = tenancy.get_shop("gifts")
    of_shop = rules(shop)
    barrier.wait(PATIENCE_SECONDS)
    return shop, of_shop


def ticket(name: object) -> Occasion:
    return Occasion(f"~draw/lucky-draw/{name}", Trigger.TICKET_DRAWN, f"c-{name}", AT, AT, 1, "lucky-draw")


def given_in(settled) -> int:
    return sum(award.outcome == "granted" for award in settled.awards)


def draw_and_claim(url: str, barrier: Barrier, number: int) -> int:
    """Half of the tickets get their prize at once, half have it held and then confirmed or let go."""
    shop, of_shop = begin(url, barrier)
    given = 0
    for n in range(TICKETS_EACH):
        one = ticket(f"{number}-{n}")
        if n % 2:
            given += given_in(occasions.give(shop.id, of_shop, [one], rules_of=lambda _: of_shop, at=AT))
        else:
            occasions.hold(shop.id, of_shop, [one], rules_of=lambda _: of_shop, at=AT)
            if n % 4:
                occasions.let_go(shop.id, PLAN_ID, [one.id], at=AT)
            given += given_in(occasions.confirm(shop.id, of_shop, [one.id], rules_of=lambda _: of_shop, at=AT))
    connection.close()
    return given


def test_processes_that_draw_hold_and_claim_give_out_the_last_piece_once(processes, test_database_url):
    shop = go_live("gifts", TABLETS, MONEY)
    assert sum(at_once(processes, draw_and_claim, test_database_url)) == 5
    balance = reading.stock_balances(shop.id, rules(shop))["tablet"]
    assert (granted(shop, "tablet"), balance.available, balance.held) == (5, 0, 0)
    assert_books_add_up(shop)
    assert_counters_agree(shop)


def tell_the_same(url: str, barrier: Barrier, number: int) -> int:
    shop, of_shop = begin(url, barrier)
    same = [ticket(n) for n in range(4)]
    given = sum(
        given_in(occasions.give(shop.id, of_shop, same, rules_of=lambda _: of_shop, at=AT)) for _ in range(10)
    )
    connection.close()
    return given


def test_an_occasion_that_every_process_tells_again_and_again_gives_once(processes, test_database_url):
    shop = go_live("gifts", TABLETS, MONEY)
    assert sum(at_once(processes, tell_the_same, test_database_url)) == 4
    assert granted(shop, "tablet") == 4
    assert_books_add_up(shop)
    assert_counters_agree(shop)
