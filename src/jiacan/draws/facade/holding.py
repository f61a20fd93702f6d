"""Draws that are held: closed at their hour, drawn by a value that nobody knew before, shown on a stage or not.

No step takes a ticket or a customer: who wins follows from the seed, the closed log and the public value.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction

from jiacan.draws.contracts.errors import NotHeld, SeedLost
from jiacan.draws.contracts.kept import DrawState, KeptDraw, KeptTicket, Win
from jiacan.draws.contracts.terms import NOTHING, Mode, Result, Ticket
from jiacan.draws.core.log import customer_word, head_after, ticket_id
from jiacan.draws.core.ranking import deal_by_rank
from jiacan.draws.core.shape import LINE
from jiacan.draws.facade import setting_aside
from jiacan.draws.facade.force import Force, force_of, get_draw
from jiacan.draws.facade.giving import give_consolations, give_prize
from jiacan.draws.facade.secrets import make_nonce, open_secrets
from jiacan.draws.store import draws as store
from jiacan.draws.store import tickets, wins
from jiacan.kernel.messages import Message, tell
from jiacan.offers.facade import awarding
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor
from jiacan.tenancy.sealing import Purpose, find_sealed, seal

GIVEN_AT_ONCE = 500
"""Tickets of a transaction: few enough that others do not wait long for the plan."""


# --- closing ----------------------------------------------------------------------------------------------


def close_draw(shop_id: int, plan_id: str, draw_id: str, *, actor: Actor, at: datetime) -> KeptDraw:
    """No more tickets: an instant draw is over, the log of another is sealed and its head published; audited.

    Raises:
        DrawUnknown: none was announced.
        NotHeld: it was closed before, or its tickets' time is not over.
    """
    draw = get_draw(shop_id, plan_id, draw_id)
    with transaction.atomic():
        draw = _lock(draw)
        _refuse_unless(draw, draw.state is DrawState.OPEN, tell("it was closed before"))
        promise = draw.promise
        _refuse_unless(
            draw, at >= promise.use_until, tell("its tickets can come until {ends}", ends=promise.use_until)
        )
        head, count = draw.head, draw.tickets
        instant = draw.terms.mode is Mode.INSTANT
        if not instant:
            head, count = _seal_log(draw, force_of(shop_id, plan_id))
        tickets.expire(shop_id, draw.id)
        store.save(
            shop_id,
            draw.id,
            state=DrawState.OVER if instant else DrawState.CLOSED,
            head=head,
            tickets=count,
            closed_at=at,
            over_at=at if instant else None,
        )
        if instant:
            setting_aside.end(draw, at=at)
        _audit(draw, actor, {"head": head, "tickets": count})
        return store.lock_draw(shop_id, draw.id)


def _audit(draw: KeptDraw, actor: Actor, after: dict[str, object]) -> None:
    subject = f"{draw.plan_id}/{draw.draw_id}"
    tenancy.audit(draw.shop_id, actor=actor, action="draw closed", subject=subject, after=after)


def _seal_log(draw: KeptDraw, force: Force) -> tuple[str, int]:
    """Put every ticket that takes part into the log: the last head, and how many there are."""
    secrets = open_secrets(draw)
    head, number = draw.head, 0
    waiting = list(tickets.to_log(draw.shop_id, draw.id, force.rules.staff))
    for start in range(0, len(waiting), tickets.AT_ONCE):
        entries = []
        for row, issued, customer_id, deck in waiting[start : start + tickets.AT_ONCE]:
            ticket = Ticket(ticket_id(issued, make_nonce()), customer_word(secrets.key, customer_id), deck)
            before, number = head, number + 1
            head = head_after(before, number, ticket)
            entries.append(tickets.LogEntry(row, number, ticket, before, head))
        tickets.save_log(draw.shop_id, entries)
    return head, number


def close_due(shop_id: int, *, actor: Actor, at: datetime) -> int:
    """Close every draw of the shop whose time for tickets is over; counts them."""
    due = [draw for draw in store.due_to_close(shop_id, at) if at >= draw.promise.use_until]
    for draw in due:
        close_draw(shop_id, draw.plan_id, draw.draw_id, actor=actor, at=at)
    return len(due)


# --- the public value -------------------------------------------------------------------------------------


def enter_value(
    shop_id: int, plan_id: str, draw_id: str, value: str, *, note: str, actor: Actor, at: datetime
) -> KeptDraw:
    """The public value that was named beforehand, as its source gives it: entered once, after closing; audited.

    Args:
        shop_id: whose.
        plan_id: of which plan.
        draw_id: which draw.
        value: as its source gives it.
        note: where it was read.
        actor: who entered it.
        at: now.

    Raises:
        DrawUnknown: none was announced.
        NotHeld: it needs none, it is not closed, its hour has not come, or the value was entered before.
    """
    draw = get_draw(shop_id, plan_id, draw_id)
    with transaction.atomic():
        draw = _lock(draw)
        _refuse_unless(draw, draw.terms.mode is not Mode.INSTANT, tell("an instant draw needs no public value"))
        _refuse_unless(
            draw, draw.state is not DrawState.OPEN, tell("it must be closed before anyone knows the value")
        )
        _refuse_unless(draw, draw.state is DrawState.CLOSED, tell("its public value was entered before"))
        held_at = draw.promise.held_at
        _refuse_unless(draw, held_at is None or at >= held_at, tell("its hour is {held}", held=held_at))
        plain = value.strip()
        _refuse_unless(
            draw, LINE.fullmatch(plain) is not None, tell("the public value is one line, as its source gives it")
        )
        _refuse_unless(draw, bool(note.strip()), tell("say where the public value was read"))
        store.save(
            shop_id,
            draw.id,
            state=DrawState.DRAWING,
            public_value=plain,
            valued_at=at,
            valued_by=actor.name,
            value_note=note.strip(),
        )
        tenancy.audit(
            shop_id,
            actor=actor,
            action="draw's public value entered",
            subject=f"{plan_id}/{draw_id}",
            after={"value": plain, "source": draw.terms.source, "read at": note.strip()},
        )
        return store.lock_draw(shop_id, draw.id)


def deal(draw: KeptDraw) -> list[tuple[int, Result]]:
    """The result of every ticket of the log, by row; only once the public value is known."""
    assert draw.public_value, "results do not exist before the public value does"
    log = tickets.log_words(draw.shop_id, draw.id)
    results = deal_by_rank(
        open_secrets(draw).seed,
        draw.terms,
        customers=[customer for _, customer, _ in log],
        heads=[head for _, _, head in log],
        closed=draw.head,
        value=draw.public_value,
    )
    return [(row, result) for (row, _, _), result in zip(log, results, strict=True)]


def carry_out(shop_id: int, plan_id: str, draw_id: str, *, at: datetime) -> KeptDraw:
    """Give every ticket of a scheduled draw its result, some at a time; what was given stays, so it can be repeated.

    Raises:
        DrawUnknown: none was announced.
        NotHeld: it is no scheduled draw, or its public value is not known.
    """
    draw = get_draw(shop_id, plan_id, draw_id)
    if draw.state is DrawState.OVER:
        return draw
    _refuse_unless(draw, draw.terms.mode is Mode.SCHEDULED, tell("it is no scheduled draw"))
    _refuse_unless(draw, draw.state is DrawState.DRAWING, tell("its public value is not known yet"))
    return _finish(draw, at=at)


def carry_out_due(shop_id: int, *, at: datetime) -> int:
    """Carry out every scheduled draw of the shop whose public value is known; counts them."""
    due = [draw for draw in store.in_state(shop_id, DrawState.DRAWING) if draw.terms.mode is Mode.SCHEDULED]
    for draw in due:
        carry_out(shop_id, draw.plan_id, draw.draw_id, at=at)
    return len(due)


def _finish(draw: KeptDraw, *, at: datetime) -> KeptDraw:
    results = dict(deal(draw))
    force = force_of(draw.shop_id, draw.plan_id)
    while True:
        with transaction.atomic():
            _lock(draw)
            batch = tickets.next_undrawn(draw.shop_id, draw.id, GIVEN_AT_ONCE)
            if not batch:
                setting_aside.end(draw, at=at)
                store.save(draw.shop_id, draw.id, state=DrawState.OVER, over_at=at)
                return store.lock_draw(draw.shop_id, draw.id)
            _give(draw, force, [(ticket, results[ticket.row]) for ticket in batch], at=at)


def _give(draw: KeptDraw, force: Force, drawn: Iterable[tuple[KeptTicket, Result]], *, at: datetime) -> list[Win]:
    drawn = list(drawn)
    tickets.save_results(draw.shop_id, [(ticket.row, result) for ticket, result in drawn], at=at)
    won = [give_prize(draw, force, ticket, result.prize, at=at) for ticket, result in drawn if result.prize]
    give_consolations(draw, force, [ticket for ticket, result in drawn if result == NOTHING], at=at)
    return won


# --- on a stage -------------------------------------------------------------------------------------------


def begin_live(shop_id: int, plan_id: str, draw_id: str, *, actor: Actor, at: datetime) -> KeptDraw:
    """Everything is drawn by the public value and kept sealed, to be shown prize by prize; audited.

    Raises:
        DrawUnknown: none was announced.
        NotHeld: it is no live draw, its value is not known, or it was begun before.
    """
    draw = get_draw(shop_id, plan_id, draw_id)
    with transaction.atomic():
        draw = _lock_live(draw)
        _refuse_unless(draw, not store.load_stage(shop_id, draw.id), tell("it was begun before"))
        winners = sorted((result.card, row) for row, result in deal(draw) if result.card is not None)
        stage = json.dumps(winners).encode()
        store.save(shop_id, draw.id, sealed_stage=seal(Purpose.DRAWS, stage))
        tenancy.audit(
            shop_id,
            actor=actor,
            action="draw begun on stage",
            subject=f"{plan_id}/{draw_id}",
            after={"winners": len(winners)},
        )
        return store.lock_draw(shop_id, draw.id)


def next_winner(shop_id: int, plan_id: str, draw_id: str, prize_id: str, *, actor: Actor, at: datetime) -> Win:
    """Show who has won the next piece of the prize, and give it to them; audited.

    Raises:
        DrawUnknown: none was announced.
        NotHeld: it was not begun, or every piece of the prize that was won has been shown.
    """
    draw = get_draw(shop_id, plan_id, draw_id)
    with transaction.atomic():
        draw = _lock_live(draw)
        row, result = next(_to_show(draw, prize_id), (0, NOTHING))
        _refuse_unless(draw, row != 0, tell("every winner of {prize} has been shown", prize=prize_id))
        (win,) = _give(draw, force_of(shop_id, plan_id), [(tickets.lock_ticket(shop_id, row), result)], at=at)
        tenancy.audit(
            shop_id,
            actor=actor,
            action="prize shown on stage",
            subject=f"{plan_id}/{draw_id}",
            after={"prize": prize_id, "card": result.card, "ticket": win.ticket.ticket.id},
        )
        return win


def _to_show(draw: KeptDraw, prize_id: str | None = None) -> Iterator[tuple[int, Result]]:
    """What has not been shown, in the order of the cards: of one prize, or of all."""
    sealed = store.load_stage(draw.shop_id, draw.id)
    _refuse_unless(draw, bool(sealed), tell("it was not begun"))
    stage = find_sealed(Purpose.DRAWS, sealed)
    if stage is None:
        raise SeedLost(draw=draw.draw_id)
    cards = [prize.id for prize in draw.terms.decks[0].deck.prizes for _ in range(prize.units)]
    shown = {win.ticket.row for win in wins.of_draw(draw.shop_id, draw.id)}
    for card, row in json.loads(stage):
        if row not in shown and prize_id in (None, cards[card]):
            yield row, Result(card, None, cards[card])


def end_live(shop_id: int, plan_id: str, draw_id: str, *, actor: Actor, at: datetime) -> KeptDraw:
    """Every winner has been shown: all other tickets get their result; audited.

    Raises:
        DrawUnknown: none was announced.
        NotHeld: it was not begun, or a winner has not been shown.
    """
    draw = get_draw(shop_id, plan_id, draw_id)
    with transaction.atomic():
        draw = _lock_live(draw)
        left = sum(1 for _ in _to_show(draw))
        _refuse_unless(draw, left == 0, tell("{count} winners have not been shown", count=left))
        tenancy.audit(shop_id, actor=actor, action="draw ended", subject=f"{plan_id}/{draw_id}")
    return _finish(draw, at=at)


def shown_of(shop_id: int, plan_id: str, draw_id: str) -> tuple[Win, ...]:
    """What has been shown, in the order in which it was.

    Raises:
        DrawUnknown: none was announced.
    """
    return wins.of_draw(shop_id, get_draw(shop_id, plan_id, draw_id).id)


# --- parts ------------------------------------------------------------------------------------------------


def _lock(draw: KeptDraw) -> KeptDraw:
    awarding.lock_plans(draw.shop_id, [draw.plan_id])
    return store.lock_draw(draw.shop_id, draw.id)


def _lock_live(draw: KeptDraw) -> KeptDraw:
    locked = _lock(draw)
    _refuse_unless(locked, locked.terms.mode is Mode.LIVE, tell("it is no live draw"))
    _refuse_unless(locked, locked.state is not DrawState.OVER, tell("it is over"))
    _refuse_unless(locked, locked.state is DrawState.DRAWING, tell("its public value is not known yet"))
    return locked


def _refuse_unless(draw: KeptDraw, holds: bool, why: Message) -> None:
    if not holds:
        raise NotHeld(draw=draw.draw_id, why=why)
