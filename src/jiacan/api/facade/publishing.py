"""A plan published by a program: written as a draft and put to a named person, who alone makes it go live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from jiacan.campaigns.contracts.planning import Approval, ApproverMayNot
from jiacan.campaigns.facade import planning
from jiacan.plans import facade as plans
from jiacan.plans.contracts.errors import DraftMoved, PlanHasErrors
from jiacan.plans.contracts.versions import CheckedPlan, Draft, PlanVersion
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, Membership, Shop


@dataclass(frozen=True, slots=True)
class InForce:
    """The text is the live version already."""

    checked: CheckedPlan
    version: PlanVersion


@dataclass(frozen=True, slots=True)
class Waiting:
    """The text waits for its approver's answer."""

    checked: CheckedPlan
    approval: Approval


def publish(shop: Shop, text: str, *, approver: str, note: str, actor: Actor, at: datetime) -> InForce | Waiting:
    """Put the text to the approver, once; where it is in force already, say so.

    Args:
        shop: whose plan it is.
        text: the plan.
        approver: the e-mail of a member who may let plans go live.
        note: what the approver should know.
        actor: who publishes.
        at: now.

    Raises:
        PlanHasErrors: the text has errors.
        OtherShopsPlan: it names another shop.
        ApproverMayNot: that person may not let plans go live here.
        DraftMoved: somebody is writing another text of this plan; nothing was overwritten.
    """
    checked = plans.check_text(text, source="plan")
    if checked.document is None:
        raise PlanHasErrors(source="plan", problems=checked.errors)
    plan_id = checked.document.plan_id
    with transaction.atomic():
        versions = plans.find_versions(shop.id, plan_id)
        if versions and versions[-1].sha256 == checked.sha256:
            return InForce(checked, versions[-1])
        member = _member(shop, approver)
        draft = _write(shop, plan_id, text, gone_live=bool(versions), actor=actor)
        asked = planning.find_open_approval(shop.id, plan_id)
        if asked is None or (asked.revision, asked.approver_id) != (draft.revision, member.person.id):
            asked = planning.ask_approval(
                shop, plan_id, revision=draft.revision, approver_id=member.person.id, note=note, actor=actor, at=at
            )
        return Waiting(checked, asked)


def _member(shop: Shop, email: str) -> Membership:
    for member in tenancy.members_of(shop.id):
        if member.person.email.lower() == email.lower():
            return member
    raise ApproverMayNot(name=email)


def _write(shop: Shop, plan_id: str, text: str, *, gone_live: bool, actor: Actor) -> Draft:
    draft = plans.find_draft(shop.id, plan_id)
    if draft is not None and draft.text != text and draft.saved_by != actor.name:
        raise DraftMoved(kept=draft)
    if draft is None and not gone_live:
        return plans.begin_draft(shop.id, plan_id, text, actor=actor)
    opened = 0 if draft is None else draft.revision
    return plans.save_draft(shop.id, plan_id, text, opened_revision=opened, actor=actor)
