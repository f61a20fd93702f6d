"""Points and tiers as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from jiacan.campaigns.facade.birthdays import BirthdayTurn
from jiacan.kernel.messages import Message, Name, tell
from jiacan.kernel.money import Money
from jiacan.members.contracts.points import Lot, Move, StatementLine
from jiacan.members.contracts.tiers import Cause, CustomerTier, TierStep, last_day
from jiacan.members.facade.words import move_in_words
from jiacan.offers.contracts.awards import Outcome
from jiacan.offers.contracts.tiers import Ladder, Measure, Tier

_LOOKS = {Move.SPENT: "", Move.EARNED: "good", Move.CORRECTED: "warn"}


@dataclass(frozen=True, slots=True)
class ShownLot:
    """A lot in a list: where it came from, and why it cannot be spent yet."""

    lot: Lot
    source: str
    pending: Message | None


def shown_lot(lot: Lot, at: datetime) -> ShownLot:
    """The lot in words."""
    pending = tell("pending until its order is received") if lot.is_pending(at) else None
    return ShownLot(lot, lot.order_id or lot.name.rpartition("/")[2], pending)


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of the statement; `subject` is the order, or the reference, that it is about."""

    line: StatementLine
    look: str
    word: Message
    subject: str


def shown_line(each: StatementLine) -> ShownLine:
    """The line in words."""
    line = each.line
    return ShownLine(
        each, _LOOKS.get(line.move, ""), move_in_words(line.move), line.subject or line.name.rpartition("/")[2]
    )


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step between tiers in a list."""

    step: TierStep
    is_up: bool
    word: Message
    why: Message
    had: Message


@dataclass(frozen=True, slots=True)
class ShownTier:
    """Where the customer stands on one ladder."""

    found: CustomerTier
    name: Name | Message
    by_orders: Name | Message
    has: Message
    missing: Message | None
    steps: tuple[ShownStep, ...]

    @property
    def given_last(self) -> date | None:
        """The last day of the tier that an offer gave them, where they stand on that."""
        gift = self.found.gift
        return None if gift is None else last_day(gift.ends_at, self.found.ladder.zone)


def shown_tier(found: CustomerTier) -> ShownTier:
    """The place on a ladder in words."""
    ladder = found.ladder
    missing = None
    if found.next is not None:
        missing = tell("{amount} to {tier}", amount=amount_of(found.missing, ladder), tier=found.next.name)
    return ShownTier(
        found=found,
        name=_name_of(found.tier),
        by_orders=_name_of(found.by_orders),
        has=amount_of(found.has, ladder),
        missing=missing,
        steps=tuple(_shown_step(each, ladder) for each in found.history),
    )


def _name_of(tier: Tier | None) -> Name | Message:
    return tell("No tier yet") if tier is None else tier.name


def _shown_step(step: TierStep, ladder: Ladder) -> ShownStep:
    is_up = ladder.place(step.after) > ladder.place(step.before)
    tier = ladder.find(step.after)
    to = tell("no tier") if not step.after else step.after if tier is None else tier.name
    word = tell("up to {tier}", tier=to) if is_up else tell("down to {tier}", tier=to)
    return ShownStep(step, is_up, word, _why(step, ladder), amount_of(step.had, ladder))


def _why(step: TierStep, ladder: Ladder) -> Message:
    match step.cause:
        case Cause.ORDERS:
            return tell("by their orders")
        case Cause.GIVEN:
            assert step.until is not None, "a tier is given for a time"
            day = last_day(step.until, ladder.zone)
            return tell("given by {offer} up to and including {day}", offer=step.offer_id, day=day)
        case Cause.OVER:
            return tell("the time that {offer} gave is over", offer=step.offer_id)
        case Cause.TAKEN_BACK:
            return tell("what {offer} gave was taken back", offer=step.offer_id)


def amount_of(amount: int, ladder: Ladder) -> Message:
    """So much of what the ladder counts."""
    if ladder.measure is Measure.ORDERS:
        return tell("{count} orders", count=amount)
    return tell("{amount}", amount=Money(amount, ladder.currency))


@dataclass(frozen=True, slots=True)
class ShownTurn:
    """What became of one year's birthday, in a list."""

    turn: BirthdayTurn
    look: str
    state: Message


_OUTCOMES = {
    Outcome.GRANTED: ("good", tell("given")),
    Outcome.OTHERWISE: ("good", tell("given instead")),
    Outcome.REFUSED: ("bad", tell("refused: stock, budget or a limit was out")),
    Outcome.HELD_OUT: ("", tell("held out")),
}


def shown_turn(each: BirthdayTurn) -> ShownTurn:
    """What became of it, and why where nothing did."""
    if each.turn.is_too_new:
        return ShownTurn(each, "warn", tell("told or changed too shortly before; it counts next year"))
    nothing = ("", tell("nothing: staff take no part"))
    look, state = _OUTCOMES.get(each.outcome, nothing) if each.outcome else nothing
    return ShownTurn(each, look, state)
