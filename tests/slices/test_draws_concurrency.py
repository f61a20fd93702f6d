"""Many processes at one deck: each card once, each ticket once, and nobody's death loses a result or makes a second.

A child process imports this file by its name, so everything it runs stands at the top level.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import Counter
from threading import Barrier

import pytest
from django.db import connection

import jiacan.project.start  # noqa: F401 - readies the models in a child process, before the facades are imported
from jiacan.draws.contracts.kept import TicketState
from jiacan.draws.core.file import verify
from jiacan.draws.facade import drawing, revealing
from jiacan.draws.models import Ticket
from jiacan.ledger import facade as ledger
from jiacan.project import database
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Shop
from tests.slices.drawing_shop import AT, OVER, PLAN_ID, Drawing, drawing_shop, go_live, plan_text
from tests.slices.processes import at_once

PROCESSES, CARDS = 8, 40
MANY, BATCH = 5_000, 125
Answers = dict[str, int | None]
"""The card of each ticket."""

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


def begin(url: str, barrier: Barrier) -> tuple[Shop, list[str]]:
    """The shop and its tickets, in a child process that begins with the others."""
    database.connect(url)
    shop = tenancy.get_shop("tea")
    issued = list(Ticket.objects.filter(shop_id=shop.id).order_by("id").values_list("issued", flat=True))
    barrier.wait(PATIENCE_SECONDS)
    return shop, issued


def draw_all(url: str, barrier: Barrier, number: int) -> Answers:
    """Draw every ticket, each process in an order of its own, so that many ask for one ticket at once."""
    shop, issued = begin(url, barrier)
    turned = issued[number * 5 :] + issued[: number * 5]
    drawn = [drawing.draw_ticket(shop.id, each, f"{number}{'n' * 21}", at=AT) for each in turned]
    connection.close()
    return {each.issued: each.result.card for each in drawn}


def test_eight_processes_draw_each_card_once_and_each_ticket_once(processes, test_database_url):
    shop = drawing_shop(DECK)
    for number in range(CARDS):
        shop.buy(number, f"c-{number % 9}")
    answers = at_once(processes, draw_all, test_database_url)
    assert answers == [answers[0]] * PROCESSES
    assert sorted(answers[0].values()) == list(range(CARDS))
    drawn = [shop.ticket(number) for number in range(CARDS)]
    assert sorted(each.number for each in drawn) == list(range(1, CARDS + 1))
    prizes = Counter(each.result.prize for each in drawn if each.result.guaranteed is None)
    assert (prizes["first"], prizes["second"]) == (2, 10)
    assert len(shop.wins) == 12 + sum(each.result.guaranteed is not None for each in drawn)
    assert ledger.audit(shop.shop.id).clean
    shop.follow(OVER)
    assert verify(revealing.file_of(shop.shop.id, PLAN_ID, "wheel")).checked == CARDS


def draw_batches(url: str, barrier: Barrier, number: int) -> Answers:
    """Draw every eighth batch of tickets, and those of the next process: each batch is asked for twice."""
    shop, issued = begin(url, barrier)
    batches = [issued[start : start + BATCH] for start in range(0, len(issued), BATCH)]
    answers: Answers = {}
    for mine, next_ones in zip(
        batches[number::PROCESSES], batches[(number + 1) % PROCESSES :: PROCESSES], strict=True
    ):
        for batch in (mine, next_ones):
            drawn = drawing.draw_tickets(shop.id, dict.fromkeys(batch, f"{number}{'n' * 21}"), at=AT)
            answers |= {each.issued: each.result.card for each in drawn}
    connection.close()
    return answers


def test_a_deck_of_five_thousand_gives_each_card_once_to_eight_processes(processes, test_database_url):
    text = plan_text(DECK.replace("tickets: 40", f"tickets: {MANY}")).replace("quantity: 1}", "quantity: 250}")
    shop = Drawing(go_live(text.replace("    consolation: [{points: 5}]\n", "")))
    for number in range(MANY // 250):
        shop.buy(number)
    answers = at_once(processes, draw_batches, test_database_url)
    told = [answer for each in answers for answer in each.items()]
    assert len(told) == 2 * MANY
    assert sorted(card for _, card in set(told)) == list(range(MANY))
    log = Ticket.objects.order_by("number")
    assert list(log.values_list("number", flat=True)) == list(range(1, MANY + 1))
    assert dict(log.values_list("issued", "card")) == dict(told)
    assert (shop.wheel.tickets, shop.counts.cards_left) == (MANY, {"whole": 0})
    prizes = Counter(log.filter(prize__gt="", guaranteed=None).values_list("prize", flat=True))
    assert prizes == {"first": 2, "second": 10}
    assert ledger.audit(shop.shop.id).clean
    shop.follow(OVER)
    assert verify(revealing.file_of(shop.shop.id, PLAN_ID, "wheel")).checked == MANY


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
