"""The tasks of a campaign: a board by how far they are, a line by when they are due, and their steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from jiacan.campaigns.contracts.planning import EvidenceMissing, TaskCard, TaskState, TaskStep, TaskUnknown
from jiacan.campaigns.contracts.public import CampaignUnknown
from jiacan.campaigns.core.naming import PHASES
from jiacan.campaigns.core.timeline import timeline
from jiacan.campaigns.facade import planning, tasks
from jiacan.campaigns.web.shown import owner_named
from jiacan.console.contracts import Visit
from jiacan.console.facade import page, words
from jiacan.kernel.messages import Message, tell
from jiacan.tenancy.contracts import Permission

STATES: dict[TaskState, Message] = {
    TaskState.TO_DO: tell("To do"),
    TaskState.DOING: tell("Doing"),
    TaskState.DONE: tell("Done"),
}
EXAMPLE = """tasks:
  - {id: stocktake, owner: warehouse, name: {zh: 全面盘点, en: Full stocktake}, due: run.from - 3d, gate: true}"""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the board."""

    state: TaskState
    name: Message
    cards: tuple[TaskCard, ...]


def find_plan(visit: Visit, plan_id: str) -> planning.Planned:
    """The plan, or 404 where there is none of that id."""
    try:
        return planning.find_plan(visit.shop.id, plan_id)
    except CampaignUnknown as error:
        raise Http404 from error


@page(needs=Permission.SEE_CAMPAIGNS)
@require_safe
def board(request: HttpRequest, visit: Visit, plan_id: str) -> HttpResponse:
    """Every task where it stands and when it is due; one owner's by the address."""
    plan, at = find_plan(visit, plan_id), datetime.now(UTC)
    if plan.document is None or not plan.document.tasks:
        facts = {"visit": visit, "plan_id": plan_id, "plan": plan, "example": EXAMPLE}
        return render(request, "campaigns/tasks.html", facts)
    known = tasks.cards(visit.shop.id, plan.document, at=at)
    owner = request.GET.get("owner", "")
    shown = tuple(card for card in known if owner in ("", card.task.owner))
    return render(
        request,
        "campaigns/tasks.html",
        {
            "visit": visit,
            "plan_id": plan_id,
            "plan": plan,
            "owner": owner,
            "owners": [(each, owner_named(each)) for each in sorted({card.task.owner for card in known})],
            "columns": tuple(_columns(shown)),
            "line": timeline(plan.document.phases, shown, at),
            "phases": {name: PHASES[name] for name in plan.document.phases},
            "late": sum(card.late for card in shown),
            "known": known,
            "states": STATES.items(),
        },
    )


def _columns(cards: tuple[TaskCard, ...]) -> Iterator[Column]:
    for state, name in STATES.items():
        of_state = (card for card in cards if card.state is state)
        yield Column(state, name, tuple(sorted(of_state, key=lambda card: (not card.late, card.task.due_by))))


@page(needs=Permission.SEE_CAMPAIGNS)
@require_safe
def task(request: HttpRequest, visit: Visit, plan_id: str, task_id: str) -> HttpResponse:
    """One task: what it needs, where it stands, every step that was taken."""
    plan, at = find_plan(visit, plan_id), datetime.now(UTC)
    card = _card(visit, plan, task_id, at)
    steps: tuple[TaskStep, ...] = tuple(
        step for step in tasks.steps(visit.shop.id, plan_id) if step.task_id == task_id
    )
    facts = {"visit": visit, "plan_id": plan_id, "plan": plan, "card": card, "states": STATES.items()}
    return render(request, "campaigns/task.html", {**facts, "steps": [(STATES[one.state], one) for one in steps]})


def _card(visit: Visit, plan: planning.Planned, task_id: str, at: datetime) -> TaskCard:
    known = () if plan.document is None else tasks.cards(visit.shop.id, plan.document, at=at)
    found = next((card for card in known if card.task.id == task_id), None)
    if found is None:
        raise Http404
    return found


@page(needs=Permission.WORK_TASKS)
@require_http_methods(["POST"])
def take_step(request: HttpRequest, visit: Visit, plan_id: str, task_id: str) -> HttpResponse:
    """Say where a task stands now."""
    plan = find_plan(visit, plan_id)
    state = request.POST.get("state", "")
    if plan.document is None or state not in list(TaskState):
        raise Http404
    try:
        tasks.take_step(
            visit.shop.id,
            plan.document,
            task_id,
            state=TaskState(state),
            evidence=request.POST.get("evidence", "")[:2_000],
            actor=visit.actor,
        )
    except TaskUnknown as error:
        raise Http404 from error
    except EvidenceMissing as error:
        messages.error(request, words().say(error.message()))
        return redirect("campaign-tasks-task", shop=visit.shop.slug, plan_id=plan_id, task_id=task_id)
    messages.success(request, words().say(tell("Noted: {state}.", state=STATES[TaskState(state)])))
    return redirect("campaign-tasks", shop=visit.shop.slug, plan_id=plan_id)
