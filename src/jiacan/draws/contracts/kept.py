"""What is kept of a draw, its tickets and its prizes. Moments are in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from jiacan.draws.contracts.terms import Result, Terms, Ticket
from jiacan.kernel.messages import Name
from jiacan.offers.contracts.set_aside import Taken


@dataclass(frozen=True, slots=True)
class PromisedPrize:
    """A prize as customers read of it: what one is, its market value, how many there are in all, on which days.

    `fact` is what it gives in the plan's own terms, whatever words are put to it. `takes` is what one takes of stock
    and budget, where that is set aside for it.
    """

    id: str
    rung: int
    gives: Name
    value_minor: int | None
    units: int
    days: tuple[date, ...] | None
    guaranteed: bool
    needs_claim: bool
    fact: str = ""
    takes: tuple[Taken, ...] = ()


@dataclass(frozen=True, slots=True)
class Promise:
    """What was published of a draw beside its terms. Chances of an instant draw can be used until `use_until`."""

    name: Name
    campaign: Name
    organiser: str
    contact: str
    zone: ZoneInfo
    currency: str
    opens_at: datetime
    ends_at: datetime
    use_until: datetime
    held_at: datetime | None
    is_daily: bool
    claim_within: timedelta | None
    unclaimed: str
    prizes: tuple[PromisedPrize, ...]
    consolation: Name
    consolation_fact: str = ""

    @property
    def sets_aside(self) -> bool:
        """Whether stock and budget of its prizes are held until they are drawn."""
        return any(prize.takes for prize in self.prizes)

    @property
    def consoles(self) -> bool:
        """Whether a ticket without a prize gets something."""
        return bool(self.consolation.en or self.consolation.zh)


class DrawState(StrEnum):
    """How far a draw has come."""

    OPEN = "open"  # tickets come
    CLOSED = "closed"  # no more do; where a public value is needed, it is not known yet
    DRAWING = "drawing"  # the value is known
    OVER = "over"  # every ticket has its result


class TicketState(StrEnum):
    """What became of a chance."""

    UNUSED = "unused"
    LOGGED = "logged"  # sealed, its result is not known yet
    DRAWN = "drawn"
    EXPIRED = "expired"
    TAKEN_BACK = "taken_back"


class WinState(StrEnum):
    """What became of a prize that was won."""

    WON = "won"  # held for its winner, to be claimed
    OWED = "owed"  # stock or budget was short
    CLAIMED = "claimed"
    SHIPPED = "shipped"
    SETTLED = "settled"  # with the supplier
    GIVEN_UP = "given_up"
    LOST = "lost"  # its order came back


@dataclass(frozen=True, slots=True)
class KeptDraw:
    """A draw from its announcement on; its seed is nowhere in it."""

    id: int
    shop_id: int
    plan_id: str
    draw_id: str
    code: str
    promise: Promise
    terms: Terms
    commitment: str
    rules: str
    announced_at: datetime
    state: DrawState
    head: str
    tickets: int
    guaranteed: int
    closed_at: datetime | None
    public_value: str
    valued_at: datetime | None
    valued_by: str
    value_note: str
    over_at: datetime | None
    revealed_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeptTicket:
    """A chance, from the award that gave it on; `id`, number and heads from when it is sealed in the log."""

    row: int
    draw_row: int
    order_id: str
    customer_id: str
    issued: str
    earned_at: datetime
    state: TicketState
    ticket: Ticket
    number: int | None
    before: str
    head: str
    result: Result | None
    drawn_at: datetime | None
    taken_at: datetime | None


@dataclass(frozen=True, slots=True)
class Win:
    """A prize that a ticket won, and when each thing happened to it."""

    id: int
    draw_row: int
    ticket: KeptTicket
    prize: str
    rung: int
    customer_id: str
    state: WinState
    won_at: datetime
    claim_by: datetime | None
    claimed_at: datetime | None
    shipped_at: datetime | None
    settled_at: datetime | None
    ended_at: datetime | None
    note: str
    attempt: int


@dataclass(frozen=True, slots=True)
class WinFilter:
    """Which wins are asked for; empty is all. `text` is a customer's or an order's number."""

    plan_id: str = ""
    draw_id: str = ""
    prize: str = ""
    state: WinState | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class DrawLeft:
    """How many cards are left by deck, and prizes drawn by deck and prize."""

    cards_left: Mapping[str, int]
    prizes_drawn: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class DrawCounts(DrawLeft):
    """And how many tickets stand where."""

    given: int
    unused: int
    used: int
    expired: int
    taken_back: int
