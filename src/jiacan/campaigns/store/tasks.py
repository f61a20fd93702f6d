"""Every query on the steps of tasks."""

from __future__ import annotations

from jiacan.campaigns.contracts.planning import TaskState, TaskStep
from jiacan.campaigns.models import TaskStep as StepRow


def add_step(shop_id: int, plan_id: str, task_id: str, *, state: TaskState, evidence: str, by: str) -> None:
    """The task is in that state from now on."""
    StepRow.objects.create(shop_id=shop_id, plan_id=plan_id, task_id=task_id, state=state, evidence=evidence, by=by)


def find_steps(shop_id: int, plan_id: str) -> tuple[TaskStep, ...]:
    """Every step of the plan's tasks, in the order in which they were taken."""
    rows = StepRow.objects.filter(shop_id=shop_id, plan_id=plan_id).order_by("pk")
    return tuple(
        TaskStep(task_id=row.task_id, state=TaskState(row.state), evidence=row.evidence, by=row.by, at=row.at)
        for row in rows
    )
