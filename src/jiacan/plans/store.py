"""Every query on plan versions."""

from __future__ import annotations

from django.db import connection

from jiacan.plans.contracts import PlanVersion
from jiacan.plans.models import PlanVersion as VersionRow


def lock_plan(shop_id: int, plan_id: str) -> None:
    """Let only one transaction at a time add versions of this plan."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"plans/{shop_id}/{plan_id}"])


def add_version(shop_id: int, plan_id: str, *, number: int, text: str, sha256: str, actor: str) -> PlanVersion:
    """A new version."""
    row = VersionRow.objects.create(
        shop_id=shop_id, plan_id=plan_id, number=number, text=text, sha256=sha256, actor=actor
    )
    return _to_version(row)


def find_versions(shop_id: int, plan_id: str) -> tuple[PlanVersion, ...]:
    """The versions of the plan, the first one first."""
    rows = VersionRow.objects.filter(shop_id=shop_id, plan_id=plan_id).defer("text").order_by("number")
    return tuple(_to_version(row) for row in rows)


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
    )
