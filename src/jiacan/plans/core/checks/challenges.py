"""Challenges whose tasks can be done, and whose rewards can be reached."""

from __future__ import annotations

from collections.abc import Iterator

from jiacan.kernel.messages import tell
from jiacan.members.contracts.check_in import TaskKind
from jiacan.plans.contracts.problems import Problem
from jiacan.plans.core.calendar import Calendar, find_period
from jiacan.plans.core.checks.benefits import check_benefit, check_bundle_prices
from jiacan.plans.core.parts.benefits import kinds_in
from jiacan.plans.core.parts.challenges import ChallengePart, TaskPart, rewards_of
from jiacan.plans.core.parts.plan import PlanPart
from jiacan.plans.core.problems import error, warning

LONGEST_DAYS = 366


def check_challenges(plan: PlanPart, calendar: Calendar) -> Iterator[Problem]:
    """What is wrong with the challenges."""
    for challenge in plan.challenges:
        for benefit in rewards_of(challenge):
            yield from check_benefit(benefit)
        yield from check_bundle_prices(rewards_of(challenge))
        yield from _check_tasks(challenge)
        yield from _check_rewards(challenge)
        yield from _check_kinds(challenge)
        period = find_period(challenge.during, calendar)
        if period is not None:
            yield from _check_days(challenge, len(period.days(calendar.zone)))


def _check_tasks(challenge: ChallengePart) -> Iterator[Problem]:
    if not challenge.tasks:
        yield error(challenge.at("tasks"), tell("There is nothing to do; write at least one task, such as sign_in."))
    first: dict[str, int] = {}
    for number, task in enumerate(challenge.tasks):
        place = task.at("id") if task.id else challenge.at("tasks", number)
        if task.ident in first:
            yield error(
                place,
                tell(
                    "The task {task} is on line {line} already; give this an id of its own.",
                    task=task.ident,
                    line=first[task.ident],
                ),
            )
        first.setdefault(task.ident, place.line)
        yield from _check_questions(challenge, number, task)


def _check_questions(challenge: ChallengePart, number: int, task: TaskPart) -> Iterator[Problem]:
    if task.do is TaskKind.ANSWER and not task.questions:
        yield error(challenge.at("tasks", number), tell("There is nothing to answer; write `questions`."))
    if task.do is not TaskKind.ANSWER and task.questions:
        yield error(
            task.key_at("questions"), tell("`questions` go with `do: answer`; remove them, or write that instead.")
        )
    for question in task.questions:
        if not any("".join(answer.split()) for answer in question.answers):
            yield error(question.at("answers"), tell("No answer is right; write at least one."))


def _check_rewards(challenge: ChallengePart) -> Iterator[Problem]:
    if not challenge.rewards:
        yield error(challenge.at("rewards"), tell("The challenge brings nothing; write at least one reward."))
    before = 0
    for reward in challenge.rewards:
        if not reward.give:
            yield error(reward.at("give"), tell("This gives nothing; write at least one benefit."))
        if reward.day <= before:
            yield error(
                reward.at("day"),
                tell(
                    "{day} days do not come after {before}; put rewards from the fewest days to the most.",
                    day=reward.day,
                    before=before,
                ),
            )
        before = max(before, reward.day)


def _check_kinds(challenge: ChallengePart) -> Iterator[Problem]:
    given = {kind for benefit in rewards_of(challenge) for kind in kinds_in(benefit)}
    lines = challenge.budget
    for kind in () if lines is None else type(lines).model_fields:
        if lines is not None and lines.says(kind) and kind not in given:
            yield warning(
                lines.key_at(kind),
                tell("{offer} gives no {kind}, so this has no effect; remove it.", offer=challenge.id, kind=kind),
            )


def _check_days(challenge: ChallengePart, days: int) -> Iterator[Problem]:
    if days > LONGEST_DAYS:
        yield error(
            challenge.at("during"),
            tell(
                "A challenge lasts {most} days at most, and this one {days}; shorten it.",
                most=LONGEST_DAYS,
                days=days,
            ),
        )
    for reward in challenge.rewards:
        if reward.day > days:
            yield error(
                reward.at("day"),
                tell(
                    "{day} days in a row never come: {challenge} lasts {days} days.",
                    day=reward.day,
                    challenge=challenge.id,
                    days=days,
                ),
            )
    if challenge.make_up is not None and challenge.rewards and challenge.make_up.days >= challenge.rewards[0].day:
        yield warning(
            challenge.make_up.at("days"),
            tell(
                "Whoever makes up {days} days reaches the first reward without doing a task; let them make up fewer.",
                days=challenge.make_up.days,
            ),
        )
