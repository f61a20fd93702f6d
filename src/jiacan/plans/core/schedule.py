"""The plan's tasks in the order in which they are done."""

from __future__ import annotations

from jiacan.plans.contracts.document import PlanDocument, Task


def schedule(document: PlanDocument) -> tuple[Task, ...]:
    """The tasks by due day; on one day what is needed comes before what needs it, else the plan's order holds."""
    waiting = sorted(document.tasks, key=lambda task: task.due_on)
    done: list[Task] = []
    while waiting:
        ready = next(task for task in waiting if not {one.id for one in waiting} & set(task.needs))
        done.append(ready)
        waiting.remove(ready)
    return tuple(done)
