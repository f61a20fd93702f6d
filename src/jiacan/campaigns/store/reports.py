"""Every query on reports that were asked for."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from pydantic import TypeAdapter

from jiacan.campaigns.contracts.written import Stage, Summary, WrittenReport
from jiacan.campaigns.models import WrittenReport as ReportRow

_SUMMARY = TypeAdapter(Summary)
_LARGE = ("html", "xlsx")


def add_report(shop_id: int, plan_id: str, language: str, *, asked_by: str) -> WrittenReport:
    """A new request."""
    row = ReportRow.objects.create(shop_id=shop_id, plan_id=plan_id, language=language, asked_by=asked_by)
    row.refresh_from_db()
    return _to_report(row)


def find_reports(shop_id: int, plan_id: str, language: str) -> tuple[WrittenReport, ...]:
    """The requests for that plan and language, the last first."""
    rows = ReportRow.objects.filter(shop_id=shop_id, plan_id=plan_id, language=language).defer(*_LARGE)
    return tuple(_to_report(row) for row in rows.order_by("-pk"))


def find_report(shop_id: int, report_id: int) -> WrittenReport | None:
    """The request of that number, if it is there."""
    row = ReportRow.objects.filter(shop_id=shop_id, pk=report_id).defer(*_LARGE).first()
    return None if row is None else _to_report(row)


def find_file(shop_id: int, plan_id: str, language: str, form: str) -> bytes | None:
    """The last written report as a file, `html` or `xlsx`."""
    rows = ReportRow.objects.filter(
        shop_id=shop_id, plan_id=plan_id, language=language, stage=Stage.WRITTEN
    ).order_by("-pk")
    found = rows.values_list(form, flat=True).first()
    return None if found is None else bytes(found)


def save_stage(shop_id: int, report_id: int, stage: Stage, *, began_at: datetime | None = None) -> None:
    """How far it is now."""
    changed = {"stage": stage} if began_at is None else {"stage": stage, "began_at": began_at}
    ReportRow.objects.filter(shop_id=shop_id, pk=report_id).update(**changed)


def save_failure(shop_id: int, report_id: int, reason: str) -> None:
    """It could not be written."""
    ReportRow.objects.filter(shop_id=shop_id, pk=report_id).update(stage=Stage.FAILED, failed=reason)


def save_written(shop_id: int, report_id: int, *, at: datetime, summary: Summary, html: bytes, xlsx: bytes) -> None:
    """It is written; earlier ones of the same plan and language go."""
    row = ReportRow.objects.get(shop_id=shop_id, pk=report_id)
    row.stage, row.written_at, row.summary, row.html, row.xlsx = Stage.WRITTEN, at, asdict(summary), html, xlsx
    row.save()
    same = ReportRow.objects.filter(shop_id=shop_id, plan_id=row.plan_id, language=row.language, pk__lt=report_id)
    same.delete()


def _to_report(row: ReportRow) -> WrittenReport:
    return WrittenReport(
        id=row.pk,
        plan_id=row.plan_id,
        language=row.language,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        began_at=row.began_at,
        stage=Stage(row.stage),
        written_at=row.written_at,
        failed=row.failed,
        summary=_SUMMARY.validate_python(row.summary) if row.summary else None,
    )
