"""The campaign room: what it shows of a campaign at one moment, each figure against its pace.

Moments are in UTC, money in whole minor units; rates are for an hour, orders and awards of a chart for a minute.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from jiacan.campaigns.contracts.reported import Interval, Tone, Unknown
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, Name, tell
from jiacan.kernel.money import Money
from jiacan.kernel.periods import Period
from jiacan.plans.contracts.document import Measure, Watched

# --- when -------------------------------------------------------------------------------------------------


class Standing(StrEnum):
    """Where a campaign is in its time: coming before its run, live in it, closing after it, over at the end."""

    COMING = "coming"
    LIVE = "live"
    CLOSING = "closing"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Clock:
    """A campaign at one moment. `phase` is empty between phases; `next_at` is the next change, None after the last.

    `next_phase` is the phase that begins at `next_at`, empty where one only ends.
    """

    at: datetime
    standing: Standing
    run: Period
    phase: str
    next_phase: str
    next_at: datetime | None


# --- figures against pace ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Beside:
    """What a figure is held against, in words, and how that stands."""

    says: Message
    tone: Tone = Tone.NOTE


@dataclass(frozen=True, slots=True)
class RoomFigure:
    """One of the six figures. `spark` has one value for each five minutes of the last two hours, the last one now."""

    key: str
    name: Message
    value: int | Money | Unknown
    beside: tuple[Beside, ...]
    spark: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GoalPace:
    """A goal that counters can tell: what there is, what there should be by now, and what there should be at the end.

    `by_now` and `target` are in the measure's unit; `why_not` says why a target cannot be told.
    """

    measure: Measure
    value: float
    target: float | Unknown
    by_now: float | Unknown


@dataclass(frozen=True, slots=True)
class GoalElsewhere:
    """A goal that cannot be told live, and why."""

    measure: Measure
    why: Message


# --- what burns down --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Empty:
    """Nothing is left."""


@dataclass(frozen=True, slots=True)
class RunsOut:
    """At the present pace it is empty at `at`; 95%: not before `earliest`, not after `latest` (None: no telling)."""

    at: datetime
    earliest: datetime
    latest: datetime | None


@dataclass(frozen=True, slots=True)
class Lasts:
    """At the present pace it lasts to the end; `at_end` of it would be left."""

    at_end: int


@dataclass(frozen=True, slots=True)
class Still:
    """Nothing was taken in the window, so there is no pace."""


@dataclass(frozen=True, slots=True)
class NotBurning:
    """The run has not begun or is over."""


Fate = Empty | RunsOut | Lasts | Still | NotBurning


@dataclass(frozen=True, slots=True)
class Burn:
    """One stock item (in pieces) or budget line (in minor units) burning down.

    Of `planned`, `left` can still be given and `at_risk` is promised; the rest is given for good. `an_hour` is how
    much was taken an hour over the window.
    """

    watched: Watched
    id: str
    name: Name
    planned: int
    left: int
    at_risk: int
    taken: int
    window: timedelta
    an_hour: float
    an_hour_interval: Interval | None
    fate: Fate


# --- the course -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CoursePoint:
    """Five minutes of the course, as means a minute; `expected` and its 95% band where there is a forecast."""

    at: datetime
    orders: float
    awards: float
    expected: float | None
    band: Interval | None


@dataclass(frozen=True, slots=True)
class Reason:
    """How often one reason refused or replaced an award: in all, and in the last hour."""

    code: str
    says: Message
    refused: int
    replaced: int
    last_hour: int


@dataclass(frozen=True, slots=True)
class LastAward:
    """One of the awards last settled."""

    order_id: str
    offer: Name
    outcome: str
    at: datetime


# --- alarms -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that asks for a person: what is the matter, what is then done, and by whom.

    `key` is the same as long as the matter is. `owner` and `backup` are as the plan names them; empty where it does
    not. `of_money` is one that tells of a budget line.
    """

    key: str
    tone: Tone
    says: Message
    do: Message
    owner: str
    backup: str
    of_money: bool = False


@dataclass(frozen=True, slots=True)
class Noticed:
    """An alarm as it is kept: since when, who took it, who closed it with which note, when the matter was over."""

    id: int
    key: str
    since: datetime
    taken_by: str
    taken_at: datetime | None
    closed_by: str
    closed_at: datetime | None
    note: str
    over_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpenAlarm:
    """An alarm that stands, and what became of it so far."""

    alarm: Alarm
    noticed: Noticed


@dataclass(frozen=True, slots=True)
class Room:
    """Everything the room shows, read at one moment."""

    plan_id: str
    name: Name
    version: int
    currency: str
    clock: Clock
    figures: tuple[RoomFigure, ...]
    goals: tuple[GoalPace, ...]
    goals_elsewhere: tuple[GoalElsewhere, ...]
    paced_by: Message
    course: tuple[CoursePoint, ...]
    no_forecast: Unknown | None
    burns: tuple[Burn, ...]
    window: timedelta
    reasons: tuple[Reason, ...]
    last_awards: tuple[LastAward, ...]
    alarms: tuple[OpenAlarm, ...]

    @property
    def open_alarms(self) -> tuple[OpenAlarm, ...]:
        """Those that nobody has closed."""
        return tuple(each for each in self.alarms if each.noticed.closed_at is None)


# --- errors -----------------------------------------------------------------------------------------------


@dataclass(eq=False)
class AlarmOver(JiacanError):
    """The alarm no longer stands, or someone else took or closed it first."""

    plan_id: str

    def message(self) -> Message:
        return tell(
            "This alarm of {plan_id} is over, or someone else took it first. Look at the room again before you act.",
            plan_id=self.plan_id,
        )
