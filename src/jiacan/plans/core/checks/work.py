"""Goals that can be measured, and tasks that can be done in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from jiacan.kernel.messages import tell
from jiacan.plans.contracts.document import ChangeTarget
from jiacan.plans.contracts.problems import Problem
from jiacan.plans.core.calendar import Calendar, find_due
from jiacan.plans.core.goals import read_against, read_target
from jiacan.plans.core.parts.part import Wrong
from jiacan.plans.core.parts.plan import PlanPart
from jiacan.plans.core.parts.work import GoalPart, TaskPart
from jiacan.plans.core.problems import error, warning


def check_work(plan: PlanPart, calendar: Calendar) -> Iterator[Problem]:
    """What is wrong with goals and tasks."""
    for goal in plan.goals:
        yield from _check_goal(goal)
    yield from _check_tasks(plan.tasks, calendar)


def _check_goal(goal: GoalPart) -> Iterator[Problem]:
    try:
        target = read_target(goal)
        if isinstance(target, ChangeTarget) and goal.against is None:
            yield error(
                goal.at("target"),
                tell("{given} is a change; say in `against` what it is held against.", given=goal.target),
            )
    except Wrong as wrong:
        yield error(goal.at("target"), wrong.message)
    try:
        read_against(goal)
    except Wrong as wrong:
        yield error(goal.at("against"), wrong.message)


def _check_tasks(tasks: tuple[TaskPart, ...], calendar: Calendar) -> Iterator[Problem]:
    due: dict[str, date] = {}
    for task in tasks:
        try:
            day = find_due(task.due, calendar)
        except Wrong as wrong:
            yield error(task.at("due"), wrong.message)
            continue
        if day is not None:
            due[task.id] = day
            yield from _check_gate(task, day, calendar)
    cycle = find_cycle({task.id: task.needs for task in tasks})
    for task in tasks:
        if cycle and task.id == cycle[0]:
            yield error(
                task.at("needs"),
                tell("These tasks wait for each other: {chain}; remove a link.", chain=" → ".join(cycle)),
            )
    for task in tasks:
        yield from _check_order(task, due, cycle)


def _check_gate(task: TaskPart, day: date, calendar: Calendar) -> Iterator[Problem]:
    run = calendar.phases.get("run")
    if task.gate and run and day > run.starts_at.astimezone(calendar.zone).date():
        yield warning(
            task.at("due"),
            tell("A gate must be passed before the run begins, and {task} is due after.", task=task.id),
        )


def _check_order(task: TaskPart, due: dict[str, date], cycle: tuple[str, ...]) -> Iterator[Problem]:
    for number, need in enumerate(task.needs):
        if {task.id, need} <= set(cycle):
            continue
        if task.id in due and need in due and due[task.id] < due[need]:
            yield error(
                task.at("needs", number),
                tell(
                    "{task} is due on {day} and needs {need}, which is due later, on {later}.",
                    task=task.id,
                    day=due[task.id],
                    need=need,
                    later=due[need],
                ),
            )


def find_cycle(needs: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The first chain of tasks that comes back to where it began, its first task repeated at its end.

    >>> find_cycle({"a": ("b",), "b": ("c",), "c": ("b",)})
    ('b', 'c', 'b')
    """
    done: set[str] = set()
    for start, first_needs in needs.items():
        chain = [start]
        waiting = [iter(first_needs)]
        while chain:
            need = next(waiting[-1], None)
            if need is None:
                done.add(chain.pop())
                waiting.pop()
            elif need in chain:
                return (*chain[chain.index(need) :], need)
            elif need in needs and need not in done:
                chain.append(need)
                waiting.append(iter(needs[need]))
    return ()
