"""From the parts of challenges to their values."""

from __future__ import annotations

from jiacan.members.contracts.check_in import Challenge, MakeUp, Question, Reward, Task
from jiacan.plans.core.calendar import Calendar, find_period
from jiacan.plans.core.compiling.benefits import to_benefits
from jiacan.plans.core.compiling.offers import to_lines, to_name
from jiacan.plans.core.parts.challenges import ChallengePart, TaskPart


def to_challenge(part: ChallengePart, calendar: Calendar) -> Challenge:
    """The challenge, of a part in which nothing is wrong."""
    during = find_period(part.during, calendar)
    assert during is not None, "checked: a challenge has a period"
    made_up = part.make_up
    return Challenge(
        id=part.id,
        name=to_name(part.name, part.id),
        during=during,
        zone=calendar.zone,
        tasks=tuple(_to_task(task) for task in part.tasks),
        asks=part.done_by,
        again=part.again,
        make_up=None if made_up is None else MakeUp(made_up.days, made_up.within, made_up.points),
        rewards=tuple(Reward(reward.day, to_benefits(reward.give)) for reward in part.rewards),
        budget=to_lines(part.budget),
    )


def _to_task(part: TaskPart) -> Task:
    questions = tuple(Question(each.ask.to_name(), each.answers) for each in part.questions)
    return Task(part.ident, part.do, questions)
