"""Draws that are held: closed at their hour, drawn by a value that comes afterwards, on a stage or not."""

from __future__ import annotations

import inspect
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from jiacan.draws.contracts.errors import NotDrawable, NotHeld
from jiacan.draws.contracts.kept import DrawState, TicketState, WinState
from jiacan.draws.core.file import verify
from jiacan.draws.facade import drawing, holding, prizes, revealing
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import AuditQuery
from tests.slices.drawing_shop import AT, HELD, HELD_AT, PLAN_ID, WHO, Drawing, drawing_shop
from tests.slices.test_draws_instant import all_texts

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
CLOSING = HELD_AT - timedelta(hours=1)
VALUE = "5f0c3e8d"


def held_shop(mode: str = "scheduled", *, tickets: int = 7) -> Drawing:
    """A shop whose customers have so many tickets."""
    shop = drawing_shop(HELD.replace("MODE", mode))
    for number in range(tickets):
        shop.buy(number)
    return shop


def close(shop: Drawing):
    return holding.close_draw(shop.shop.id, PLAN_ID, "wheel", actor=WHO, at=CLOSING)


def enter(shop: Drawing, value: str = VALUE, **others):
    said = {"note": "drand.sh", "actor": WHO, "at": HELD_AT, **others}
    return holding.enter_value(shop.shop.id, PLAN_ID, "wheel", value, **said)


def execute(statement: str) -> None:
    """What somebody at the database's own prompt could try."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def actions(shop: Drawing) -> list[str]:
    return [line.action for line in tenancy.walk_audit(shop.shop.id, AuditQuery()) if line.subject == "spring/wheel"]


def test_all_tickets_are_ranked_by_the_value_that_came_after_closing():
    shop = held_shop()
    shop.bring_back(6)
    closed = close(shop)
    assert (closed.state, closed.tickets) == (DrawState.CLOSED, 6)
    assert [shop.ticket(n).state for n in (0, 6)] == [TicketState.LOGGED, TicketState.TAKEN_BACK]
    enter(shop)
    over = holding.carry_out(shop.shop.id, PLAN_ID, "wheel", at=HELD_AT)
    assert (over.state, over.valued_by, over.value_note) == (DrawState.OVER, "tests", "drand.sh")
    assert Counter(win.prize for win in shop.wins) == {"first": 1, "second": 2}
    revealing.reveal(shop.shop.id, PLAN_ID, "wheel", actor=WHO, at=HELD_AT)
    assert verify(revealing.file_of(shop.shop.id, PLAN_ID, "wheel")).checked == 6
    assert actions(shop)[::-1] == [
        "draw announced",
        "draw closed",
        "draw's public value entered",
        "draw's seed revealed",
    ]


def test_the_value_is_refused_before_closing_before_its_hour_and_a_second_time():
    shop = held_shop()
    with pytest.raises(NotHeld):
        enter(shop)
    close(shop)
    with pytest.raises(NotHeld):
        enter(shop, at=HELD_AT - timedelta(seconds=1))
    with pytest.raises(NotHeld):
        enter(shop, "two\nlines")
    with pytest.raises(NotHeld):
        enter(shop, note=" ")
    enter(shop)
    with pytest.raises(NotHeld):
        enter(shop, "another")
    assert shop.wheel.public_value == VALUE


def test_a_held_draw_is_not_closed_early_nor_its_tickets_drawn_alone():
    shop = held_shop()
    with pytest.raises(NotHeld):
        holding.close_draw(shop.shop.id, PLAN_ID, "wheel", actor=WHO, at=AT)
    with pytest.raises(NotDrawable):
        shop.draw(shop.ticket(1))
    assert shop.wheel.state is DrawState.OPEN


def test_what_was_cut_off_in_the_middle_is_carried_on(monkeypatch):
    shop = held_shop()
    close(shop)
    enter(shop)
    monkeypatch.setattr(holding, "GIVEN_AT_ONCE", 3)
    give, calls = holding.give_consolations, []

    def fail_once(*args, **named):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("cut off")
        return give(*args, **named)

    monkeypatch.setattr(holding, "give_consolations", fail_once)
    with pytest.raises(RuntimeError):
        holding.carry_out(shop.shop.id, PLAN_ID, "wheel", at=HELD_AT)
    assert Counter(shop.ticket(n).state for n in range(7)) == {TicketState.DRAWN: 3, TicketState.LOGGED: 4}
    shop.follow(HELD_AT)
    assert shop.wheel.state is DrawState.OVER
    assert len(shop.wins) == 3
    assert verify(revealing.file_of(shop.shop.id, PLAN_ID, "wheel")).checked == 7


def test_on_a_stage_prizes_are_shown_one_by_one_and_no_query_knows_them_before():
    shop = held_shop("live")
    close(shop)
    enter(shop)
    asked = {"actor": WHO, "at": HELD_AT}
    with pytest.raises(NotHeld):
        holding.next_winner(shop.shop.id, PLAN_ID, "wheel", "second", **asked)
    holding.begin_live(shop.shop.id, PLAN_ID, "wheel", **asked)
    assert shop.wins == []
    assert not [text for text in all_texts() if '"card":0' in text or '"prize":"second"' in text]
    shown = [holding.next_winner(shop.shop.id, PLAN_ID, "wheel", "second", **asked) for _ in range(2)]
    with pytest.raises(NotHeld):
        holding.next_winner(shop.shop.id, PLAN_ID, "wheel", "second", **asked)
    with pytest.raises(NotHeld):
        holding.end_live(shop.shop.id, PLAN_ID, "wheel", **asked)
    shown.append(holding.next_winner(shop.shop.id, PLAN_ID, "wheel", "first", **asked))
    assert [win.ticket.result.card for win in shown] == [1, 2, 0]
    assert holding.end_live(shop.shop.id, PLAN_ID, "wheel", **asked).state is DrawState.OVER
    shop.follow(HELD_AT)
    assert verify(revealing.file_of(shop.shop.id, PLAN_ID, "wheel")).checked == 7
    assert actions(shop).count("prize shown on stage") == 3


def test_no_function_takes_a_winner_and_the_database_lets_none_be_put_in_place():
    doors = [
        function
        for module in (drawing, holding, prizes, revealing)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    ]
    taken = {name for function in doors for name in inspect.signature(function).parameters}
    assert not taken & {"winner", "customer", "customer_id", "seed", "result", "card", "winners"}
    shop = held_shop()
    close(shop)
    enter(shop)
    holding.carry_out(shop.shop.id, PLAN_ID, "wheel", at=HELD_AT)
    loser = next(shop.ticket(n) for n in range(7) if not shop.ticket(n).result.prize)
    for attempt in (
        f"UPDATE draws_ticket SET prize = 'first' WHERE id = {loser.row}",
        f"UPDATE draws_win SET ticket_id = {loser.row}",
        "UPDATE draws_draw SET public_value = 'other'",
        "UPDATE draws_draw SET head = commitment",
    ):
        with pytest.raises(IntegrityError):
            execute(attempt)
    assert len(shop.wins) == 3


def test_records_are_kept_for_two_years_after_the_end():
    shop = held_shop()
    close(shop)
    enter(shop)
    holding.carry_out(shop.shop.id, PLAN_ID, "wheel", at=HELD_AT)
    for table in ("draws_win", "draws_ticket", "draws_draw"):
        with pytest.raises(IntegrityError):
            execute(f"DELETE FROM {table}")
    assert len(shop.wins) == 3


def test_unclaimed_prizes_are_the_shops_again():
    shop = held_shop()
    close(shop)
    enter(shop)
    holding.carry_out(shop.shop.id, PLAN_ID, "wheel", at=HELD_AT)
    assert shop.left() == {"kettle": 4, "cup": 18}
    kept = prizes.claim(shop.shop.id, shop.wins[0].ticket.issued, at=HELD_AT)
    assert kept.state is WinState.CLAIMED
    shop.follow(HELD_AT + 7 * DAY)
    assert Counter(win.state for win in shop.wins) == {WinState.CLAIMED: 1, WinState.GIVEN_UP: 2}
    assert sum(shop.left().values()) == 24
