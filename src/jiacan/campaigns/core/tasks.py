"""Where a plan's tasks stand, from the steps taken and the day it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from jiacan.campaigns.contracts.planning import TaskCard, TaskState, TaskStep
from jiacan.kernel.messages import Name
from jiacan.plans.contracts.document import Task


def to_cards(tasks: Sequence[Task], steps: Iterable[TaskStep], at: datetime) -> tuple[TaskCard, ...]:
    """Each task with its state at `at`, in the order given; `steps` come in the order in which they were taken."""
    last = {step.task_id: step for step in steps}
    names = {task.id: task.name for task in tasks}

    def state(task_id: str) -> TaskState:
        return last[task_id].state if task_id in last else TaskState.TO_DO

    return tuple(
        TaskCard(
            task=task,
            state=state(task.id),
            last=last.get(task.id),
            late=state(task.id) is not TaskState.DONE and at >= task.due_by,
            waits_for=tuple(names[need] for need in task.needs if state(need) is not TaskState.DONE),
        )
        for task in tasks
    )


def open_gates(cards: Iterable[TaskCard]) -> tuple[Name, ...]:
    """The gates that are not shown done."""
    return tuple(card.task.name for card in cards if card.task.gate and card.state is not TaskState.DONE)
