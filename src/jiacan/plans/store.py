"""Every query on plan versions and drafts."""

from __future__ import annotations

from django.db import connection
from django.db.models.functions import Now

from jiacan.kernel.statements import Prepared
from jiacan.plans.contracts.versions import Draft, PlanVersion
from jiacan.plans.models import PlanDraft as DraftRow
from jiacan.plans.models import PlanVersion as VersionRow

# Every order asks for them, so they are not put together by the mapper.
_ALL_VERSIONS = Prepared("""
SELECT plan_id, number, sha256, went_live_at, actor, approver FROM plans_planversion
WHERE shop_id = %s::bigint ORDER BY plan_id, number
""")


def lock_plan(shop_id: int, plan_id: str) -> None:
    """Let only one transaction at a time add versions of this plan."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"plans/{shop_id}/{plan_id}"])


def add_version(
    shop_id: int, plan_id: str, *, number: int, text: str, sha256: str, actor: str, approver: str
) -> PlanVersion:
    """A new version."""
    row = VersionRow.objects.create(
        shop_id=shop_id, plan_id=plan_id, number=number, text=text, sha256=sha256, actor=actor, approver=approver
    )
    return _to_version(row)


def find_versions(shop_id: int, plan_id: str) -> tuple[PlanVersion, ...]:
    """The versions of the plan, the first one first."""
    rows = VersionRow.objects.filter(shop_id=shop_id, plan_id=plan_id).defer("text").order_by("number")
    return tuple(_to_version(row) for row in rows)


def find_all_versions(shop_id: int) -> tuple[PlanVersion, ...]:
    """The versions of every plan of the shop, by plan id, the first one first."""
    with connection.cursor() as cursor:
        cursor.execute(_ALL_VERSIONS, [shop_id])
        return tuple(PlanVersion(*row) for row in cursor.fetchall())


def find_version(shop_id: int, plan_id: str, number: int) -> PlanVersion | None:
    """One version, if there is such a one."""
    row = VersionRow.objects.filter(shop_id=shop_id, plan_id=plan_id, number=number).defer("text").first()
    return None if row is None else _to_version(row)


def find_text(shop_id: int, plan_id: str, number: int) -> str | None:
    """The text of one version, if there is such a version."""
    rows = VersionRow.objects.filter(shop_id=shop_id, plan_id=plan_id, number=number)
    return rows.values_list("text", flat=True).first()


def _to_version(row: VersionRow) -> PlanVersion:
    return PlanVersion(
        plan_id=row.plan_id,
        number=row.number,
        sha256=row.sha256,
        went_live_at=row.went_live_at,
        actor=row.actor,
        approver=row.approver,
    )


def find_drafts(shop_id: int) -> tuple[Draft, ...]:
    """Every draft of the shop, the last saved first."""
    return tuple(_to_draft(row) for row in DraftRow.objects.filter(shop_id=shop_id).order_by("-saved_at", "plan_id"))


def find_draft(shop_id: int, plan_id: str) -> Draft | None:
    """The draft of the plan, if one is being written."""
    row = DraftRow.objects.filter(shop_id=shop_id, plan_id=plan_id).first()
    return None if row is None else _to_draft(row)


def put_draft(shop_id: int, plan_id: str, text: str, *, revision: int, saved_by: str) -> Draft:
    """The draft as it stands from now on, saved for the `revision`-th time."""
    row, _ = DraftRow.objects.update_or_create(
        shop_id=shop_id,
        plan_id=plan_id,
        defaults={"text": text, "revision": revision, "saved_by": saved_by, "saved_at": Now()},
    )
    row.refresh_from_db()
    return _to_draft(row)


def delete_draft(shop_id: int, plan_id: str) -> None:
    """The plan is no longer being written."""
    DraftRow.objects.filter(shop_id=shop_id, plan_id=plan_id).delete()


def _to_draft(row: DraftRow) -> Draft:
    return Draft(
        plan_id=row.plan_id,
        text=row.text,
        revision=row.revision,
        saved_at=row.saved_at,
        saved_by=row.saved_by,
    )
