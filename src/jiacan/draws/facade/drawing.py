"""An instant draw: one ticket, one answer at once, durable before it is told."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction

from jiacan.draws.contracts.errors import BadNonce, ChanceUnknown, NotDrawable, StaffTakeNoPart
from jiacan.draws.contracts.kept import DrawState, KeptDraw, KeptTicket, TicketState
from jiacan.draws.contracts.terms import GUARANTEE, Mode, Standing, Ticket
from jiacan.draws.contracts.terms import Settled as SettledTicket
from jiacan.draws.core.instant import may_win, settle, slot_of
from jiacan.draws.core.log import customer_word, head_after, is_nonce, ticket_id
from jiacan.draws.facade.force import force_of
from jiacan.draws.facade.giving import give_consolations, give_prize
from jiacan.draws.facade.secrets import Secrets, laid, open_secrets
from jiacan.draws.store import draws as store
from jiacan.draws.store import tickets
from jiacan.kernel.messages import Message, tell
from jiacan.offers.facade import awarding


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
    if not is_nonce(nonce):
        raise BadNonce
    found = tickets.find_ticket(shop_id, issued)
    if found is None:
        raise ChanceUnknown(ticket=issued)
    plan_id = store.find_rows(shop_id, {found.draw_row})[found.draw_row].plan_id
    with transaction.atomic():
        awarding.lock_plans(shop_id, [plan_id])
        draw = store.lock_draw(shop_id, found.draw_row)
        ticket = tickets.lock_ticket(shop_id, found.row)
        if ticket.result is not None:
            return ticket
        force = force_of(shop_id, plan_id)
        _refuse(draw, ticket, at)
        if ticket.customer_id in force.rules.staff:
            raise StaffTakeNoPart
        drawn, prize = _draw(draw, ticket, nonce, at)
        if prize:
            give_prize(draw, force, drawn, prize, at=at)
        else:
            give_consolations(draw, force, [drawn], at=at)
        return drawn


def _refuse(draw: KeptDraw, ticket: KeptTicket, at: datetime) -> None:
    why = _why_not(draw, ticket, at)
    if why is not None:
        raise NotDrawable(ticket=ticket.issued, why=why)


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


def _draw(draw: KeptDraw, chance: KeptTicket, nonce: str, at: datetime) -> tuple[KeptTicket, str]:
    """Seal the ticket at the end of the log, let it take its card, and keep both."""
    secrets = open_secrets(draw)
    ticket = Ticket(
        ticket_id(chance.issued, nonce), customer_word(secrets.key, chance.customer_id), chance.ticket.deck
    )
    number = draw.tickets + 1
    head = head_after(draw.head, number, ticket)
    standing = store.standing_of(draw.id, ticket.customer)
    settled = _settle(draw, secrets, ticket, head, standing)
    result = settled.result
    entry = tickets.LogEntry(chance.row, number, ticket, draw.head, head)
    tickets.save_drawn(draw.shop_id, entry, ticket.deck, result, at=at)
    store.save(draw.shop_id, draw.id, head=head, tickets=number, guaranteed=settled.guaranteed)
    if settled.standing != standing:
        store.save_standing(draw.shop_id, draw.id, ticket.customer, settled.standing)
    return tickets.get_ticket(draw.shop_id, chance.row), result.prize


def _settle(draw: KeptDraw, secrets: Secrets, ticket: Ticket, head: str, standing: Standing) -> SettledTicket:
    terms, card, prize = draw.terms, None, ""
    lay = partial(laid, secrets.seed, mode=terms.mode)
    if may_win(terms, standing):
        deck_row, left = store.lock_deck(draw.shop_id, draw.id, ticket.deck)
        if left:
            slot = slot_of(secrets.seed, head, left)
            card = store.take_card(draw.shop_id, deck_row, slot=slot, left=left)
            deck = next(sealed.deck for sealed in terms.decks if sealed.deck.id == ticket.deck)
            prize = lay(deck).get(card, "")
    guarantee = {} if terms.guarantee is None else lay(terms.guarantee.sealed.deck)
    assert terms.guarantee is None or terms.guarantee.sealed.deck.id == GUARANTEE, "the guarantee has its own deck"
    return settle(terms, standing, card=card, prize=prize, guaranteed=draw.guaranteed, guarantee=guarantee)
