"""Every query on approvals."""

from __future__ import annotations

from django.db import connection
from django.db.models.functions import Now

from jiacan.campaigns.contracts.planning import Approval, ApprovalState
from jiacan.campaigns.models import Approval as ApprovalRow
from jiacan.plans.contracts.versions import Draft
from jiacan.tenancy.contracts import Person


def lock_requests(shop_id: int, plan_id: str) -> None:
    """Let only one transaction at a time ask and answer for this plan."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"approvals/{shop_id}/{plan_id}"])


def withdraw(shop_id: int, plan_id: str) -> None:
    """Close the open request, if there is one, without an answer."""
    _of(shop_id, plan_id).filter(state=ApprovalState.ASKED).update(state=ApprovalState.WITHDRAWN, answered_at=Now())


def put_approval(
    shop_id: int, plan_id: str, *, draft: Draft, sha256: str, asked_by: str, approver: Person, note: str
) -> Approval:
    """A new open request; the one before it, if any is open, is withdrawn."""
    withdraw(shop_id, plan_id)
    row = ApprovalRow.objects.create(
        shop_id=shop_id,
        plan_id=plan_id,
        revision=draft.revision,
        sha256=sha256,
        asked_by=asked_by,
        approver_id=approver.id,
        approver=approver.email,
        note=note,
    )
    row.refresh_from_db()
    return _to_approval(row)


def find_open(shop_id: int, plan_id: str) -> tuple[Approval, str] | None:
    """The open request for the plan, if there is one, and the SHA-256 of the text it asks for."""
    row = _of(shop_id, plan_id).filter(state=ApprovalState.ASKED).first()
    return None if row is None else (_to_approval(row), row.sha256)


def find_approvals(shop_id: int, plan_id: str) -> tuple[Approval, ...]:
    """Every request for the plan, the last first."""
    return tuple(_to_approval(row) for row in _of(shop_id, plan_id).order_by("-pk"))


def find_waiting_for(shop_id: int, person_id: int) -> tuple[Approval, ...]:
    """The open requests put to that person, the oldest first."""
    rows = ApprovalRow.objects.filter(shop_id=shop_id, approver_id=person_id, state=ApprovalState.ASKED)
    return tuple(_to_approval(row) for row in rows.order_by("pk"))


def answer(shop_id: int, approval_id: int, state: ApprovalState, note: str) -> None:
    """Close a request with its answer."""
    ApprovalRow.objects.filter(shop_id=shop_id, pk=approval_id).update(state=state, answer=note, answered_at=Now())


def _of(shop_id: int, plan_id: str):  # noqa: ANN202 - Django's query sets have no type of their own here
    return ApprovalRow.objects.filter(shop_id=shop_id, plan_id=plan_id)


def _to_approval(row: ApprovalRow) -> Approval:
    return Approval(
        id=row.pk,
        plan_id=row.plan_id,
        revision=row.revision,
        asked_by=row.asked_by,
        approver_id=row.approver_id,
        approver=row.approver,
        note=row.note,
        asked_at=row.asked_at,
        state=ApprovalState(row.state),
        answer=row.answer,
        answered_at=row.answered_at,
    )
