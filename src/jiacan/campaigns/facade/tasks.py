"""The tasks of a plan: where they stand, and their next step."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from jiacan.campaigns.contracts.planning import EvidenceMissing, TaskCard, TaskState, TaskStep, TaskUnknown
from jiacan.campaigns.core.tasks import to_cards
from jiacan.campaigns.store import tasks as store
from jiacan.plans import facade as plans
from jiacan.plans.contracts.document import PlanDocument
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor


def cards(shop_id: int, document: PlanDocument, *, at: datetime) -> tuple[TaskCard, ...]:
    """Each task of the plan with where it stands, in the order in which they are done."""
    return to_cards(plans.schedule(document), store.find_steps(shop_id, document.plan_id), at)


def steps(shop_id: int, plan_id: str) -> tuple[TaskStep, ...]:
    """Every step that was taken, the first one first."""
    return store.find_steps(shop_id, plan_id)


def take_step(
    shop_id: int, document: PlanDocument, task_id: str, *, state: TaskState, evidence: str, actor: Actor
) -> None:
    """Say where a task stands now; a gate's steps are audited.

    Raises:
        TaskUnknown: the plan has no such task.
        EvidenceMissing: a gate is called done without what shows it.
    """
    task = next((each for each in document.tasks if each.id == task_id), None)
    if task is None:
        raise TaskUnknown(task_id=task_id)
    if task.gate and state is TaskState.DONE and not evidence.strip():
        raise EvidenceMissing(gate=task.name)
    with transaction.atomic():
        store.add_step(shop_id, document.plan_id, task_id, state=state, evidence=evidence.strip(), by=actor.name)
        if task.gate:
            tenancy.audit(
                shop_id,
                actor=actor,
                action="gate changed",
                subject=f"{document.plan_id}/{task_id}",
                after={"state": state, "evidence": evidence.strip()},
            )
