"""Draws: a customer's tickets, drawn and claimed by the shop's own page."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from ninja import Path, Router

from jiacan.api.web.auth import Call
from jiacan.api.web.kinds import Kind
from jiacan.api.web.operation import operation
from jiacan.api.web.shapes.draws import (
    ChosenTicketsIn,
    CustomerTicketsShape,
    DrawnTicketsShape,
    DrawReceiptShape,
    Issued,
    NonceIn,
    PrizeShape,
    TicketShape,
    to_prize,
    to_ticket,
)
from jiacan.api.web.shapes.values import Id
from jiacan.draws.contracts.errors import ChanceUnknown, NotClaimable, NotDrawable, StaffTakeNoPart
from jiacan.draws.contracts.kept import KeptDraw, KeptTicket
from jiacan.draws.facade import drawing, prizes, reading, revealing
from jiacan.kernel.messages import tell
from jiacan.tenancy.contracts import Permission

router = Router(tags=["draws"])

CHANCE_UNKNOWN = Kind(ChanceUnknown, 404, tell("No such ticket"))
NOT_DRAWABLE = Kind(NotDrawable, 409, tell("The ticket cannot be drawn"))
STAFF = Kind(StaffTakeNoPart, 409, tell("Staff take no part"))
NOT_CLAIMABLE = Kind(NotClaimable, 409, tell("Nothing to claim"))


@operation(
    router,
    "GET",
    "/draws/customers/{path:customer_id}",
    asks=Permission.SEE_DRAWS,
    answers={200: CustomerTicketsShape},
)
def get_customer_tickets(request: Call, customer_id: Path[Id]) -> CustomerTicketsShape:
    """A customer's tickets, and what they won.

    Each with the link of its page, its state, its place in the draw's log and, where it won, the prize with the time
    by which it has to be claimed.
    """
    shop_id = request.auth.shop.id
    found = reading.tickets_of(shop_id, customer_id)
    won = reading.wins_of_tickets(shop_id, [ticket.row for _, ticket in found])
    return CustomerTicketsShape(
        customer_id=customer_id,
        tickets=[to_ticket(draw, ticket, won.get(ticket.row), link=_link(request, ticket)) for draw, ticket in found],
    )


@operation(
    router,
    "POST",
    "/draws/tickets/{ticket}/draw",
    asks=Permission.PLAY_DRAWS,
    answers={200: TicketShape},
    problems=(CHANCE_UNKNOWN, NOT_DRAWABLE, STAFF),
)
def draw_ticket(request: Call, ticket: Path[Issued], body: NonceIn) -> TicketShape:
    """Draw a ticket of an instant draw for its customer.

    `nonce` comes from the customer's own browser, made by chance before they asked: the result hangs on it, so that
    the shop cannot choose. A ticket is drawn once: asked again, with whatever nonce, the answer is the same.
    """
    shop_id = request.auth.shop.id
    drawing.draw_ticket(shop_id, ticket, body.nonce, at=timezone.now())
    return _ticket(request, *reading.get_ticket(shop_id, ticket))


@operation(
    router,
    "POST",
    "/draws/draw",
    asks=Permission.PLAY_DRAWS,
    answers={200: DrawnTicketsShape},
    problems=(CHANCE_UNKNOWN, NOT_DRAWABLE, STAFF),
)
def draw_tickets(request: Call, body: ChosenTicketsIn) -> DrawnTicketsShape:
    """Draw tickets of instant draws one after the other, 100 at most.

    Where one of them cannot be drawn none is, and the problem names it. What was drawn before stays as it is.
    """
    shop_id = request.auth.shop.id
    drawing.draw_tickets(shop_id, {each.ticket: each.nonce for each in body.tickets}, at=timezone.now())
    return DrawnTicketsShape(
        tickets=[_ticket(request, *reading.get_ticket(shop_id, each.ticket)) for each in body.tickets]
    )


@operation(
    router,
    "GET",
    "/draws/tickets/{ticket}",
    asks=Permission.SEE_DRAWS,
    answers={200: TicketShape},
    problems=(CHANCE_UNKNOWN,),
)
def get_ticket(request: Call, ticket: Path[Issued]) -> TicketShape:
    """One ticket, and what became of it."""
    return _ticket(request, *reading.get_ticket(request.auth.shop.id, ticket))


@operation(
    router,
    "GET",
    "/draws/tickets/{ticket}/receipt",
    asks=Permission.SEE_DRAWS,
    answers={200: DrawReceiptShape},
    problems=(CHANCE_UNKNOWN, NOT_DRAWABLE),
)
def get_ticket_receipt(request: Call, ticket: Path[Issued]) -> DrawReceiptShape:
    """The receipt of a ticket that is drawn.

    Anyone can check it alone, and hold it against the draw's file when that is published: give it to the customer.
    """
    text = revealing.receipt_of(request.auth.shop.id, ticket).decode()
    return DrawReceiptShape(ticket=ticket, text=text)


@operation(
    router,
    "POST",
    "/draws/tickets/{ticket}/claim",
    asks=Permission.PLAY_DRAWS,
    answers={200: PrizeShape},
    problems=(CHANCE_UNKNOWN, NOT_CLAIMABLE),
)
def claim_prize(request: Call, ticket: Path[Issued]) -> PrizeShape:
    """Claim the prize that a ticket won, for its customer; a second claim changes nothing."""
    shop_id = request.auth.shop.id
    win = prizes.claim(shop_id, ticket, at=timezone.now())
    draw, _ = reading.get_ticket(shop_id, ticket)
    return to_prize(draw, win)


def _ticket(request: Call, draw: KeptDraw, ticket: KeptTicket) -> TicketShape:
    won = reading.win_of_ticket(request.auth.shop.id, ticket.row)
    return to_ticket(draw, ticket, won, link=_link(request, ticket))


def _link(request: Call, ticket: KeptTicket) -> str:
    """The address of the ticket's page."""
    path = reverse("draw-ticket", args=[reading.ticket_secret(ticket)])
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)
