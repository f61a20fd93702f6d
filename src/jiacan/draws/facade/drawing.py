"""Instant draws: each ticket one answer at once, durable before it is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from jiacan.draws.contracts.errors import BadNonce, ChanceUnknown, NotDrawable, StaffTakeNoPart
from jiacan.draws.contracts.kept import DrawState, KeptDraw, KeptTicket, TicketState
from jiacan.draws.contracts.terms import Mode, Result, Ticket
from jiacan.draws.core.log import customer_word, head_after, is_nonce, ticket_id
from jiacan.draws.facade.dealing import deal
from jiacan.draws.facade.force import Force, force_of
from jiacan.draws.facade.giving import give_consolations, give_prize
from jiacan.draws.facade.secrets import Secrets, open_secrets
from jiacan.draws.store import draws as store
from jiacan.draws.store import tickets
from jiacan.draws.store.tickets import LogEntry
from jiacan.kernel.messages import Message, tell
from jiacan.offers.facade import awarding

Nonces = Mapping[str, str]
"""What customers' browsers made by chance, by the tickets' ids, in the order in which the tickets are drawn."""


def draw_ticket(shop_id: int, issued: str, nonce: str, *, at: datetime) -> KeptTicket:
    """The ticket with its result, drawn now or before; a ticket is drawn once, whatever nonce comes later.

    Args:
        shop_id: whose.
        issued: the ticket's id as it was given.
        nonce: what the customer's browser made by chance.
        at: now.

    Raises:
        ChanceUnknown: the shop gave no such ticket.
        BadNonce: it is none.
        StaffTakeNoPart: the ticket is a member of staff's.
        NotDrawable: it was taken back, or the draw is not open.
    """
    (drawn,) = draw_tickets(shop_id, {issued: nonce}, at=at)
    return drawn


def draw_tickets(shop_id: int, nonces: Nonces, *, at: datetime) -> tuple[KeptTicket, ...]:
    """Each ticket with its result, drawn one after the other in one transaction; what was drawn before stays.

    Raises:
        ChanceUnknown, BadNonce, StaffTakeNoPart, NotDrawable: one of them cannot be drawn, so none is.
    """
    if not all(map(is_nonce, nonces.values())):
        raise BadNonce
    found = tickets.find_tickets(shop_id, nonces)
    for issued in nonces:
        if issued not in found:
            raise ChanceUnknown(ticket=issued)
    plans = store.plans_of(shop_id, {each.draw_row for each in found.values()})
    drawn: dict[str, KeptTicket] = {}
    with transaction.atomic():
        awarding.lock_plans(shop_id, sorted(set(plans.values())))
        for draw_row in sorted(plans):
            rows = [found[issued].row for issued in nonces if found[issued].draw_row == draw_row]
            drawn.update((each.issued, each) for each in _draw(shop_id, draw_row, rows, nonces, at))
    return tuple(drawn[issued] for issued in nonces)


def _draw(shop_id: int, draw_row: int, rows: Sequence[int], nonces: Nonces, at: datetime) -> Iterator[KeptTicket]:
    draw = store.lock_draw(shop_id, draw_row)
    locked = tickets.lock_tickets(shop_id, rows)
    yield from (each for each in locked.values() if each.result is not None)
    chances = [locked[row] for row in rows if locked[row].result is None]
    if chances:
        force = force_of(shop_id, draw.plan_id)
        for chance in chances:
            _refuse(draw, force, chance, at)
        drawn = _take_cards(draw, chances, nonces, at)
        _give(draw, force, drawn, at)
        yield from drawn


def _refuse(draw: KeptDraw, force: Force, ticket: KeptTicket, at: datetime) -> None:
    why = _why_not(draw, ticket, at)
    if why is not None:
        raise NotDrawable(ticket=ticket.issued, why=why)
    if ticket.customer_id in force.rules.staff:
        raise StaffTakeNoPart


def _why_not(draw: KeptDraw, ticket: KeptTicket, at: datetime) -> Message | None:
    if ticket.state is TicketState.TAKEN_BACK:
        return tell("its order came back, and the chance with it")
    if draw.terms.mode is not Mode.INSTANT:
        return tell("all tickets of this draw are drawn together, at {held}", held=draw.promise.held_at)
    if draw.state is not DrawState.OPEN or at >= draw.promise.use_until:
        return tell("the draw ended at {ended}", ended=draw.promise.use_until)
    if at < draw.promise.opens_at:
        return tell("the draw begins at {begins}", begins=draw.promise.opens_at)
    return None


def _give(draw: KeptDraw, force: Force, drawn: Sequence[KeptTicket], at: datetime) -> None:
    for ticket in drawn:
        if ticket.result is not None and ticket.result.prize:
            give_prize(draw, force, ticket, ticket.result.prize, at=at)
    without = [ticket for ticket in drawn if ticket.result is not None and not ticket.result.prize]
    if without:
        give_consolations(draw, force, without, at=at)


def _take_cards(draw: KeptDraw, chances: Sequence[KeptTicket], nonces: Nonces, at: datetime) -> list[KeptTicket]:
    """Seal the tickets at the end of the log, let each take its card, and keep both."""
    secrets = open_secrets(draw)
    entries = list(_seal(draw, secrets, chances, nonces))
    dealt = deal(draw, secrets, entries)
    tickets.save_drawn(draw.shop_id, list(zip(entries, dealt.results, strict=True)), at=at)
    last = entries[-1]
    store.save(draw.shop_id, draw.id, head=last.head, tickets=last.number, guaranteed=dealt.guaranteed)
    return [
        _drawn(chance, entry, result, at)
        for chance, entry, result in zip(chances, entries, dealt.results, strict=True)
    ]


def _seal(draw: KeptDraw, secrets: Secrets, chances: Iterable[KeptTicket], nonces: Nonces) -> Iterator[LogEntry]:
    """The tickets at the end of the log."""
    before = draw.head
    for number, chance in enumerate(chances, draw.tickets + 1):
        word = customer_word(secrets.key, chance.customer_id)
        ticket = Ticket(ticket_id(chance.issued, nonces[chance.issued]), word, chance.ticket.deck)
        head = head_after(before, number, ticket)
        yield LogEntry(chance.row, number, ticket, before, head)
        before = head


def _drawn(chance: KeptTicket, entry: LogEntry, result: Result, at: datetime) -> KeptTicket:
    return replace(
        chance,
        state=TicketState.DRAWN,
        ticket=entry.ticket,
        number=entry.number,
        before=entry.before,
        head=entry.head,
        result=result,
        drawn_at=at,
    )
