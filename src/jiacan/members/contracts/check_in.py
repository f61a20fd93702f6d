"""Check-in challenges (打卡): what is done on a day, days in a row, and what is reached. Moments are in UTC.

JiacanError
├── ChallengeUnknown     the plan has no such challenge in force
├── TaskUnknown          the challenge has no such task
├── ChallengeClosed      its period does not hold now
├── NotToday             a task of a day that is over, or has not begun
├── WrongAnswer          not one of the right answers
├── StaffTakeNoPart      one of the shop's own people
└── MakeUpRefused        a day that cannot be made up
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, Name, tell
from jiacan.kernel.periods import Period
from jiacan.offers.contracts.benefits import Benefit, Kind

# --- what a plan says -------------------------------------------------------------------------------------


class TaskKind(StrEnum):
    """What there is to do."""

    SIGN_IN = "sign_in"
    SHARE_POSTER = "share_poster"
    ANSWER = "answer"


class Asks(StrEnum):
    """How many of its tasks make a day done."""

    ALL = "all"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and every answer to it that is right."""

    asks: Name
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """Something that can be done once a day. Of several questions the days have one each, in turn."""

    id: str
    kind: TaskKind
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class MakeUp:
    """So many missed days of one customer can be made up, each within so many days, for so many points."""

    days: int
    within_days: int
    points: int


@dataclass(frozen=True, slots=True)
class Reward:
    """What the `day`-th day in a row brings."""

    day: int
    benefits: tuple[Benefit, ...]


@dataclass(frozen=True, slots=True)
class Challenge:
    """Tasks for every day of a period in `zone`, and rewards for days in a row, from the least.

    A reward is given once in a round. A round is over when the last reward is reached; another begins where `again`.
    """

    id: str
    name: Name
    during: Period
    zone: ZoneInfo
    tasks: tuple[Task, ...]
    asks: Asks
    again: bool
    make_up: MakeUp | None
    rewards: tuple[Reward, ...]
    budget: Mapping[Kind, str]

    @property
    def ladder(self) -> tuple[int, ...]:
        """The days in a row that bring something."""
        return tuple(reward.day for reward in self.rewards)


# --- what became of it ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DoneDay:
    """A day that counts: its tasks were done, or it was made up for so many points."""

    day: date
    at: datetime
    made_up: bool
    points: int


@dataclass(frozen=True, slots=True)
class Card:
    """One customer's days in one challenge; `number` is its own in the shop."""

    number: int
    tasks: Mapping[date, frozenset[str]]
    days: Mapping[date, DoneDay]


@dataclass(frozen=True, slots=True)
class Reached:
    """A reward that was reached: in which round, for how many days in a row, on which day."""

    round: int
    day: int
    on: date


class DayState(StrEnum):
    """What a day is to a customer."""

    DONE = "done"
    MADE_UP = "made_up"
    OPEN = "open"
    MISSED = "missed"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day of the challenge: the tasks done on it, and whether the customer can still make it up."""

    day: date
    state: DayState
    tasks: tuple[str, ...]
    can_be_made_up: bool


@dataclass(frozen=True, slots=True)
class Next:
    """The next reward: for `day` days in a row, of which `missing` are still to come."""

    day: int
    missing: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """A customer's days. `streak` is of the days in a row, `step` those that count in this round.

    `card` is 0 for a customer who has done nothing yet. `next` is None where the days that are left reach no more;
    those that could be made up are not reckoned with.
    """

    challenge: Challenge
    customer_id: str
    card: int
    today: date
    days: tuple[CalendarDay, ...]
    streak: int
    round: int
    step: int
    next: Next | None
    make_ups_left: int
    reached: tuple[Reached, ...]


@dataclass(frozen=True, slots=True)
class TakingPart:
    """How many customers take part in a challenge, and how far they are on a day.

    `streaks` counts those who have so many days in a row now, the longest first; whoever's row broke is in none.
    `tasks` counts who did each task today.
    """

    customers: int
    done_today: int
    streaks: Mapping[int, int]
    tasks: Mapping[str, int]


# --- what cannot be done ----------------------------------------------------------------------------------


class WhyNot(StrEnum):
    """Why a day cannot be made up."""

    NO_MAKE_UP = "no_make_up"
    NOT_OVER = "not_over"
    OUTSIDE = "outside"
    DONE = "done"
    TOO_LATE = "too_late"
    NONE_LEFT = "none_left"


_WHY_NOT: Mapping[WhyNot, Message] = {
    WhyNot.NO_MAKE_UP: tell("the plan lets nobody make up days of this challenge"),
    WhyNot.NOT_OVER: tell("it is not over; do its tasks on the day"),
    WhyNot.OUTSIDE: tell("it is no day of the challenge"),
    WhyNot.DONE: tell("its tasks were done on the day"),
    WhyNot.TOO_LATE: tell("it was too long ago"),
    WhyNot.NONE_LEFT: tell("this customer has made up as many days as they may"),
}


@dataclass(eq=False)
class ChallengeUnknown(JiacanError):
    """The plan has no such challenge in force."""

    plan_id: str
    challenge_id: str

    def message(self) -> Message:
        return tell(
            "The plan {plan} has no challenge {challenge} in force. Write it into `challenges` and let the plan go "
            "live, or name another.",
            plan=self.plan_id,
            challenge=self.challenge_id,
        )


@dataclass(eq=False)
class TaskUnknown(JiacanError):
    """The challenge has no such task."""

    challenge_id: str
    task_id: str
    known: tuple[str, ...]

    def message(self) -> Message:
        return tell(
            "The challenge {challenge} has no task {task}. Its tasks are: {known}.",
            challenge=self.challenge_id,
            task=self.task_id,
            known=self.known,
        )


@dataclass(eq=False)
class ChallengeClosed(JiacanError):
    """The challenge's period does not hold now."""

    challenge_id: str
    starts_at: datetime
    ends_at: datetime

    def message(self) -> Message:
        return tell(
            "The challenge {challenge} runs from {starts} to {ends}, and nothing can be done in it now.",
            challenge=self.challenge_id,
            starts=self.starts_at,
            ends=self.ends_at,
        )


@dataclass(eq=False)
class NotToday(JiacanError):
    """A task of a day that is over, or has not begun."""

    day: date
    today: date

    def message(self) -> Message:
        return tell(
            "Today is {today}, so no task of {day} can be done any more, or yet. A day that is over counts only when "
            "it is made up.",
            today=self.today,
            day=self.day,
        )


@dataclass(eq=False)
class WrongAnswer(JiacanError):
    """Not one of the right answers."""

    task_id: str

    def message(self) -> Message:
        return tell("This is not a right answer to {task}. Ask the customer to try again.", task=self.task_id)


@dataclass(eq=False)
class StaffTakeNoPart(JiacanError):
    """One of the shop's own people."""

    customer_id: str

    def message(self) -> Message:
        return tell(
            "{customer} is one of the shop's own people, and staff do not take part. Correct `staff` in the plan if "
            "this is wrong.",
            customer=self.customer_id,
        )


@dataclass(eq=False)
class MakeUpRefused(JiacanError):
    """A day that cannot be made up."""

    day: date
    why: WhyNot

    def message(self) -> Message:
        return tell("{day} cannot be made up: {why}.", day=self.day, why=_WHY_NOT[self.why])
