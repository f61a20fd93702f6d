"""From a draft to a live plan: checked, put to a named approver, its gates shown done, and then in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from jiacan.campaigns.contracts.planning import (
    Approval,
    ApprovalMissing,
    ApprovalState,
    ApproverMayNot,
    DraftChanged,
    GatesOpen,
    OtherId,
    OtherShopsPlan,
)
from jiacan.campaigns.contracts.public import CampaignUnknown
from jiacan.campaigns.core.tasks import open_gates
from jiacan.campaigns.facade import running, tasks
from jiacan.campaigns.store import approvals as store
from jiacan.kernel.messages import Name
from jiacan.offers.contracts.rules import PlanRules
from jiacan.plans import facade as plans
from jiacan.plans.contracts.document import PlanDocument
from jiacan.plans.contracts.errors import PlanHasErrors
from jiacan.plans.contracts.versions import CheckedPlan, Draft, PlanVersion
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, Membership, Permission, Role, Shop


@dataclass(frozen=True, slots=True)
class Ready:
    """A draft that may go live, as far as its text goes, and the gates that are not shown done yet."""

    draft: Draft
    checked: CheckedPlan
    document: PlanDocument
    gates: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan of the shop as far as it is known: the version in force, else the draft, where that can be read."""

    plan_id: str
    name: Name
    version: PlanVersion | None
    draft: Draft | None
    document: PlanDocument | None
    rules: PlanRules | None


def find_plan(shop_id: int, plan_id: str) -> Planned:
    """The plan of that id.

    Raises:
        CampaignUnknown: none has gone live or is being written.
    """
    draft = plans.find_draft(shop_id, plan_id)
    versions = plans.find_versions(shop_id, plan_id)
    if not versions and draft is None:
        raise CampaignUnknown(plan_id=plan_id)
    version = versions[-1] if versions else None
    if version is not None:
        plan = plans.plan_of(shop_id, version)
    else:
        assert draft is not None, "there is one or the other"
        plan = plans.check_text(draft.text, source=plan_id)
    name = Name(plan_id, plan_id) if plan.document is None else plan.document.name
    return Planned(plan_id, name, version, draft, plan.document, plan.rules)


@dataclass(frozen=True, slots=True)
class Opened:
    """What there is of a plan to read and to change: its draft, else the text in force, and what was found in it.

    `revision` is what saving has to name: 0 where there is no draft. `misplaced` says that the text is
    another plan's.
    """

    text: str
    draft: Draft | None
    version: PlanVersion | None
    checked: CheckedPlan
    misplaced: OtherShopsPlan | OtherId | None

    @property
    def revision(self) -> int:
        """The draft's, or 0."""
        return 0 if self.draft is None else self.draft.revision


def open_plan(shop: Shop, plan_id: str) -> Opened:
    """The plan as it is being written, or as it is in force, even where its text can no longer be read.

    Raises:
        CampaignUnknown: none has gone live or is being written.
    """
    draft = plans.find_draft(shop.id, plan_id)
    versions = plans.find_versions(shop.id, plan_id)
    version = versions[-1] if versions else None
    if draft is not None:
        text = draft.text
    elif version is not None:
        text = plans.version_text(shop.id, plan_id, version.number)
    else:
        raise CampaignUnknown(plan_id=plan_id)
    checked, misplaced = check_text(shop, plan_id, text)
    return Opened(text, draft, version, checked, misplaced)


def check_text(shop: Shop, plan_id: str, text: str) -> tuple[CheckedPlan, OtherShopsPlan | OtherId | None]:
    """Everything found in a text that is to be this plan of this shop."""
    checked = plans.check_text(text, source=plan_id)
    return checked, None if checked.document is None else _misplaced(shop, plan_id, checked.document)


def _misplaced(shop: Shop, plan_id: str, document: PlanDocument) -> OtherShopsPlan | OtherId | None:
    if document.shop != shop.slug:
        return OtherShopsPlan(named=document.shop, here=shop.slug)
    if document.plan_id != plan_id:
        return OtherId(named=document.plan_id, kept=plan_id)
    return None


def discard(shop: Shop, plan_id: str, *, revision: int, actor: Actor) -> None:
    """Stop writing the plan; a request to let it go live is withdrawn, what went live stays. Audited.

    Raises:
        DraftUnknown: none is being written.
        DraftMoved: someone saved it since that revision.
    """
    with transaction.atomic():
        store.lock_requests(shop.id, plan_id)
        draft = plans.get_draft(shop.id, plan_id)
        plans.discard_draft(shop.id, plan_id, revision=revision)
        store.withdraw(shop.id, plan_id)
        tenancy.audit(
            shop.id,
            actor=actor,
            action="draft discarded",
            subject=plan_id,
            before={"revision": draft.revision, "saved by": draft.saved_by},
        )


def look(shop: Shop, plan_id: str, *, at: datetime) -> Ready:
    """The draft as it would go live.

    Raises:
        DraftUnknown: none is being written.
        PlanHasErrors: its text has errors.
        OtherShopsPlan, OtherId: it names another shop, or another id than it is kept under.
    """
    draft = plans.get_draft(shop.id, plan_id)
    checked, misplaced = check_text(shop, plan_id, draft.text)
    if checked.document is None:
        raise PlanHasErrors(source=plan_id, problems=checked.errors)
    if misplaced is not None:
        raise misplaced
    gates = open_gates(tasks.cards(shop.id, checked.document, at=at))
    return Ready(draft, checked, checked.document, gates)


def ask_approval(
    shop: Shop, plan_id: str, *, revision: int, approver_id: int, note: str, actor: Actor, at: datetime
) -> Approval:
    """Put going live to a named person; a request that was open before is withdrawn. Audited.

    Raises:
        ApproverMayNot: that person may not let plans go live here.
        DraftChanged: the draft is at another revision by now.
        JiacanError: the draft may not go live (see `look`).
    """
    with transaction.atomic():
        store.lock_requests(shop.id, plan_id)
        ready = look(shop, plan_id, at=at)
        if ready.draft.revision != revision:
            raise DraftChanged(plan_id=plan_id, revision=revision, now=ready.draft.revision)
        approver = _approver(shop, approver_id)
        asked = store.put_approval(
            shop.id,
            plan_id,
            draft=ready.draft,
            sha256=ready.checked.sha256,
            asked_by=actor.name,
            approver=approver.person,
            note=note,
        )
        tenancy.audit(
            shop.id,
            actor=actor,
            action="approval asked for",
            subject=plan_id,
            after={"revision": revision, "approver": approver.person.email, "note": note},
        )
        return asked


def approve(
    shop: Shop, plan_id: str, *, approver: Membership, actor: Actor, without_gates: str, note: str, at: datetime
) -> PlanRules:
    """Let the draft go live, as the person it was put to.

    Args:
        shop: whose plan it is.
        plan_id: which plan.
        approver: who says so.
        actor: the same, with where they come from.
        without_gates: an owner's reason to go live with gates open; empty for none.
        note: what the approver says.
        at: now.

    Raises:
        ApprovalMissing: nothing is open, or it is put to someone else.
        ApproverMayNot: the approver has lost that permission since.
        DraftChanged: the text is not what was asked for.
        GatesOpen: gates are not shown done.
    """
    with transaction.atomic():
        approval, sha256 = _open(shop, plan_id, approver)
        if not approver.may(Permission.GO_LIVE):
            raise ApproverMayNot(name=approver.person.name or approver.person.email)
        ready = look(shop, plan_id, at=at)
        if ready.checked.sha256 != sha256:
            raise DraftChanged(plan_id=plan_id, revision=approval.revision, now=ready.draft.revision)
        if ready.gates and not (without_gates.strip() and approver.role is Role.OWNER):
            raise GatesOpen(gates=ready.gates)
        store.answer(shop.id, approval.id, ApprovalState.APPROVED, note)
        if ready.gates:
            tenancy.audit(
                shop.id,
                actor=actor,
                action="went live with gates open",
                subject=plan_id,
                after={"gates": [gate.en or gate.zh for gate in ready.gates], "reason": without_gates.strip()},
            )
        rules = running.go_live(shop.id, ready.checked, actor=actor, approver=approver.person.email)
        plans.discard_draft(shop.id, plan_id, revision=ready.draft.revision)
        return rules


def decline(shop: Shop, plan_id: str, *, approver: Membership, actor: Actor, note: str) -> None:
    """Say no, with what has to change; audited.

    Raises:
        ApprovalMissing: nothing is open, or it is put to someone else.
    """
    with transaction.atomic():
        approval, _ = _open(shop, plan_id, approver)
        store.answer(shop.id, approval.id, ApprovalState.DECLINED, note)
        tenancy.audit(
            shop.id,
            actor=actor,
            action="approval declined",
            subject=plan_id,
            after={"revision": approval.revision, "note": note},
        )


def find_open_approval(shop_id: int, plan_id: str) -> Approval | None:
    """The request that waits for an answer, if there is one."""
    found = store.find_open(shop_id, plan_id)
    return None if found is None else found[0]


def find_approvals(shop_id: int, plan_id: str) -> tuple[Approval, ...]:
    """Every request and its answer, the last first."""
    return store.find_approvals(shop_id, plan_id)


def find_waiting_for(shop_id: int, person_id: int) -> tuple[Approval, ...]:
    """The requests that wait for that person's answer, the oldest first."""
    return store.find_waiting_for(shop_id, person_id)


def _open(shop: Shop, plan_id: str, approver: Membership) -> tuple[Approval, str]:
    store.lock_requests(shop.id, plan_id)
    found = store.find_open(shop.id, plan_id)
    if found is None or found[0].approver_id != approver.person.id:
        raise ApprovalMissing(plan_id=plan_id)
    return found


def _approver(shop: Shop, person_id: int) -> Membership:
    for member in tenancy.members_of(shop.id):
        if member.person.id == person_id:
            if member.may(Permission.GO_LIVE):
                return member
            raise ApproverMayNot(name=member.person.name or member.person.email)
    raise ApproverMayNot(name="–")
