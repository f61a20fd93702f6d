"""Every query on rehearsals that were asked for."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from pydantic import TypeAdapter

from jiacan.campaigns.contracts.rehearsed import AskedRehearsal, NewRehearsal, RehearsalStage, Result, Text
from jiacan.campaigns.models import Rehearsal as RehearsalRow

_RESULT = TypeAdapter(Result)
_UNDER_WAY = (RehearsalStage.WAITING, RehearsalStage.RUNNING)


def add_rehearsal(shop_id: int, plan_id: str, new: NewRehearsal, *, asked_by: str) -> AskedRehearsal:
    """A new request."""
    row = RehearsalRow.objects.create(shop_id=shop_id, plan_id=plan_id, asked_by=asked_by, **asdict(new))
    row.refresh_from_db()
    return _to_rehearsal(row)


def find_rehearsals(shop_id: int, plan_id: str, limit: int) -> tuple[AskedRehearsal, ...]:
    """The last requests for the plan, the last first."""
    rows = RehearsalRow.objects.filter(shop_id=shop_id, plan_id=plan_id).defer("plan_text").order_by("-pk")
    return tuple(_to_rehearsal(row) for row in rows[:limit])


def find_rehearsal(shop_id: int, rehearsal_id: int) -> AskedRehearsal | None:
    """The request of that number, if it is there."""
    row = RehearsalRow.objects.filter(shop_id=shop_id, pk=rehearsal_id).defer("plan_text").first()
    return None if row is None else _to_rehearsal(row)


def find_plan_text(shop_id: int, rehearsal_id: int) -> str:
    """The text of the plan that is rehearsed."""
    return RehearsalRow.objects.values_list("plan_text", flat=True).get(shop_id=shop_id, pk=rehearsal_id)


def find_last_done(shop_id: int) -> AskedRehearsal | None:
    """The last one of the shop that came to an end."""
    rows = RehearsalRow.objects.filter(shop_id=shop_id, stage=RehearsalStage.DONE).defer("plan_text")
    row = rows.order_by("-pk").first()
    return None if row is None else _to_rehearsal(row)


def save_progress(shop_id: int, rehearsal_id: int, *, doing: str, share: float) -> None:
    """How far it is now."""
    RehearsalRow.objects.filter(shop_id=shop_id, pk=rehearsal_id).update(doing=doing, share=share)


def save_began(shop_id: int, rehearsal_id: int, at: datetime) -> None:
    """It is under way."""
    row = RehearsalRow.objects.filter(shop_id=shop_id, pk=rehearsal_id)
    row.update(stage=RehearsalStage.RUNNING, began_at=at, doing="", share=-1.0)


def save_result(shop_id: int, rehearsal_id: int, result: Result, at: datetime) -> None:
    """It is done."""
    RehearsalRow.objects.filter(shop_id=shop_id, pk=rehearsal_id).update(
        stage=RehearsalStage.DONE, ended_at=at, result=_RESULT.dump_python(result, mode="json")
    )


def save_failure(shop_id: int, rehearsal_id: int, reason: str, at: datetime) -> None:
    """It could not be done."""
    RehearsalRow.objects.filter(shop_id=shop_id, pk=rehearsal_id).update(
        stage=RehearsalStage.FAILED, ended_at=at, failed=reason
    )


def give_up(asked_before: datetime, at: datetime) -> None:
    """Every request of before that never came to an end has failed; of any shop, since their files are gone."""
    rows = RehearsalRow.objects.filter(stage__in=_UNDER_WAY, asked_at__lt=asked_before)
    rows.update(stage=RehearsalStage.FAILED, ended_at=at)


def _to_rehearsal(row: RehearsalRow) -> AskedRehearsal:
    return AskedRehearsal(
        id=row.pk,
        plan_id=row.plan_id,
        text=Text(row.text),
        number=row.number,
        language=row.language,
        orders_name=row.orders_name,
        refunds_name=row.refunds_name,
        customers_name=row.customers_name,
        size_bytes=row.size_bytes,
        folder=row.folder,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        began_at=row.began_at,
        ended_at=row.ended_at,
        stage=RehearsalStage(row.stage),
        doing=row.doing,
        share=row.share,
        failed=row.failed,
        result=_RESULT.validate_python(row.result) if row.result else None,
    )
