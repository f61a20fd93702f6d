"""The room's values as its templates show them: what a state is called, which word stands on a bar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from jiacan.campaigns.contracts.reported import Tone, Unknown
from jiacan.campaigns.contracts.room import (
    Beside,
    Burn,
    Clock,
    Empty,
    GoalPace,
    Lasts,
    NotBurning,
    OpenAlarm,
    RoomFigure,
    RunsOut,
    Standing,
    Still,
)
from jiacan.campaigns.core.alarms import amount_of
from jiacan.campaigns.core.amounts import UNITS
from jiacan.campaigns.core.naming import MEASURES, OUTCOMES, PHASES
from jiacan.campaigns.core.pace import beside_goal, said_of
from jiacan.campaigns.report.cells import Definition
from jiacan.campaigns.report.room_definitions import OF_FIGURE
from jiacan.kernel.messages import Message, tell
from jiacan.kernel.money import Money
from jiacan.offers.contracts.awards import Outcome
from jiacan.plans.contracts.document import Measure, Watched

STANDINGS: Mapping[Standing, tuple[str, Message]] = {
    Standing.COMING: ("", tell("Coming")),
    Standing.LIVE: ("good", tell("Under way")),
    Standing.CLOSING: ("", tell("Wrapping up")),
    Standing.OVER: ("over", tell("Over")),
}
STATES: Mapping[Tone, str] = {Tone.ACT: "act", Tone.WATCH: "watch", Tone.GOOD: "good", Tone.NOTE: ""}
_OUTCOME_STATES = {Outcome.OTHERWISE: "watch", Outcome.REFUSED: "act"}


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """A figure of the room: `value` is in words, empty where it is unknown and `unknown` says why."""

    key: str
    definition: Definition
    value: object
    unknown: Message | None
    beside: tuple[tuple[str, Message], ...]
    spark: tuple[int, ...]
    state: str
    is_money: bool


def shown_figure(figure: RoomFigure) -> ShownFigure:
    """The figure with its definition and states."""
    unknown = figure.value.why if isinstance(figure.value, Unknown) else None
    return ShownFigure(
        key=figure.key,
        definition=OF_FIGURE[figure.key],
        value="" if unknown else figure.value,
        unknown=unknown,
        beside=tuple((STATES[each.tone], each.says) for each in figure.beside),
        spark=figure.spark,
        state=worst(figure.beside).replace("good", "") if figure.key == "alarms" else "",
        is_money=isinstance(figure.value, Money),
    )


def worst(beside: Sequence[Beside]) -> str:
    """The state of the most pressing of them."""
    tones = tuple(Tone)
    return STATES[min((each.tone for each in beside), key=tones.index, default=Tone.NOTE)]


# --- what burns -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShownBurn:
    """A burning bar: how much is used and promised of what was planned, and the word on it.

    `quiet` bars have no word: nothing is taken of them.
    """

    burn: Burn
    kind: Message
    left: Message
    planned: Message
    used: int
    rate: Message
    says: Message | None
    aside: Message | None
    state: str
    quiet: bool


def shown_burn(burn: Burn, clock: Clock, currency: str) -> ShownBurn:
    """The bar of one stock item or budget line."""
    says, aside, state = _fate_in_words(burn, clock, currency)
    return ShownBurn(
        burn=burn,
        kind=tell("Stock") if burn.watched is Watched.STOCK else tell("Budget"),
        left=amount_of(burn, burn.left, currency),
        planned=amount_of(burn, burn.planned, currency),
        used=max(0, burn.planned - burn.left - burn.at_risk),
        rate=_rate_in_words(burn, currency),
        says=says,
        aside=aside,
        state=state,
        quiet=isinstance(burn.fate, Still | NotBurning),
    )


def _fate_in_words(burn: Burn, clock: Clock, currency: str) -> tuple[Message | None, Message | None, str]:
    match burn.fate:
        case Empty():
            return tell("empty"), None, "act"
        case RunsOut(at=at, earliest=earliest, latest=latest):
            says = tell("runs out {at}, in {span}", at=at, span=span_in_words(at - clock.at))
            if latest is None:
                return says, tell("95%: {from_} or later", from_=earliest), "watch"
            return says, tell("95%: {from_} – {to}", from_=earliest, to=latest), "act"
        case Lasts(at_end=left):
            aside = tell("about {left} left then", left=amount_of(burn, left, currency))
            return tell("lasts to the end"), aside, ""
        case Still() | NotBurning():
            return None, None, ""


def span_in_words(span: timedelta) -> Message:
    """So long from now, as coarse as a glance takes it."""
    minutes = max(1, round(span / timedelta(minutes=1)))
    if minutes < 90:
        return tell("{minutes} min", minutes=minutes)
    if minutes < 36 * 60:
        return tell("{hours} h", hours=f"{minutes / 60:.0f}")
    return tell("{days} days", days=round(minutes / 60 / 24))


def _rate_in_words(burn: Burn, currency: str) -> Message:
    if burn.watched is Watched.BUDGET:
        return tell("{money} an hour", money=Money(round(burn.an_hour), currency))
    return tell("{pieces} an hour", pieces=f"{burn.an_hour:.1f}".removesuffix(".0"))


def window_in_words(window: timedelta) -> Message:
    """How far back the pace of burning looks."""
    return tell("pace of the last {minutes} minutes", minutes=round(window / timedelta(minutes=1)))


# --- goals, clock, alarms ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShownGoal:
    """A goal against its pace."""

    name: Message
    value: object
    target: object
    by_now: object
    beside: Message
    state: str
    used: float
    of: float
    expected: float | None


def shown_goal(goal: GoalPace, currency: str) -> ShownGoal:
    """The goal with its bar: filled by what there is, a line where it should be by now."""
    unit, beside = UNITS[goal.measure], beside_goal(goal, currency)
    known = not isinstance(goal.target, Unknown)
    target = 0.0 if isinstance(goal.target, Unknown) else goal.target
    paced = None if isinstance(goal.by_now, Unknown) else goal.by_now
    return ShownGoal(
        name=MEASURES[goal.measure],
        value=said_of(goal.value, unit, currency),
        target=said_of(target, unit, currency) if known else None,
        by_now=None if paced is None else said_of(paced, unit, currency),
        beside=beside.says,
        state=STATES[beside.tone],
        used=min(goal.value, target) if target else 0.0,
        of=target or 1.0,
        expected=None if goal.measure is Measure.AVERAGE_ORDER_VALUE else paced,
    )


@dataclass(frozen=True, slots=True)
class ShownClock:
    """Where the campaign is in its time, and what changes when."""

    state: str
    standing: Message
    phase: Message | None
    next_change: Message | None
    next_at: datetime | None


def shown_clock(clock: Clock) -> ShownClock:
    """The clock in words."""
    state, standing = STANDINGS[clock.standing]
    if clock.next_at is None:
        change = None
    elif clock.next_phase:
        change = tell("{phase} begins", phase=PHASES[clock.next_phase])
    else:
        change = tell("{phase} ends", phase=PHASES[clock.phase]) if clock.phase else tell("the campaign ends")
    phase = PHASES[clock.phase] if clock.phase else None
    return ShownClock(state, standing, phase, change, clock.next_at)


@dataclass(frozen=True, slots=True)
class ShownAlarm:
    """An alarm with what became of it."""

    alarm: OpenAlarm
    state: str
    word: Message
    who: str
    owner: Message | str
    backup: Message | str


def shown_alarm(alarm: OpenAlarm) -> ShownAlarm:
    """The alarm with its state."""
    noticed, told = alarm.noticed, alarm.alarm
    word = tell("Act") if told.tone is Tone.ACT else tell("Watch")
    state, who = STATES[told.tone], noticed.taken_by
    if noticed.closed_at is not None:
        state, word, who = "over", tell("Closed"), noticed.closed_by
    return ShownAlarm(alarm, state, word, who, owner_named(told.owner), owner_named(told.backup))


def outcome_named(outcome: str) -> tuple[str, Message]:
    """An outcome's state and word."""
    known = Outcome(outcome)
    return _OUTCOME_STATES.get(known, ""), OUTCOMES[known]


def owner_named(owner: str) -> Message | str:
    """Who a plan says does something: the words for what it is usually called, else as the plan has it."""
    return OWNERS.get(owner, owner)


OWNERS: Mapping[str, Message] = {
    "owner": tell("owner"),
    "operations": tell("operations"),
    "marketing": tell("marketing"),
    "design": tell("design"),
    "service": tell("service"),
    "service_lead": tell("service lead"),
    "warehouse": tell("warehouse"),
    "finance": tell("finance"),
}
