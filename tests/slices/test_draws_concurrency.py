"""Many processes at one deck: each card once, each ticket once, and nobody's death loses a result or makes a second.

A child process imports this file by its name, so everything it runs stands at the top level.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import Counter

import pytest
from django.db import connection

import jiacan.project.start  # noqa: F401 - readies the models in a child process, before the facades are imported
from jiacan.draws.contracts.kept import TicketState
from jiacan.draws.core.file import verify
from jiacan.draws.facade import drawing, revealing
from jiacan.ledger import facade as ledger
from jiacan.project import database
from jiacan.tenancy import facade as tenancy
from tests.slices.drawing_shop import AT, OVER, PLAN_ID, Drawing, drawing_shop

PROCESSES, CARDS = 8, 40
PATIENCE_SECONDS = 120
DECK = """\
    deck: {tickets: 40}
    prizes:
      - {id: first, gift: kettle, units: 2}
      - {id: second, gift: cup, units: 10}
    guarantee: {id: comfort, after: 2, gift: cup, units: 3}
    claim_within: 7d
    consolation: [{points: 5}]
    budget: {gift: prizes}
"""
_FRESH = multiprocessing.get_context("forkserver")  # nothing of this process is theirs, least a connection

pytestmark = pytest.mark.django_db(transaction=True)


def draw_all(url: str, barrier, number: int, issued: list[str]) -> list[tuple[str, int | None]]:
    """Draw every ticket, each process in an order of its own, so that many ask for one ticket at once."""
    database.connect(url)
    shop = tenancy.get_shop("tea")
    barrier.wait(PATIENCE_SECONDS)
    turned = issued[number * 5 :] + issued[: number * 5]
    drawn = [drawing.draw_ticket(shop.id, each, f"{number}{'n' * 21}", at=AT) for each in turned]
    connection.close()
    return sorted((each.issued, each.result.card) for each in drawn)


def test_eight_processes_draw_each_card_once_and_each_ticket_once(test_database_url):
    shop = drawing_shop(DECK)
    issued = [shop.buy(number, f"c-{number % 9}").issued for number in range(CARDS)]
    _FRESH.set_forkserver_preload([__name__])
    with _FRESH.Manager() as manager, _FRESH.Pool(PROCESSES) as pool:
        barrier = manager.Barrier(PROCESSES)
        asked = [(test_database_url, barrier, number, issued) for number in range(PROCESSES)]
        answers = pool.starmap(draw_all, asked, chunksize=1)
    assert answers == [answers[0]] * PROCESSES
    assert sorted(card for _, card in answers[0]) == list(range(CARDS))
    drawn = [shop.ticket(number) for number in range(CARDS)]
    assert sorted(each.number for each in drawn) == list(range(1, CARDS + 1))
    prizes = Counter(each.result.prize for each in drawn if each.result.guaranteed is None)
    assert (prizes["first"], prizes["second"]) == (2, 10)
    assert len(shop.wins) == 12 + sum(each.result.guaranteed is not None for each in drawn)
    assert ledger.audit(shop.shop.id).clean
    shop.follow(OVER)
    assert verify(revealing.file_of(shop.shop.id, PLAN_ID, "wheel")).checked == CARDS


def die_after(url: str, issued: str) -> None:
    """Draw, and die before the answer is told."""
    database.connect(url)
    drawing.draw_ticket(tenancy.get_shop("tea").id, issued, "n" * 22, at=AT)
    os.kill(os.getpid(), signal.SIGKILL)


def die_within(url: str, issued: str) -> None:
    """Die when the card is taken and nothing is committed."""
    database.connect(url)
    drawing.give_prize = drawing.give_consolations = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
    drawing.draw_ticket(tenancy.get_shop("tea").id, issued, "n" * 22, at=AT)


def killed(work, *given: object) -> bool:
    """Whether the process that did it was killed by itself."""
    process = _FRESH.Process(target=work, args=given)
    process.start()
    process.join(PATIENCE_SECONDS)
    return process.exitcode == -signal.SIGKILL


def stand(shop: Drawing) -> tuple[int, int, int]:
    return shop.wheel.tickets, shop.counts.used, shop.counts.cards_left["whole"]


def test_a_result_that_was_drawn_and_not_told_is_the_same_when_asked_again(test_database_url):
    shop = drawing_shop(DECK)
    ticket = shop.buy(1)
    assert killed(die_after, test_database_url, ticket.issued)
    kept = shop.ticket(1)
    assert (kept.state, stand(shop)) == (TicketState.DRAWN, (1, 1, CARDS - 1))
    assert shop.draw(ticket, nonce="m" * 22) == kept
    assert stand(shop) == (1, 1, CARDS - 1)


def test_a_death_before_the_result_is_kept_leaves_the_chance_as_it_was(test_database_url):
    shop = drawing_shop(DECK)
    ticket = shop.buy(1)
    assert killed(die_within, test_database_url, ticket.issued)
    assert (shop.ticket(1), stand(shop)) == (ticket, (0, 0, CARDS))
    assert shop.draw(ticket).number == 1
