"""Draws and their winners as the shop's people see them: what is done, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jiacan.draws.contracts.kept import DrawCounts, DrawState, KeptDraw, PromisedPrize, Win, WinState
from jiacan.draws.contracts.terms import Mode
from jiacan.draws.core.words import MODES, WIN_STATES
from jiacan.draws.web.shown import Photographs, ShownPrize, Standing, shown_prizes, standing_of
from jiacan.kernel.messages import Message, Name, tell

CLOSE, VALUE, STAGE, REVEAL = "close", "value", "stage", "reveal"


@dataclass(frozen=True, slots=True)
class Next:
    """What a draw needs now: a sentence, and which of a person's steps it is; empty where nobody has to act."""

    says: Message
    step: str = ""


@dataclass(frozen=True, slots=True)
class ShownHeld:
    """A draw in the console."""

    kept: KeptDraw
    counts: DrawCounts
    standing: Standing
    mode: Message
    prizes: tuple[ShownPrize, ...]
    drawn: int
    pieces: int
    next: Next


def shown_held(draw: KeptDraw, counts: DrawCounts, photographs: Photographs, *, at: datetime) -> ShownHeld:
    """The draw with its figures and its next step."""
    prizes = shown_prizes(draw, counts, photographs)
    return ShownHeld(
        kept=draw,
        counts=counts,
        standing=standing_of(draw, at=at),
        mode=MODES[draw.terms.mode],
        prizes=prizes,
        drawn=sum(counts.prizes_drawn.values()),
        pieces=sum(prize.units for prize in prizes),
        next=next_of(draw, at=at),
    )


def next_of(draw: KeptDraw, *, at: datetime) -> Next:
    """What has to be done with the draw, and by whom."""
    mode, promise = draw.terms.mode, draw.promise
    last = promise.use_until if mode is Mode.INSTANT else promise.ends_at
    match draw.state:
        case DrawState.OPEN if at < last:
            return Next(tell("Nothing to do: tickets come and are drawn until {moment}.", moment=last))
        case DrawState.OPEN:
            return Next(tell("Its time is over: close the log, and no ticket comes in any more."), CLOSE)
        case DrawState.CLOSED:
            return Next(tell("Enter the public value as soon as {source} is known.", source=draw.terms.source), VALUE)
        case DrawState.DRAWING if mode is Mode.LIVE:
            return Next(tell("Draw the winners on the stage, prize by prize."), STAGE)
        case DrawState.DRAWING:
            return Next(tell("The results are being worked out and given; load this page again in a moment."))
        case DrawState.OVER if draw.revealed_at is None:
            return Next(tell("Every ticket has its result: reveal the seed, so that anyone can check them."), REVEAL)
        case DrawState.OVER:
            return Next(tell("The file is published; prizes are claimed, sent and settled among the winners."))


# --- winners ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Task:
    """What can be done with prizes in some states: the button, and what it says."""

    id: str
    states: tuple[WinState, ...]
    label: Message
    asks: Message


TASKS = {
    task.id: task
    for task in (
        Task(
            "ship", (WinState.CLAIMED,), tell("Mark as sent"), tell("These prizes are on their way to their winners.")
        ),
        Task(
            "settle",
            (WinState.CLAIMED, WinState.SHIPPED),
            tell("Mark as settled"),
            tell("The supplier of these prizes was paid."),
        ),
        Task(
            "give",
            (WinState.OWED,),
            tell("Give what is owed"),
            tell("There is stock and budget again for these prizes."),
        ),
    )
}
"""What staff may do with winners; nothing here makes one."""


@dataclass(frozen=True, slots=True)
class ShownWinner:
    """A winner in a list."""

    win: Win
    draw: Name
    gives: Name
    look: str
    word: Message


def shown_winner(win: Win, draw: KeptDraw) -> ShownWinner:
    """The winner in words."""
    prize = prize_of(win, draw)
    look, word = WIN_STATES[win.state]
    if win.state is WinState.CLAIMED:
        word = tell("to be sent") if prize.needs_claim else tell("given")
    return ShownWinner(win, draw.promise.name, prize.gives, look, word)


def prize_of(win: Win, draw: KeptDraw) -> PromisedPrize:
    """The prize that was won."""
    return next(prize for prize in draw.promise.prizes if prize.id == win.prize)


def is_ready(task: Task, win: Win, draw: KeptDraw) -> bool:
    """Whether the task can be done with the prize; what needs no claim is not sent either."""
    return win.state in task.states and (task.id != "ship" or prize_of(win, draw).needs_claim)
