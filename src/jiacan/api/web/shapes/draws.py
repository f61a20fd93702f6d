"""Tickets, what they drew, and prizes as programs send them and are given them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from jiacan.api.web.shapes.values import Given, Moment, Names, Taken, to_names
from jiacan.draws.contracts.kept import KeptDraw, KeptTicket, TicketState, Win, WinState

Nonce = Annotated[str, StringConstraints(min_length=16, max_length=64, pattern=r"^[0-9A-Za-z_-]+$")]
MOST_AT_ONCE = 100
Issued = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]


class NonceIn(Taken):
    """What the customer's own browser made by chance, 128 bits of it, before the customer asked for the result."""

    nonce: Nonce = Field(examples=["yfB0cGd2V0mXoKqJt8s1Zr"])


class ChosenTicket(NonceIn):
    """A ticket, and what its customer's browser made by chance."""

    ticket: Issued = Field(examples=["5f0c6c1b2f7e4a5b9d3e8a7c6b5d4e3f"])


class ChosenTicketsIn(Taken):
    """Tickets to draw one after the other."""

    tickets: list[ChosenTicket] = Field(min_length=1, max_length=MOST_AT_ONCE)


class PrizeShape(Given):
    """A prize that a ticket won, where it stands, and by when it has to be claimed."""

    prize: str = Field(examples=["first"])
    gives: Names
    state: WinState
    won_at: Moment
    claim_by: Moment | None
    claimed_at: Moment | None
    shipped_at: Moment | None


class TicketShape(Given):
    """A chance and what became of it.

    `ticket` is its id; `log_id`, `number` and `head` are its place in the draw's log, once it has one. A ticket that
    is drawn and has no `won` gets the consolation, if the draw has one.
    """

    plan_id: str
    draw: str = Field(examples=["lucky-draw"])
    draw_name: Names
    ticket: str = Field(examples=["5f0c6c1b2f7e4a5b9d3e8a7c6b5d4e3f"])
    customer_id: str
    order_id: str
    state: TicketState
    earned_at: Moment
    use_until: Moment
    commitment: str = Field(examples=["5ac0c9313fa95c9b474aabad62c763a5f87d54097fdde4bf689b426b7809b7c8"])
    link: str = Field(examples=["https://jiacan.example/t/5f0c6c1b2f7e4a5b9d3e8a7c6b5d4e3f"])
    log_id: str
    number: int | None
    head: str
    drawn_at: Moment | None
    won: PrizeShape | None


class CustomerTicketsShape(Given):
    """A customer's tickets, the newest first, 200 at most."""

    customer_id: str
    tickets: list[TicketShape]


class DrawnTicketsShape(Given):
    """Tickets as they stand now, in the order in which they were asked for."""

    tickets: list[TicketShape]


class DrawReceiptShape(Given):
    """A receipt by which anyone can check the ticket alone: keep `text` byte for byte."""

    ticket: str
    text: str


def to_ticket(draw: KeptDraw, ticket: KeptTicket, win: Win | None, *, link: str) -> TicketShape:
    """The ticket as JSON says it."""
    return TicketShape(
        plan_id=draw.plan_id,
        draw=draw.draw_id,
        draw_name=to_names(draw.promise.name),
        ticket=ticket.issued,
        customer_id=ticket.customer_id,
        order_id=ticket.order_id,
        state=ticket.state,
        earned_at=ticket.earned_at,
        use_until=draw.promise.use_until,
        commitment=draw.commitment,
        link=link,
        log_id=ticket.ticket.id,
        number=ticket.number,
        head=ticket.head,
        drawn_at=ticket.drawn_at,
        won=None if win is None else to_prize(draw, win),
    )


def to_prize(draw: KeptDraw, win: Win) -> PrizeShape:
    """The prize as JSON says it."""
    gives = next(prize.gives for prize in draw.promise.prizes if prize.id == win.prize)
    return PrizeShape(
        prize=win.prize,
        gives=to_names(gives),
        state=win.state,
        won_at=win.won_at,
        claim_by=win.claim_by,
        claimed_at=win.claimed_at,
        shipped_at=win.shipped_at,
    )
