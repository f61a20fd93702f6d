"""All campaigns of a shop: which there are, and what needs whoever looks now."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from jiacan.campaigns.contracts.overview import CampaignCard, DueTask, Overview, RaisedAlarm
from jiacan.campaigns.contracts.planning import TaskState
from jiacan.campaigns.contracts.room import Room, Standing
from jiacan.campaigns.core.clock import clock_at, run_of
from jiacan.campaigns.facade import planning, room, tasks
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Name
from jiacan.plans import facade as plans
from jiacan.plans.contracts.versions import PlanVersion
from jiacan.tenancy.contracts import Membership, Permission, Role

DUE_WITHIN = timedelta(days=7)

_RUNNING = (Standing.LIVE, Standing.CLOSING, Standing.COMING)
_ORDER = (Standing.LIVE, Standing.COMING, Standing.CLOSING, Standing.OVER)


def cards(shop_id: int, *, at: datetime) -> tuple[CampaignCard, ...]:
    """Every plan of the shop: live ones first, then coming, wrapping up, over, and those only being written."""
    drafts = {draft.plan_id: draft for draft in plans.find_drafts(shop_id)}
    found = []
    for version in plans.live_plans(shop_id):
        draft = drafts.pop(version.plan_id, None)
        live = _live_card(shop_id, version, at)
        if draft is not None:
            live = replace(live, drafted_at=draft.saved_at, drafted_by=draft.saved_by)
        found.append(live)
    only_drafts = [
        CampaignCard(draft.plan_id, _draft_name(draft.plan_id, draft.text), 0, None, draft.saved_at, draft.saved_by)
        for draft in drafts.values()
    ]
    return (*sorted(found, key=_by_standing), *only_drafts)


def _live_card(shop_id: int, version: PlanVersion, at: datetime) -> CampaignCard:
    unnamed = Name(version.plan_id, version.plan_id)
    try:
        plan = plans.plan_of(shop_id, version)
    except JiacanError:
        return CampaignCard(version.plan_id, unnamed, version.number, None, None, "", unreadable=True)
    assert plan.document is not None, "what went live has a document"
    assert plan.rules is not None, "what went live has rules"
    run = run_of(plan.document.phases, plan.rules.window)
    clock = None if run is None else clock_at(plan.document.phases, run, at)
    return CampaignCard(version.plan_id, plan.rules.name, version.number, clock, None, "", unreadable=run is None)


def _draft_name(plan_id: str, text: str) -> Name:
    document = plans.check_text(text, source=plan_id).document
    return Name(plan_id, plan_id) if document is None else document.name


def _by_standing(card: CampaignCard) -> tuple[int, float]:
    if card.clock is None:
        return len(_ORDER), 0.0
    starts = card.clock.run.starts_at.timestamp()
    place = _ORDER.index(card.clock.standing)
    return place, (starts if card.clock.standing is Standing.COMING else -starts)


def overview(membership: Membership, *, at: datetime) -> Overview:
    """What needs this member now: alarms, approvals and tasks, theirs first; and the campaigns that are not over."""
    shop_id = membership.shop.id
    known = cards(shop_id, at=at)
    running = [card for card in known if card.clock is not None and card.clock.standing in _RUNNING]
    rooms = tuple(room.look(shop_id, card.plan_id, at=at) for card in running)
    if not membership.may(Permission.SEE_BUDGET):
        rooms = tuple(room.without_money(seen) for seen in rooms)
    names = {card.plan_id: card.name for card in known}
    return Overview(
        alarms=_alarms(rooms, membership.role),
        approvals=tuple(
            (names.get(one.plan_id, Name(one.plan_id, one.plan_id)), one)
            for one in planning.find_waiting_for(shop_id, membership.person.id)
        ),
        tasks=_due_tasks(shop_id, running, membership.role, at),
        rooms=rooms,
        cards=known,
    )


def _alarms(rooms: tuple[Room, ...], role: Role) -> tuple[RaisedAlarm, ...]:
    raised = [
        RaisedAlarm(seen.plan_id, seen.name, each, is_for(each.alarm.owner, role) or is_for(each.alarm.backup, role))
        for seen in rooms
        for each in seen.open_alarms
    ]
    return tuple(sorted(raised, key=lambda one: (not one.mine, bool(one.alarm.noticed.taken_by))))


def _due_tasks(shop_id: int, running: list[CampaignCard], role: Role, at: datetime) -> tuple[DueTask, ...]:
    due = [
        DueTask(card.plan_id, card.name, task, is_for(task.task.owner, role))
        for card in running
        for task in tasks.cards(shop_id, room.find_campaign(shop_id, card.plan_id, at=at).document, at=at)
        if task.state is not TaskState.DONE and task.task.due_by <= at + DUE_WITHIN
    ]
    return tuple(sorted(due, key=lambda one: (not one.mine, one.card.task.due_by)))


def is_for(owner: str, role: Role) -> bool:
    """Whether a plan's word for who does something means this role: `service` means both of the service's."""
    return bool(owner) and (role == owner or role.startswith(f"{owner}_"))
