"""Receipts at any time, and at the end everything: the seed revealed, and one file from which all results follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from jiacan.draws.contracts.errors import ChanceUnknown, NotDrawable, NotHeld
from jiacan.draws.contracts.kept import DrawState, KeptDraw, KeptTicket
from jiacan.draws.contracts.terms import DrawFile, Drawn
from jiacan.draws.core import receipts
from jiacan.draws.core.file import to_bytes, verify
from jiacan.draws.facade.force import get_draw
from jiacan.draws.facade.secrets import open_secrets
from jiacan.draws.store import draws as store
from jiacan.draws.store import tickets
from jiacan.kernel.messages import tell
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor


def receipt_of(shop_id: int, issued: str) -> bytes:
    """The receipt with which the ticket is checked alone.

    Raises:
        ChanceUnknown: the shop gave no such ticket.
        NotDrawable: it has no result yet.
    """
    ticket = tickets.find_ticket(shop_id, issued)
    if ticket is None:
        raise ChanceUnknown(ticket=issued)
    if ticket.result is None or ticket.number is None:
        raise NotDrawable(ticket=issued, why=tell("it has no result yet, and so no receipt"))
    draw = store.find_rows(shop_id, {ticket.draw_row})[ticket.draw_row]
    seed = open_secrets(draw).seed
    return receipts.to_bytes(
        receipts.make_receipt(seed, draw.terms, number=ticket.number, before=ticket.before, drawn=_drawn(ticket))
    )


def _drawn(ticket: KeptTicket) -> Drawn:
    assert ticket.result is not None, "every ticket of a draw that is over has its result"
    return Drawn(ticket.ticket, ticket.head, ticket.result)


def reveal(shop_id: int, plan_id: str, draw_id: str, *, actor: Actor, at: datetime) -> KeptDraw:
    """Make the seed public, once everything follows from it; audited. Again, it changes nothing.

    Raises:
        DrawUnknown: none was announced.
        NotHeld: the draw is not over, or what is kept of it does not follow from what was promised.
    """
    draw = get_draw(shop_id, plan_id, draw_id)
    if draw.revealed_at is not None:
        return draw
    if draw.state is not DrawState.OVER:
        raise NotHeld(draw=draw_id, why=tell("its seed is revealed when every ticket has its result"))
    seed = open_secrets(draw).seed
    verdict = verify(_file(draw, seed))
    if verdict.why is not None:
        why = tell("its records do not hold: {where}: {why}", where=verdict.where, why=verdict.why)
        raise NotHeld(draw=draw_id, why=why)
    with transaction.atomic():
        locked = store.lock_draw(shop_id, draw.id)
        if locked.revealed_at is None:
            store.save(shop_id, draw.id, seed=seed.hex(), revealed_at=at)
            tenancy.audit(
                shop_id,
                actor=actor,
                action="draw's seed revealed",
                subject=f"{plan_id}/{draw_id}",
                after={"head": draw.head, "tickets": draw.tickets, "seed": seed.hex()},
            )
        return replace(locked, revealed_at=locked.revealed_at or at)


def reveal_due(shop_id: int, *, actor: Actor, at: datetime) -> int:
    """Reveal the seed of every draw of the shop that is over; counts them."""
    due = [draw for draw in store.in_state(shop_id, DrawState.OVER) if draw.revealed_at is None]
    for draw in due:
        reveal(shop_id, draw.plan_id, draw.draw_id, actor=actor, at=at)
    return len(due)


def file_of(shop_id: int, plan_id: str, draw_id: str) -> bytes | None:
    """The file with everything about the draw; None before its seed is revealed.

    Raises:
        DrawUnknown: none was announced.
    """
    draw = get_draw(shop_id, plan_id, draw_id)
    seed = store.load_seed(shop_id, draw.id)
    return _file(draw, bytes.fromhex(seed)) if seed else None


def _file(draw: KeptDraw, seed: bytes) -> bytes:
    log = tuple(_drawn(ticket) for ticket in tickets.log_of(draw.shop_id, draw.id))
    return to_bytes(DrawFile(draw.terms, draw.rules, seed, log, draw.public_value))
