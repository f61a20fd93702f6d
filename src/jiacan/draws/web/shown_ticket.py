"""A customer's ticket as its page shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from jiacan.draws.contracts.kept import KeptDraw, KeptTicket, TicketState, Win, WinState
from jiacan.draws.contracts.terms import Mode
from jiacan.kernel.messages import Message, Name, tell

WON = tell("You have won")
NO_PRIZE = tell("No prize this time")


@dataclass(frozen=True, slots=True)
class Step:
    """A step on the way of a prize: done, now, or to come."""

    title: Message
    says: Message | None
    state: str


@dataclass(frozen=True, slots=True)
class ShownTicket:
    """What its holder sees: whether it can be drawn or waits, else what it got, what can be claimed, what to keep."""

    can_draw: bool
    waits: bool
    won: bool
    title: Message
    gives: Name | None
    says: Message | None
    id: str
    number: int | None
    head: str
    steps: tuple[Step, ...]
    claim_by: datetime | None
    can_claim: bool
    claim_address: str
    receipt_address: str


@dataclass(frozen=True, slots=True)
class ShownOther:
    """Another ticket of the same customer; whoever was shown one link is not let into the others."""

    title: Message
    gives: Name | None
    at: datetime | None


def shown_ticket(draw: KeptDraw, kept: KeptTicket, win: Win | None, *, secret: str, at: datetime) -> ShownTicket:
    """The ticket as it stands."""
    instant = draw.terms.mode is Mode.INSTANT
    unused = kept.state is TicketState.UNUSED
    waits = kept.state is TicketState.LOGGED or (unused and not instant)
    is_drawn = kept.state is TicketState.DRAWN
    can_claim = win is not None and win.state is WinState.WON and (win.claim_by is None or at < win.claim_by)
    return ShownTicket(
        can_draw=unused and instant and at < draw.promise.use_until,
        waits=waits,
        won=is_drawn and win is not None,
        title=_title(kept, win),
        gives=_gives(draw, kept),
        says=_says(draw, kept, win),
        id=kept.ticket.id if kept.number is not None else "",
        number=kept.number,
        head=kept.head,
        steps=tuple(_steps(draw, win)) if win is not None else (),
        claim_by=None if win is None else win.claim_by,
        can_claim=can_claim,
        claim_address=reverse("draw-ticket-claim", args=[secret]),
        receipt_address=reverse("draw-ticket-receipt", args=[secret]) if is_drawn else "",
    )


def shown_other(draw: KeptDraw, kept: KeptTicket) -> ShownOther:
    """What became of another ticket."""
    return ShownOther(_title(kept), _gives(draw, kept), kept.drawn_at)


def _title(kept: KeptTicket, win: Win | None = None) -> Message:
    match kept.state:
        case TicketState.DRAWN if win is not None and win.state is WinState.GIVEN_UP:
            return tell("Won, and given up")
        case TicketState.DRAWN if win is not None and win.state is WinState.LOST:
            return tell("Won, and lost")
        case TicketState.DRAWN:
            return WON if kept.result is not None and kept.result.prize else NO_PRIZE
        case TicketState.UNUSED:
            return tell("Not used yet")
        case TicketState.LOGGED:
            return tell("Takes part")
        case TicketState.EXPIRED:
            return tell("Not used in time")
        case TicketState.TAKEN_BACK:
            return tell("Taken back")


def _gives(draw: KeptDraw, kept: KeptTicket) -> Name | None:
    if kept.state is not TicketState.DRAWN or kept.result is None:
        return None
    if kept.result.prize:
        return next(prize.gives for prize in draw.promise.prizes if prize.id == kept.result.prize)
    return draw.promise.consolation if draw.promise.consoles else None


def _says(draw: KeptDraw, kept: KeptTicket, win: Win | None) -> Message | None:
    match kept.state:
        case TicketState.UNUSED if draw.terms.mode is not Mode.INSTANT:
            return tell(
                "Your ticket takes part. It gets its place in the log at {ends}, and the prizes are drawn {held}.",
                ends=draw.promise.ends_at,
                held=draw.promise.held_at,
            )
        case TicketState.LOGGED:
            return tell("Your ticket is sealed in the log. The prizes are drawn {held}.", held=draw.promise.held_at)
        case TicketState.UNUSED | TicketState.EXPIRED:
            return tell("Tickets could be used until {moment}.", moment=draw.promise.use_until)
        case TicketState.TAKEN_BACK:
            return tell("What this ticket was given for came back, and the ticket with it.")
    if win is None:
        return tell("Instead you get this; nothing has to be done.") if draw.promise.consoles else None
    return _of_win(win)


def _of_win(win: Win) -> Message | None:
    match win.state:
        case WinState.OWED:
            return tell("The shop has none left just now and owes it to you; nothing has to be done.")
        case WinState.GIVEN_UP:
            return tell("It was not claimed by {moment}.", moment=win.claim_by)
        case WinState.LOST:
            return tell("What the ticket was given for came back before the prize was claimed.")
    return None


def _steps(draw: KeptDraw, win: Win) -> Iterator[Step]:
    needs_claim = any(prize.id == win.prize and prize.needs_claim for prize in draw.promise.prizes)
    if win.state in (WinState.GIVEN_UP, WinState.LOST, WinState.OWED) or not needs_claim:
        return
    moments = (
        (tell("Won"), win.won_at),
        (tell("Claimed"), win.claimed_at),
        (tell("Sent, where it is goods"), win.shipped_at),
    )
    next_up = next((place for place, (_, moment) in enumerate(moments) if moment is None), None)
    for place, (title, moment) in enumerate(moments):
        says = None if moment is None else tell("{moment}", moment=moment)
        yield Step(title, says, "done" if moment is not None else "now" if place == next_up else "")
