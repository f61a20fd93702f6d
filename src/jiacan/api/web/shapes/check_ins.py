"""Check-in challenges as programs ask for them and are given them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from jiacan.api.web.shapes.values import Given, Id, Names, Slug, Taken, Words, to_names
from jiacan.campaigns.facade.checking_in import CustomerChallenge, Rewarded
from jiacan.kernel.messages import Phrasebook
from jiacan.members.contracts.check_in import CalendarDay, DayState, TaskKind
from jiacan.offers.contracts.awards import Outcome

PlanId = Annotated[Slug, Field(examples=["order-bonus-2011"])]
ChallengeId = Annotated[Slug, Field(examples=["tea-days"])]
Day = Annotated[date, Field(examples=["2011-11-15"])]


class TaskIn(Taken):
    """A task that a customer did: with `answer` where it asks a question, for the `day` that the page meant."""

    plan_id: PlanId
    challenge_id: ChallengeId
    customer_id: Id
    task: Slug = Field(examples=["sign_in"])
    answer: Words = Field("", examples=["80"])
    day: Day | None = None


class MakeUpIn(Taken):
    """A day that a customer missed."""

    plan_id: PlanId
    challenge_id: ChallengeId
    customer_id: Id
    day: Day


class CalendarDayShape(Given):
    """A day of the challenge, the tasks done on it, and whether it can be made up now."""

    day: date
    state: DayState
    tasks: list[str] = Field(examples=[["sign_in"]])
    can_be_made_up: bool


class TodaysTaskShape(Given):
    """A task of today; `asks` is its question, null where it has none."""

    task: str = Field(examples=["quiz"])
    kind: TaskKind
    asks: Names | None
    done: bool


class LadderShape(Given):
    """What so many days in a row bring."""

    day: int = Field(examples=[3])
    gives: list[str] = Field(examples=[["10 points"]])


class RewardShape(Given):
    """A reward that was reached, and what came of it; `outcome` is null where nothing did."""

    round: int = Field(examples=[1])
    day: int = Field(examples=[3])
    reached_on: date
    outcome: Outcome | None
    says: list[str] = Field(examples=[["10 points"]])


class NextShape(Given):
    """The next reward: for `day` days in a row, of which `missing` are to come."""

    day: int = Field(examples=[7])
    missing: int = Field(examples=[4])


class CalendarShape(Given):
    """How a customer stands in a challenge.

    `streak` are the days in a row, `step` those that count in this `round`. `next` is null where the days that are
    left reach no more. Texts are in the language of Accept-Language.
    """

    plan_id: str
    challenge_id: str = Field(examples=["tea-days"])
    challenge: Names
    customer_id: str
    today: date
    streak: int = Field(examples=[3])
    round: int = Field(examples=[1])
    step: int = Field(examples=[3])
    next: NextShape | None
    tasks: list[TodaysTaskShape]
    ladder: list[LadderShape]
    rewards: list[RewardShape]
    make_ups_left: int = Field(examples=[2])
    days: list[CalendarDayShape]


def to_calendar(shown: CustomerChallenge, say: Phrasebook) -> CalendarShape:
    """How a customer stands as JSON says it."""
    calendar = shown.calendar
    ahead = calendar.next
    return CalendarShape(
        plan_id=shown.plan_id,
        challenge_id=calendar.challenge.id,
        challenge=to_names(calendar.challenge.name),
        customer_id=calendar.customer_id,
        today=calendar.today,
        streak=calendar.streak,
        round=calendar.round,
        step=calendar.step,
        next=None if ahead is None else NextShape(day=ahead.day, missing=ahead.missing),
        tasks=_tasks(shown),
        ladder=[LadderShape(day=day, gives=[say.say(each) for each in gives]) for day, gives in shown.gives.items()],
        rewards=[_to_reward(each, say) for each in shown.rewarded],
        make_ups_left=calendar.make_ups_left,
        days=[_to_day(each) for each in calendar.days],
    )


def _tasks(shown: CustomerChallenge) -> list[TodaysTaskShape]:
    calendar = shown.calendar
    done = {task for each in calendar.days if each.day == calendar.today for task in each.tasks}
    asked = {task_id: to_names(question.asks) for task_id, question in shown.questions.items()}
    return [
        TodaysTaskShape(task=task.id, kind=task.kind, asks=asked.get(task.id), done=task.id in done)
        for task in calendar.challenge.tasks
    ]


def _to_reward(each: Rewarded, say: Phrasebook) -> RewardShape:
    return RewardShape(
        round=each.reached.round,
        day=each.reached.day,
        reached_on=each.reached.on,
        outcome=each.outcome,
        says=[say.say(item) for item in each.says],
    )


def _to_day(each: CalendarDay) -> CalendarDayShape:
    return CalendarDayShape(
        day=each.day, state=each.state, tasks=list(each.tasks), can_be_made_up=each.can_be_made_up
    )
