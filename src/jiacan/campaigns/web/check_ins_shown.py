"""Check-in challenges as pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from jiacan.campaigns.facade.checking_in import ChallengeInForce, CustomerChallenge
from jiacan.kernel.messages import Message, Name, tell
from jiacan.members.contracts.check_in import CalendarDay, DayState, TaskKind
from jiacan.offers.contracts.awards import Outcome

SHOWN_DAYS = 31
"""So many days up to today are listed; a challenge can have a year of them."""

_TASKS: Mapping[TaskKind, Message] = {
    TaskKind.SIGN_IN: tell("Sign in"),
    TaskKind.SHARE_POSTER: tell("Share the poster"),
    TaskKind.ANSWER: tell("Answer the question"),
}
_STATES: Mapping[DayState, tuple[str, Message]] = {
    DayState.DONE: ("good", tell("done")),
    DayState.MADE_UP: ("good", tell("made up")),
    DayState.OPEN: ("warn", tell("open today")),
    DayState.MISSED: ("", tell("missed")),
    DayState.AHEAD: ("", tell("ahead")),
}
_OUTCOMES: Mapping[Outcome, tuple[str, Message]] = {
    Outcome.GRANTED: ("good", tell("given")),
    Outcome.OTHERWISE: ("good", tell("given instead")),
    Outcome.REFUSED: ("bad", tell("refused")),
    Outcome.HELD_OUT: ("", tell("held out")),
}
_NOTHING = ("", tell("nothing came of it"))


@dataclass(frozen=True, slots=True)
class ShownTask:
    """A task of today: who did it, or whether the customer did, and what it asks."""

    id: str
    name: Message
    asks: Name | None
    done: int


@dataclass(frozen=True, slots=True)
class ShownChallenge:
    """A challenge in force with how many take part; `broken` have no days in a row now."""

    found: ChallengeInForce
    tasks: tuple[ShownTask, ...]
    streaks: tuple[tuple[int, int], ...]
    broken: int


def shown_challenge(each: ChallengeInForce) -> ShownChallenge:
    """The challenge for the page."""
    part = each.taking_part
    tasks = tuple(
        ShownTask(task.id, _TASKS[task.kind], None, part.tasks.get(task.id, 0)) for task in each.challenge.tasks
    )
    streaks = tuple(part.streaks.items())
    return ShownChallenge(each, tasks, streaks, part.customers - sum(customers for _, customers in streaks))


@dataclass(frozen=True, slots=True)
class ShownDay:
    """A day of the customer's."""

    day: CalendarDay
    look: str
    state: Message


@dataclass(frozen=True, slots=True)
class ShownReward:
    """A reward: for how many days in a row, what it gives, and what came of it in its last round."""

    day: int
    gives: tuple[Message, ...]
    look: str
    state: Message | None


@dataclass(frozen=True, slots=True)
class ShownCustomer:
    """A customer's days in one challenge, the last first."""

    shown: CustomerChallenge
    plan: Name
    is_open: bool
    missing: Message | None
    tasks: tuple[ShownTask, ...]
    days: tuple[ShownDay, ...]
    rewards: tuple[ShownReward, ...]


def shown_customer(shown: CustomerChallenge, of: ChallengeInForce, at: datetime) -> ShownCustomer:
    """The customer's days for the page."""
    calendar = shown.calendar
    ahead = calendar.next
    done = {task for each in calendar.days if each.day == calendar.today for task in each.tasks}
    past = [each for each in calendar.days if each.day <= calendar.today][-SHOWN_DAYS:]
    return ShownCustomer(
        shown=shown,
        plan=of.plan,
        is_open=at in of.challenge.during,
        missing=None
        if ahead is None
        else tell("{missing} more for the reward of {days} days", missing=ahead.missing, days=ahead.day),
        tasks=tuple(
            ShownTask(
                task.id,
                _TASKS[task.kind],
                shown.questions[task.id].asks if task.id in shown.questions else None,
                int(task.id in done),
            )
            for task in of.challenge.tasks
        ),
        days=tuple(ShownDay(each, *_STATES[each.state]) for each in reversed(past)),
        rewards=tuple(_shown_reward(day, gives, shown) for day, gives in shown.gives.items()),
    )


def _shown_reward(day: int, gives: tuple[Message, ...], shown: CustomerChallenge) -> ShownReward:
    reached = [each for each in shown.rewarded if each.reached.day == day]
    if not reached:
        return ShownReward(day, gives, "", None)
    outcome = reached[-1].outcome
    look, state = _NOTHING if outcome is None else _OUTCOMES.get(outcome, _NOTHING)
    return ShownReward(day, gives, look, state)
